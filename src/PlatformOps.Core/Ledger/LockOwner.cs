using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>Who holds a lock.</summary>
internal sealed record LockOwner(string RunId, string Person, string Machine, int ProcessId)
{
    public string Key { get; init; } = "";

    /// <summary>What the run calls the target.</summary>
    public string Target { get; init; } = "";

    /// <summary>Runs that had the lock before and may have left something open; the same one too, where it called the target something else.</summary>
    public FormerWork[] Former { get; init; } = [];

    public long Token { get; init; }

    public DateTimeOffset Since { get; init; }

    /// <summary>This owner as the next one after another.</summary>
    /// <param name="last">Who had the lock before; null where nobody did.</param>
    public LockOwner Following(LockOwner? last, string key, long token, DateTimeOffset since) => this with
    {
        Key = key,
        Token = token,
        Since = since,
        Former = last is null ? [] : [.. last.Former.Append(new FormerWork(last.RunId, last.Target)).Where(work => (work.RunId != RunId || work.Target != Target) && work.Target.Length > 0).Distinct()],
    };

    /// <summary>What to say to another who wants the lock.</summary>
    /// <param name="freed">How it becomes free when its owner dies.</param>
    public static TargetLockedException Refusal(string key, LockOwner? owner, string freed)
    {
        var who = owner is null ? "another process" : $"run {owner.RunId} of {owner.Person} on {owner.Machine} (process {owner.ProcessId}, since {owner.Since:yyyy-MM-ddTHH:mm:ssZ})";
        return new TargetLockedException($"{key} is locked by {who}. Wait for it, or stop it with Stop-OpsRun; {freed}.") { TargetName = key };
    }
}

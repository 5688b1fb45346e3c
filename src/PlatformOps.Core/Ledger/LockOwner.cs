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
}

namespace PlatformOps.Core.Ledger;

/// <summary>Who holds a lock.</summary>
internal sealed record LockOwner(string RunId, string Person, string Machine, int ProcessId)
{
    public string Key { get; init; } = "";

    public long Token { get; init; }

    public DateTimeOffset Since { get; init; }
}

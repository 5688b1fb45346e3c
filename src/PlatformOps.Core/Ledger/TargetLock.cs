namespace PlatformOps.Core.Ledger;

/// <summary>A held lock. The kernel frees it when the process dies; its token grows with every owner.</summary>
internal sealed class TargetLock(IDisposable held, string key, long token) : IDisposable
{
    public string Key { get; } = key;

    public long Token { get; } = token;

    public bool IsHeld { get; private set; } = true;

    public void Dispose()
    {
        IsHeld = false;
        held.Dispose();
    }
}

namespace PlatformOps.Core.Ledger;

/// <summary>A held lock. The kernel frees it when the process dies; its token grows with every owner.</summary>
/// <param name="former">Runs that had it before.</param>
/// <param name="keep">Writes down which of those may still have something open.</param>
internal sealed class TargetLock(IDisposable held, string key, long token, IReadOnlyList<FormerWork> former, Action<IReadOnlyList<FormerWork>> keep) : IDisposable
{
    /// <summary>Other runs that had it before and may have left something open.</summary>
    public IReadOnlyList<FormerWork> Former { get; private set; } = former;

    public string Key { get; } = key;

    public long Token { get; } = token;

    public bool IsHeld { get; private set; } = true;

    /// <summary>Forgets the former runs but these.</summary>
    public void Keep(IReadOnlyList<FormerWork> open)
    {
        if (open.Count == Former.Count)
            return;
        keep(open);
        Former = open;
    }

    public void Dispose()
    {
        IsHeld = false;
        held.Dispose();
    }
}

using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>A held lock; its token grows with every owner.</summary>
/// <param name="held">Gives it back.</param>
/// <param name="former">Runs that had it before.</param>
/// <param name="keep">Writes down which of those may still have something open.</param>
/// <param name="isOwner">Whether it is still written down as ours.</param>
internal sealed class TargetLock(IDisposable held, string key, long token, IReadOnlyList<FormerWork> former, Action<IReadOnlyList<FormerWork>> keep, Func<bool> isOwner) : IDisposable
{
    private bool _isGivenBack;

    /// <summary>Other runs that had it before and may have left something open.</summary>
    public IReadOnlyList<FormerWork> Former { get; private set; } = former;

    public string Key { get; } = key;

    public long Token { get; } = token;

    /// <summary>The tokens of several, by their keys.</summary>
    public static Dictionary<string, long> TokensOf(IEnumerable<TargetLock> locks) => locks.ToDictionary(held => held.Key, held => held.Token, StringComparer.Ordinal);

    /// <summary>Reads whether it is still ours: somebody who removed its file, and took it anew, does not keep us from holding the old one.</summary>
    public bool IsStillHeld() => !_isGivenBack && isOwner();

    /// <summary>What to say of an effect that was to be made under it.</summary>
    public RefusedException Lost() => new($"The lock {Key} was lost, and another run may work there; nothing was changed. A lock is lost where its owner was stopped for long, or where somebody removed it.") { TargetName = Key };

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
        _isGivenBack = true;
        held.Dispose();
    }
}

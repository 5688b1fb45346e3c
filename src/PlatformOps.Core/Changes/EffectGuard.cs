using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.Core.Changes;

/// <summary>What can say no to an effect at the last moment.</summary>
internal sealed class EffectGuard(TargetPolicy policy, KillSwitch killSwitch, TimeProvider time)
{
    /// <summary>Before a target is begun.</summary>
    /// <exception cref="RefusedException">It must not be.</exception>
    /// <param name="isBegun">It was begun earlier: a change window is for beginning.</param>
    public void ThrowIfTargetRefused(ActionTarget target, bool isBegun = false)
    {
        killSwitch.ThrowIfSet();
        policy.ThrowIfRefused(target);
        if (!isBegun)
            policy.ThrowIfOutsideWindow(target, time.GetUtcNow());
    }

    /// <summary>Immediately before each effect.</summary>
    /// <param name="isDestructive">It is held to the change window, however long ago its target was begun.</param>
    /// <exception cref="RefusedException">It must not happen.</exception>
    public void ThrowIfEffectRefused(Change change, ActionContext context, bool isDestructive, IReadOnlyList<TargetLock> locks)
    {
        killSwitch.ThrowIfSet();
        foreach (var target in context.Batch)
            policy.ThrowIfRefused(target);
        if (isDestructive)
            policy.ThrowIfOutsideWindow(context.Target, time.GetUtcNow());
        if (locks.FirstOrDefault(held => !held.IsStillHeld()) is { } lost)
            throw lost.Lost();
    }
}

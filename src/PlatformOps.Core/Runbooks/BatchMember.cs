using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Runbooks;

/// <summary>A target that has come to a step which runs once for its batch.</summary>
/// <param name="Target">Who.</param>
/// <param name="Locks">What is held for it.</param>
/// <param name="Parameters">Of the step, the same for all; null for one that leaves it out.</param>
/// <param name="LeftOut">How it ends for one that leaves it out and has only come to know what became of it earlier; null for all others.</param>
internal sealed record BatchMember(ActionTarget Target, IReadOnlyList<TargetLock> Locks, object? Parameters, StepEnd? LeftOut = null);

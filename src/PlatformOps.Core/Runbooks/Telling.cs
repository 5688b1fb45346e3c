using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Runbooks;

/// <summary>One thing that an observer tells somebody of a phase: an effect like any other, through the gate, so that a repeated run does not tell twice. Its failure is a warning.</summary>
/// <param name="Name">The step it is recorded as; unique in the phase.</param>
/// <param name="Change">The effect.</param>
/// <param name="Parameters">Of the effect.</param>
internal sealed record Telling(string Name, Change Change, object Parameters)
{
    /// <summary>The step's name in a later attempt at the phase, which is told by itself.</summary>
    public string StepOf(int attempt) => StepKey.OfAttempt(Name, attempt);
}

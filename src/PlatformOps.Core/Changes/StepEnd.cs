using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>How a step ended, in words for people.</summary>
internal sealed record StepEnd(StepOutcome Outcome, string Message)
{
    public string? Before { get; init; }

    public string? After { get; init; }

    /// <summary>Of a plan: what whoever decides on it must know beyond its difference.</summary>
    public string? Caution { get; init; }

    /// <summary>Of a plan: a run would not get past it as things are now.</summary>
    public bool WouldStop { get; init; }

    /// <summary>Of a plan: the targets that it is for together, where it runs once for them.</summary>
    public string[] Members { get; init; } = [];

    public Exception? Error { get; init; }

    /// <summary>It failed with its intent written, before anything was sent.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Skipped because its <c>when</c> does not hold: not a person's omission.</summary>
    public bool IsByCondition { get; init; }

    /// <summary>The step had ended in an earlier process and is not told again.</summary>
    public bool IsOld { get; init; }

    /// <summary>Whether the target goes on.</summary>
    public bool GoesOn => Outcome is StepOutcome.Passed or StepOutcome.Done or StepOutcome.Unchanged or StepOutcome.Reported or StepOutcome.Warning or StepOutcome.Skipped;
}

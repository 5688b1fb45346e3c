using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>How this process left a target.</summary>
/// <param name="WaitKey">What a person may approve; null where the wait is for a condition.</param>
/// <param name="Outcome">How the step ended that it failed at.</param>
internal sealed record TargetEnd(string Target, RunState State, string Message, string? WaitKey = null, StepOutcome? Outcome = null);

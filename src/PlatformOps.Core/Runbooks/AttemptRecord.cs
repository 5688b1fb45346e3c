using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>An attempt at a step of a run.</summary>
/// <param name="Step">The step as this attempt ended.</param>
/// <param name="Process">Which of the run's processes made it, counted from 1.</param>
internal sealed record AttemptRecord(StepRecord Step, int Process);

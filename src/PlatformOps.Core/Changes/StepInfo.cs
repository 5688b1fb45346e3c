namespace PlatformOps.Core.Changes;

/// <summary>Where a step stands in its runbook.</summary>
internal readonly record struct StepInfo(int Number);

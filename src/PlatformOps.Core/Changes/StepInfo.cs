namespace PlatformOps.Core.Changes;

/// <summary>Where a step stands in its runbook.</summary>
/// <param name="Number">Counted from 1; 0 where it is not a runbook's.</param>
/// <param name="IsTelling">Only tells somebody: neither verified when the run is resumed, nor taken back.</param>
internal readonly record struct StepInfo(int Number, bool IsTelling = false);

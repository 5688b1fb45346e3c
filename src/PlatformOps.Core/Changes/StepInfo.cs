using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Where a step stands in its runbook.</summary>
/// <param name="Number">Counted from 1; 0 where it is not a runbook's.</param>
/// <param name="IsTelling">Only tells somebody: neither verified when the run is resumed, nor taken back; its failure is a warning.</param>
/// <param name="IsOptional">The runbook goes on without it: its failure is a warning.</param>
internal readonly record struct StepInfo(int Number, bool IsTelling = false, bool IsOptional = false)
{
    /// <summary>What its end means for the target.</summary>
    public StepEnd Weigh(StepEnd end) => (IsTelling || IsOptional) && end.Outcome == StepOutcome.Failed ? end with { Outcome = StepOutcome.Warning } : end;
}

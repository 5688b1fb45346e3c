using PlatformOps.Core.Ledger;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The steps of a run.</summary>
public sealed class RunStepCompleter : RunPartCompleter
{
    private protected override IEnumerable<CompletionName> Names(RunHistory history)
        => history.Targets.Values.SelectMany(target => target.Steps).DistinctBy(step => step.Key.Step).Select(step => new CompletionName(step.Key.Step, step.Key.Phase is null ? step.Key.Step : $"{step.Key.Phase}.{step.Key.Step}"));
}

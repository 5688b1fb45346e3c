using PlatformOps.Core.Ledger;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The targets of a run, with where they are.</summary>
public sealed class RunTargetCompleter : RunPartCompleter
{
    private protected override IEnumerable<CompletionName> Names(RunHistory history)
        => (history.Started?.Targets.Select(target => target.Name) ?? []).Concat(history.Targets.Keys).Distinct()
            .Select(name => new CompletionName(name, history.Targets.GetValueOrDefault(name)?.Ended is { } ended ? $"{name}: {ended.State}" : name));
}

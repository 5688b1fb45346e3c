using PlatformOps.Core.Ledger;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The phases of a run.</summary>
public sealed class RunPhaseCompleter : RunPartCompleter
{
    private protected override IEnumerable<CompletionName> Names(RunHistory history) => (history.Started?.Phases ?? []).Select(phase => new CompletionName(phase.Name));
}

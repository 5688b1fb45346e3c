using System.Collections;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The base of completers of parts of a run: of the one that -RunId names, else of the newest.</summary>
public abstract class RunPartCompleter : LiveCompleter
{
    private protected override string? AboutOf(IDictionary bound) => bound["RunId"] as string ?? (bound["RunId"] as IList)?.OfType<string>().FirstOrDefault();

    private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var runId = About ?? session.Store.Ids().FirstOrDefault();
        return Task.FromResult<IReadOnlyList<CompletionName>>(runId is null ? [] : [.. Names(session.Store.History(session.Store.Describe(runId).RunId)).Distinct()]);
    }

    private protected abstract IEnumerable<CompletionName> Names(RunHistory history);
}

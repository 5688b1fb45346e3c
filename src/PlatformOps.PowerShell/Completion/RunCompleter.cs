using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Formatting;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The runs of the session's ledger, newest first, with their names and states.</summary>
public sealed class RunCompleter : LiveCompleter
{
    private const int Most = 40;

    private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var names = new List<CompletionName>();
        foreach (var id in session.Store.Ids())
        {
            if (names.Count == Most || cancellationToken.IsCancellationRequested)
                break;
            try
            {
                if (session.Store.TryDescribe(id) is { } run)
                    names.Add(new CompletionName(id, $"{run.Name}: {run.State} ({StepView.Targets(run)})"));
            }
            catch (LedgerException)
            {
                names.Add(new CompletionName(id, "its journal is damaged"));
            }
        }

        return Task.FromResult<IReadOnlyList<CompletionName>>(names);
    }
}

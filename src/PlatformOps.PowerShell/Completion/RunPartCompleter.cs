using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PlatformOps.Core.Ledger;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The base of completers of parts of a run: of the one that -RunId names, else of the newest. The journal is a local file, read at once.</summary>
public abstract class RunPartCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var state = OpsRunspace.Current;
            var session = fakeBoundParameters?["Session"] switch
            {
                OpsSession given => given,
                string name => state.FindSession(name),
                _ => state.CurrentSession,
            };
            if (session is null)
                return [];
            var store = state.ScopeOf(session).Store;
            var run = fakeBoundParameters?["RunId"];
            var runId = run as string ?? (run as IList)?.OfType<string>().FirstOrDefault() ?? store.Ids().FirstOrDefault();
            return runId is null ? [] : [.. Completions.Of(Names(store.History(store.Describe(runId).RunId)).Distinct(), wordToComplete)];
        }
        catch (Exception)
        {
            // Completion never disturbs who is typing.
            return [];
        }
    }

    private protected abstract IEnumerable<CompletionName> Names(RunHistory history);
}

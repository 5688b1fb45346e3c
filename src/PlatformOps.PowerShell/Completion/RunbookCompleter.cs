using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The runbooks of the current session, or those of the module where there is none.</summary>
public sealed class RunbookCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names()
    {
        var state = OpsRunspace.Current;
        var library = state.CurrentSession is { } session ? state.ScopeOf(session).Runbooks : Registrations.Runbooks();
        return library.List().Runbooks.Values.Select(runbook => new CompletionName(runbook.Name, runbook.Description.Length > 0 ? runbook.Description : runbook.Name));
    }
}

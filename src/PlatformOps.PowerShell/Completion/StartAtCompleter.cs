using System.Collections;
using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The steps of the first runbook that a run would have: of the first phase of -Step, or of the runbook of -Name or -Path.</summary>
public sealed class StartAtCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => [];

    private protected override IEnumerable<CompletionName> Names(IDictionary? bound)
        => (RunbookOf(bound)?.Steps ?? []).Select(step => new CompletionName(step.Name, $"{step.Number}: {step.Action.Summary}"));

    private static Runbook? RunbookOf(IDictionary? bound)
    {
        var state = OpsRunspace.Current;
        var library = state.CurrentSession is { } session ? state.ScopeOf(session).Runbooks : Registrations.Runbooks();
        return First(bound?["Step"]) is { } phase ? MigrationPhases.Get(library, phase).Runbook
            : First(bound?["Name"]) is { } name ? library.Get(name)
            : First(bound?["Path"]) is { } path ? library.ReadFile(path)
            : null;
    }

    private static string? First(object? value) => value is PSObject wrapped ? First(wrapped.BaseObject) : value as string ?? (value as IEnumerable)?.OfType<object>().FirstOrDefault()?.ToString();
}

using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>The base of cmdlets that read what Alertmanager has of machines: it keeps no machines, and has nothing of a name that is wrong.</summary>
public abstract class AlertReadCmdlet : SessionCmdlet
{
    /// <summary>Warns of a name, which nothing was found of, that no service that lists machines knows. Nobody is asked of a pattern.</summary>
    private protected async ValueTask WarnOfUnknownAsync(string name, string what, CancellationToken cancellationToken)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name) && await new TargetIdentifier(Scope).UnknownToAsync(new ActionTarget(ActionTarget.Hypervisor, name), cancellationToken) is { Count: > 0 } services)
            await WriteWarningAsync($"{name}: {string.Join(" and ", services)} {(services.Count == 1 ? "knows" : "know")} no machine of that name, and {what} names it. Is the name right?");
    }
}

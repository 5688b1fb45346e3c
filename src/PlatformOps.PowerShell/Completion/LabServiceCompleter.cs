namespace PlatformOps.PowerShell.Completion;

/// <summary>The services that a lab emulates.</summary>
public sealed class LabServiceCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
    [
        new("*", "every service"), new("keystone"), new("nova"), new("placement"), new("netbox"), new("jira"), new("alertmanager"),
        new("aquilon"), new("kayobe"), new("redfish"), new("ssh"),
    ];
}

using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The services that the current session's configuration has a section for.</summary>
public sealed class ServiceCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
        OpsRunspace.Current.CurrentSession?.Services.Select(service => new CompletionName(service)) ?? [];
}

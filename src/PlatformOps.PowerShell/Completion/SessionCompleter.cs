using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The open sessions of this runspace.</summary>
public sealed class SessionCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
        OpsRunspace.Current.Sessions.Select(session => new CompletionName(session.Name, $"{session.Environment}: {session.ConfigurationPath}"));
}

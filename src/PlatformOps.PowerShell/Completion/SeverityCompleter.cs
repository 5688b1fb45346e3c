namespace PlatformOps.PowerShell.Completion;

/// <summary>The severities that most rules have; a site may have others.</summary>
public sealed class SeverityCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => [new("critical"), new("warning"), new("info"), new("none")];
}

namespace PlatformOps.PowerShell.Completion;

/// <summary>Words of Kayobe's commands that work on hosts of the overcloud.</summary>
public sealed class KayobeWordCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names()
        => new[] { "overcloud", "host", "service", "configure", "deploy", "reconfigure", "upgrade", "package", "update", "facts", "gather" }.Select(word => new CompletionName(word));
}

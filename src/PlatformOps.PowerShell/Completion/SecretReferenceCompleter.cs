using PlatformOps.Core.Secrets;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The kinds of places where secrets are kept.</summary>
public sealed class SecretReferenceCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => SecretReference.Kinds.Select(kind => new CompletionName(kind + ":", kind switch
    {
        SecretReference.Env => "an environment variable",
        SecretReference.File => "a file that only its owner may read",
        SecretReference.Gopass => "an entry of gopass; #key for another field of it",
        SecretReference.Pass => "the first line of an entry of pass",
        _ => "a file of ansible-vault; #key for a value in it",
    }));
}

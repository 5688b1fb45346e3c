using PlatformOps.Core.Configuration;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The keys of the current session's configuration that hold secrets or references to them. Never the secrets.</summary>
public sealed class SecretKeyCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names()
    {
        var state = OpsRunspace.Current;
        return state.CurrentSession is { } session
            ? ConfiguredSecrets.Of(state.ScopeOf(session).Configuration).Select(secret => new CompletionName(secret.Key, $"{secret.Key}: {secret.Secret}"))
            : [];
    }
}

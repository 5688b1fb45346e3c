using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The accounts that the configuration logs in with.</summary>
public sealed class RemoteUserCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<CompletionName>>([.. new[] { "root", session.Get<RemoteShell>().Options.UserName }.Distinct(StringComparer.Ordinal).Select(name => new CompletionName(name))]);
}

using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The playbooks of the Kayobe configuration.</summary>
public sealed class KayobePlaybookCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<KayobeClient>().PlaybooksAsync(SilentLog.Instance, cancellationToken)).Select(name => new CompletionName(name))];
}

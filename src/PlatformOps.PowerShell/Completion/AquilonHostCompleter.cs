using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The hosts in Aquilon.</summary>
public sealed class AquilonHostCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AquilonClient>().HostNamesAsync(cancellationToken)).Select(name => new CompletionName(name))];
}

using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The hosts that run nova-compute.</summary>
public sealed class HypervisorCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<NovaClient>().ServicesAsync(cancellationToken)).Select(service => new CompletionName(service.HypervisorName, $"{service.Status}, {service.State}"))];
}

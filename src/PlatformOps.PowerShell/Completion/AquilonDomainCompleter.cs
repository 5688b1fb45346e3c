using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The template domains in Aquilon.</summary>
public sealed class AquilonDomainCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AquilonClient>().ListAsync(["show_domain", "--all"], "Domain", null, cancellationToken)).Select(one => new CompletionName(one.Name))];
}

using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The versions of operating systems in Aquilon.</summary>
public sealed class AquilonOsVersionCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AquilonClient>().ListAsync(["show_os", "--all"], "Operating System", "Version", cancellationToken)).Where(one => one.Detail is not null).Select(one => new CompletionName(one.Detail!, one.Name))];
}

using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The operating systems in Aquilon.</summary>
public sealed class AquilonOsCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AquilonClient>().ListAsync(["show_os", "--all"], "Operating System", null, cancellationToken)).Select(one => one.Name).Distinct(StringComparer.Ordinal).Select(name => new CompletionName(name))];
}

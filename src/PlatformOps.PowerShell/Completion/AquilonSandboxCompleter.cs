using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The sandboxes in Aquilon, as author/name.</summary>
public sealed class AquilonSandboxCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AquilonClient>().ListAsync(["show_sandbox", "--all"], "Sandbox", "Owner", cancellationToken)).Where(one => one.Detail is not null).Select(one => new CompletionName($"{one.Detail!.Split('@')[0]}/{one.Name}"))];
}

using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The roles of the inventory.</summary>
public sealed class DeviceRoleCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<NetBoxClient>().ReferencesAsync(NetBoxList.Roles, cancellationToken)).Where(one => one.Slug is not null).Select(one => new CompletionName(one.Slug!, one.Name))];
}

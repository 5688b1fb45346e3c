using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The tags of the inventory.</summary>
public sealed class DeviceTagCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<NetBoxClient>().ReferencesAsync(NetBoxList.Tags, cancellationToken)).Where(one => one.Slug is not null).Select(one => new CompletionName(one.Slug!, one.Name))];
}

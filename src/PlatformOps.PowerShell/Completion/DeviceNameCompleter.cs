using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The devices of the inventory: one page of them.</summary>
public sealed class DeviceNameCompleter : LiveCompleter
{
    private const int Most = 500;

    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        List<CompletionName> names = [];
        await foreach (var device in session.Get<NetBoxClient>().DevicesAsync([], cancellationToken))
        {
            if (device.DeviceName.Length > 0)
                names.Add(new CompletionName(device.DeviceName, $"{device.Role}, {device.Status}, {device.Site}"));
            if (names.Count == Most)
                break;
        }

        return names;
    }
}

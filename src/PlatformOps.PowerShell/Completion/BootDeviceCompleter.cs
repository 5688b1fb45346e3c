using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The devices that Redfish names; a machine has some of them.</summary>
public sealed class BootDeviceCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => BootDevices.All.Select(device => new CompletionName(device));
}

using PlatformOps.Core.Services.NetBox;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The statuses that every NetBox has; a site may have more of its own.</summary>
public sealed class DeviceStatusCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() => DeviceStatuses.All.Select(status => new CompletionName(status));
}

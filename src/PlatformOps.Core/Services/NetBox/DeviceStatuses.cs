namespace PlatformOps.Core.Services.NetBox;

/// <summary>The statuses that every NetBox has for devices; a site may have more of its own.</summary>
internal static class DeviceStatuses
{
    public static IReadOnlyList<string> All { get; } = ["active", "decommissioning", "failed", "inventory", "offline", "planned", "staged"];
}

namespace PlatformOps.Core.Services.NetBox;

/// <summary>A device, its role, and the role asked for as NetBox has it.</summary>
internal sealed record DeviceRoleState(string Device, long Id, string? Role, DateTimeOffset? LastUpdated, NetBoxReference Wanted);

namespace PlatformOps.Core.Services.NetBox;

/// <summary>A device and one of its values.</summary>
internal sealed record DeviceFieldState(string Device, long Id, string? Value, DateTimeOffset? LastUpdated);

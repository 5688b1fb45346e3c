namespace PlatformOps.Core.Services.NetBox;

/// <summary>A device and one of its values: what the changes of status and role observe and record.</summary>
internal sealed record DeviceFieldState(string Device, long Id, string? Value, DateTimeOffset? LastUpdated)
{
    public override string ToString() => Value ?? "none";
}

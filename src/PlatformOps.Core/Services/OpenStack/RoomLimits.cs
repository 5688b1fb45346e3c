namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The configuration's limits for taking hosts out of service.</summary>
/// <param name="MaxUnavailable">Hosts of one aggregate that may be out of service at a time; not limited where null.</param>
internal sealed record RoomLimits(int? MaxUnavailable);

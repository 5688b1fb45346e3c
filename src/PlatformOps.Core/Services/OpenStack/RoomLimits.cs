namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The configuration's limits for taking hosts out of service.</summary>
internal sealed record RoomLimits(int MaxUnavailable);

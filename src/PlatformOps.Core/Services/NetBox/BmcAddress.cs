namespace PlatformOps.Core.Services.NetBox;

/// <summary>Where a device's management controller is.</summary>
/// <param name="Address">An address without prefix, or a DNS name.</param>
/// <param name="Source">What said so.</param>
internal sealed record BmcAddress(string Address, string Source);

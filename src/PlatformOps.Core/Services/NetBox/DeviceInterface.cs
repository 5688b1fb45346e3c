namespace PlatformOps.Core.Services.NetBox;

/// <summary>An interface of a device.</summary>
/// <param name="Name">As NetBox names it.</param>
/// <param name="Mac">In lower case; null where it has none.</param>
/// <param name="IsManagement">For management only, as a BMC's.</param>
/// <param name="Addresses">Its addresses.</param>
internal sealed record DeviceInterface(string Name, string? Mac, bool IsManagement, IReadOnlyList<DeviceAddress> Addresses);

/// <param name="Ip">Without prefix.</param>
/// <param name="DnsName">Null where it has none.</param>
/// <param name="Vrf">The name of its VRF; null in the global table.</param>
/// <param name="IsPrimary">Whether it is the device's primary address.</param>
internal sealed record DeviceAddress(string Ip, string? DnsName, string? Vrf, bool IsPrimary);

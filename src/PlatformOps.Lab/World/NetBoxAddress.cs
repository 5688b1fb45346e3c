namespace PlatformOps.Lab.World;

internal sealed record NetBoxAddress(int Id, string Address, string DnsName, int? InterfaceId, string? Vrf = null);

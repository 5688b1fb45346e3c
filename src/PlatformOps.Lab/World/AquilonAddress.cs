namespace PlatformOps.Lab.World;

/// <summary>An address of an interface in Aquilon, in its network environment.</summary>
internal sealed record AquilonAddress(string Ip, string Fqdn, string Environment);

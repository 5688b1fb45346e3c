namespace PlatformOps.Lab.World;

/// <summary>A network port of a host, with the PCI device it is on.</summary>
internal sealed record NetworkCard(string Name, string Mac, string PciAddress, string PciName, string? Address, int PrefixLength)
{
    public bool IsMellanox => PciName.Contains("[15b3:", Ordinal);
}

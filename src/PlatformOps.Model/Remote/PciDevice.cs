namespace PlatformOps.Remote;

/// <summary>A PCI device of a host as <c>lspci -nn</c> shows it.</summary>
/// <param name="Slot">Where it sits, such as <c>3b:00.0</c>.</param>
/// <param name="ClassId">The class, four hexadecimal digits, such as <c>0302</c>.</param>
/// <param name="VendorId">The vendor, four hexadecimal digits, such as <c>10de</c>.</param>
/// <param name="DeviceId">The device, four hexadecimal digits.</param>
/// <param name="Name">Vendor and device for people.</param>
public sealed record PciDevice(string Slot, string ClassId, string VendorId, string DeviceId, string Name)
{
    /// <summary>An NVIDIA display or 3D controller: not its audio function, not an NVSwitch.</summary>
    public bool IsGpu => VendorId == "10de" && ClassId.StartsWith("03", StringComparison.Ordinal);

    /// <summary>A Mellanox network or InfiniBand controller.</summary>
    public bool IsMellanox => VendorId == "15b3" && ClassId.StartsWith("02", StringComparison.Ordinal);

    /// <summary>Slot and name.</summary>
    public override string ToString() => $"{Slot} {Name}";
}

namespace PlatformOps.Lab.World;

/// <summary>A network interface of a machine in Aquilon.</summary>
internal sealed class AquilonInterface
{
    public required string Name { get; init; }

    public string? Mac { get; init; }

    /// <summary><c>public</c>, <c>management</c>, <c>vlan</c>, <c>bridge</c> or <c>bonding</c>.</summary>
    public string Type { get; init; } = "public";

    public bool IsBoot { get; set; }

    public bool IsDefaultRoute { get; set; }

    /// <summary>The bridge or bond that it is a part of.</summary>
    public string? Master { get; set; }

    public List<AquilonAddress> Addresses { get; } = [];
}

namespace PlatformOps.Aquilon;

/// <summary>A network interface of a machine in Aquilon.</summary>
public sealed record AquilonInterface
{
    /// <summary>Its name, such as <c>eth0</c> or <c>bmc0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its MAC address in lower case; null where it has none, as a bridge.</summary>
    public string? Mac { get; init; }

    /// <summary><c>public</c>, <c>management</c>, <c>vlan</c>, <c>bridge</c>, <c>bonding</c> …</summary>
    public string? Type { get; init; }

    /// <summary>Whether the machine boots from it.</summary>
    public bool IsBoot { get; init; }

    /// <summary>Whether the default route goes over it.</summary>
    public bool IsDefaultRoute { get; init; }

    /// <summary>The bridge or bond that it is a part of, if any.</summary>
    public string? Master { get; init; }

    /// <summary>The interface that a VLAN is on, if it is one.</summary>
    public string? Parent { get; init; }

    /// <summary>The network environment of its addresses; <c>internal</c> is Aquilon's default.</summary>
    public string? NetworkEnvironment { get; init; }

    /// <summary>Its addresses.</summary>
    public AquilonAddress[] Addresses { get; init; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

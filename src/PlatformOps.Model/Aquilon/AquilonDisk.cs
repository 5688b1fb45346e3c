namespace PlatformOps.Aquilon;

/// <summary>A disk that Aquilon expects in a machine.</summary>
public sealed record AquilonDisk
{
    /// <summary>Its device name, such as <c>sda</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in GB (10⁹ bytes).</summary>
    public int SizeGB { get; init; }

    /// <summary>The kind of its controller, such as <c>sata</c> or <c>nvme</c>.</summary>
    public string? Controller { get; init; }

    /// <summary>Whether the machine boots from it.</summary>
    public bool IsBoot { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

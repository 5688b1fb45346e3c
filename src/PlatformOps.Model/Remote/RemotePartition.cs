namespace PlatformOps.Remote;

/// <summary>A partition of a disk.</summary>
public sealed record RemotePartition
{
    /// <summary>The kernel's name, such as <c>nvme0n1p1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>What lies directly on it, such as <c>xfs</c> or <c>LVM2_member</c>.</summary>
    public string? FileSystem { get; init; }

    /// <summary>The identifier of what lies directly on it: of the file system, the RAID, the LVM volume.</summary>
    public string? Uuid { get; init; }

    /// <summary>Where it, or anything on it, is mounted.</summary>
    public string[] MountPoints { get; init; } = [];

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

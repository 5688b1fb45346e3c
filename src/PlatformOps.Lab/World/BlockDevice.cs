namespace PlatformOps.Lab.World;

/// <summary>A disk, partition, RAID or volume as <c>lsblk</c> shows it. A RAID is a child of each of its members.</summary>
internal sealed class BlockDevice
{
    /// <summary>The kernel's name, or the volume's: another boot can give another.</summary>
    public required string Name { get; set; }

    public required string Type { get; init; }

    public required long Size { get; init; }

    public string? Model { get; init; }

    public string? Serial { get; init; }

    public string? Wwn { get; init; }

    public string? Transport { get; init; }

    public string? PartitionTable { get; set; }

    public string? PartitionType { get; set; }

    public string? PartitionUuid { get; set; }

    /// <summary>What lies directly on it.</summary>
    public string? FileSystem { get; set; }

    public string? Label { get; set; }

    /// <summary>Of what lies directly on it: of a member, the RAID's.</summary>
    public string? Uuid { get; set; }

    public string? MountPoint { get; set; }

    public string? MountOptions { get; set; }

    public List<BlockDevice> Children { get; init; } = [];

    public string Path => Type == "lvm" ? $"/dev/mapper/{Name}" : $"/dev/{Name}";

    public IEnumerable<BlockDevice> WithDescendants() => Children.SelectMany(child => child.WithDescendants()).Prepend(this);
}

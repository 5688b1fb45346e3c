namespace PlatformOps.Core.Services.Hosts;

/// <summary>A block device as lsblk shows it, with all that lies on it. A RAID or volume over several devices is under each of them.</summary>
internal sealed record BlockDevice
{
    /// <summary>The name for people: <c>nvme0n1</c>, <c>rl-root</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kernel's own name, unique at a time: <c>nvme0n1</c>, <c>dm-0</c>.</summary>
    public required string KernelName { get; init; }

    /// <summary><c>disk</c>, <c>part</c>, <c>raid0</c>, <c>lvm</c>, <c>crypt</c>, <c>mpath</c> …</summary>
    public required string Type { get; init; }

    public required long SizeBytes { get; init; }

    public string? Model { get; init; }

    public string? Serial { get; init; }

    public string? Transport { get; init; }

    /// <summary>What lies directly on it, as the system's own records (udev) have it.</summary>
    public string? FileSystem { get; init; }

    public string? Uuid { get; init; }

    public string? Label { get; init; }

    /// <summary>The kind of partition table on it; for a partition, the one that it is part of.</summary>
    public string? PartitionTable { get; init; }

    /// <summary>A partition's type: a GUID in lower case, or <c>0x83</c>.</summary>
    public string? PartitionType { get; init; }

    public string? PartitionUuid { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>Where it is mounted itself; <c>[SWAP]</c> for swap.</summary>
    public IReadOnlyList<string> MountPoints { get; init; } = [];

    public IReadOnlyList<BlockDevice> Children { get; init; } = [];

    public string Path => "/dev/" + KernelName.Replace('!', '/');

    /// <summary>The paths that the system may call it by.</summary>
    public IEnumerable<string> Paths => Name == KernelName ? [Path] : [Path, "/dev/" + Name, "/dev/mapper/" + Name];

    public IEnumerable<BlockDevice> WithDescendants() => Children.SelectMany(child => child.WithDescendants()).Prepend(this);
}

namespace PlatformOps.Remote;

/// <summary>A whole disk of a host as <c>lsblk</c> shows it.</summary>
public sealed record RemoteDisk
{
    /// <summary>The kernel's name, such as <c>nvme0n1</c>; it can differ after a reboot.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The model, without surrounding spaces.</summary>
    public string? Model { get; init; }

    /// <summary>The serial number: what a disk is known by.</summary>
    public string? Serial { get; init; }

    /// <summary>How it is attached, such as <c>nvme</c> or <c>sata</c>.</summary>
    public string? Transport { get; init; }

    /// <summary>What lies directly on it: a file system such as <c>xfs</c>, <c>linux_raid_member</c>, <c>LVM2_member</c>.</summary>
    public string? FileSystem { get; init; }

    /// <summary>The identifier of what lies directly on it: of the file system, the RAID, the LVM volume.</summary>
    public string? Uuid { get; init; }

    /// <summary>The kind of its partition table, such as <c>gpt</c>, where <c>lsblk</c> tells it.</summary>
    public string? PartitionTable { get; init; }

    /// <summary>Where it, or anything on it, is mounted; <c>[SWAP]</c> for swap.</summary>
    public string[] MountPoints { get; init; } = [];

    /// <summary>Its partitions.</summary>
    public RemotePartition[] Partitions { get; init; } = [];

    /// <summary>Whether nothing at all was found on it: no file system, table, partition or member of something.</summary>
    public bool IsBlank => FileSystem is null && PartitionTable is null && Partitions.Length == 0 && MountPoints.Length == 0;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

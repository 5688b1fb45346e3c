using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// How the data disks of a hardware model are made ready. The steps follow from it, in this order, each only where it is missing:
/// partition each disk, make the RAID0, make the XFS, write mdadm.conf, make the folder, write the line of fstab, mount.
/// </summary>
internal sealed record StorageProfile : ICheckedRecord
{
    public const string DefaultMountPoint = "/var/lib/nova/instances";

    /// <summary>Patterns of the hardware models it is for, as the inventory calls them; the profile's own name where there is none.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The data disks.</summary>
    public required DiskSelection Disks { get; init; }

    /// <summary>The type, in sgdisk's code, of the one partition that each disk gets: <c>fd00</c> (Linux RAID) or <c>8300</c> (Linux). Whole disks are used where null.</summary>
    [RegularExpression("[Ff][Dd]00|8300")]
    public string? Partition { get; init; }

    /// <summary>The RAID0 that is made of them, such as <c>/dev/md0</c>; none where null.</summary>
    [RegularExpression("/dev/md[0-9]{1,3}")]
    public string? Raid0 { get; init; }

    /// <summary>Where the file system is mounted.</summary>
    [RegularExpression("(/[A-Za-z0-9._-]+)+")]
    public string MountPoint { get; init; } = DefaultMountPoint;

    /// <summary>With which options, as they stand in fstab.</summary>
    [RegularExpression("[A-Za-z0-9._=,:/-]+")]
    public string MountOptions { get; init; } = "rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota";

    /// <summary>The partition's type as a GPT has it.</summary>
    public string? PartitionType => Partition?.ToLowerInvariant() switch
    {
        null => null,
        "fd00" => "a19d880f-05fc-4d3b-a006-743f0f84911e",
        _ => "0fc63daf-8483-4772-8e79-3d69d8477de4",
    };

    public IEnumerable<string> Problems()
    {
        if (Disks.Count > 1 && Raid0 is null)
            yield return "several disks need raid0, the device that they become together.";
        if (Disks.Count == 1 && Raid0 is not null)
            yield return "raid0 needs two disks or more.";
    }
}

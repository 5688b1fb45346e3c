namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>All that is looked at to decide what a host's storage needs; nothing else is known of the host.</summary>
internal sealed record StorageSnapshot
{
    /// <summary>lsblk's tree.</summary>
    public required IReadOnlyList<BlockDevice> Devices { get; init; }

    /// <summary>What was found by reading the devices themselves, by the kernel's name: the profile's disks and all that lies on them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<Signature>> Signatures { get; init; }

    /// <summary>How many devices each RAID says it is made of, by the kernel's name.</summary>
    public IReadOnlyDictionary<string, int> ArraySizes { get; init; } = new Dictionary<string, int>();

    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>/etc/fstab; empty where there is none.</summary>
    public string Fstab { get; init; } = "";

    /// <summary>mdadm.conf; empty where there is none.</summary>
    public string MdadmConf { get; init; } = "";

    /// <summary>Whether the folder to mount on is there.</summary>
    public bool HasMountPoint { get; init; }

    /// <summary>Something that lies in the folder to mount on; null where nothing does.</summary>
    public string? InMountPoint { get; init; }

    /// <summary>What tells this machine from others (DMI's UUID); empty where it does not tell.</summary>
    public string Machine { get; init; } = "";

    /// <summary>Programs that the steps may need and the host has not.</summary>
    public IReadOnlySet<string> MissingPrograms { get; init; } = new HashSet<string>();

    public IEnumerable<BlockDevice> AllDevices => Devices.SelectMany(device => device.WithDescendants()).DistinctBy(device => device.KernelName);
}

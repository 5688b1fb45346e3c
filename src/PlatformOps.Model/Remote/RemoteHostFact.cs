namespace PlatformOps.Remote;

/// <summary>What a host tells about itself over SSH. What could not be read is null, which never means "none".</summary>
public sealed record RemoteHostFact
{
    /// <summary>The host as it was addressed.</summary>
    public required string HostName { get; init; }

    /// <summary>The distribution, such as <c>rocky</c>: <c>ID</c> of /etc/os-release.</summary>
    public required string OsId { get; init; }

    /// <summary>Its version, such as <c>9.4</c>: <c>VERSION_ID</c> of /etc/os-release; null where it names none.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The part of the version before the first dot.</summary>
    public int? OsMajor { get; init; }

    /// <summary>The distribution for people, such as <c>Rocky Linux 9.4 (Blue Onyx)</c>.</summary>
    public string? OsName { get; init; }

    /// <summary>The fully qualified name that the host gives itself.</summary>
    public string? Fqdn { get; init; }

    /// <summary>The machine's serial number (DMI).</summary>
    public string? SerialNumber { get; init; }

    /// <summary>The machine's UUID (DMI), in lower case.</summary>
    public string? Uuid { get; init; }

    /// <summary>Changes with every boot.</summary>
    public string? BootId { get; init; }

    /// <summary>Whole disks.</summary>
    public RemoteDisk[]? Disks { get; init; }

    /// <summary>Network interfaces that have a MAC address, without the loopback.</summary>
    public RemoteNic[]? Nics { get; init; }

    /// <summary>PCI devices of NVIDIA (vendor 10de) and Mellanox (15b3); null where <c>lspci</c> is missing or failed.</summary>
    public PciDevice[]? PciDevices { get; init; }

    /// <summary>Whether there is an NVIDIA display or 3D controller; null where that is not known.</summary>
    public bool? HasGpu => PciDevices is null ? null : Array.Exists(PciDevices, d => d.IsGpu);

    /// <summary>Whether there is a Mellanox network device; null where that is not known.</summary>
    public bool? HasMellanox => PciDevices is null ? null : Array.Exists(PciDevices, d => d.IsMellanox);

    /// <summary>Whether it was booted by UEFI, not BIOS.</summary>
    public bool? BootedByEfi { get; init; }

    /// <summary>Logical processors that are online.</summary>
    public int? CpuCount { get; init; }

    /// <summary>Memory as the kernel counts it, in MiB.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>nova-compute's node identity, from /var/lib/nova/compute_id or /etc/nova/compute_id; null where there is none.</summary>
    public string? ComputeId { get; init; }

    /// <summary>The file that <see cref="ComputeId"/> is in.</summary>
    public string? ComputeIdPath { get; init; }

    /// <summary>Seconds since the boot.</summary>
    public double? UptimeSeconds { get; init; }

    /// <summary>What could not be read and why, one line each.</summary>
    public string[] Unknown { get; init; } = [];

    /// <summary>The host's name.</summary>
    public override string ToString() => HostName;
}

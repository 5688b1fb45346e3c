using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What is foreign to a hypervisor, and what is expected: patterns of <c>*</c> and <c>?</c>, whatever the case. A list that is given takes the place of the default.</summary>
internal sealed record TenantRules
{
    /// <summary>Services that belong to something else, whether they run, failed, or are enabled; <c>.service</c> may be left out.</summary>
    public IReadOnlyList<string> Units { get; init; } =
    [
        "ceph-osd@*", "ceph-mon*", "ceph-mgr*", "ceph-mds*", "ceph-radosgw*", "ceph-????????-????-????-????-????????????@*",
        "neutron-l3-agent", "neutron-dhcp-agent", "ovn-northd", "ovn-ovsdb-server-*",
        "cinder-volume", "cinder-backup", "nfs-server", "targetd",
        "mariadb", "mysqld", "galera*", "postgresql*", "rabbitmq*", "memcached", "etcd", "haproxy", "keepalived",
    ];

    /// <summary>The services that a hypervisor has; where the list is given, any other that runs, failed or is enabled is a tenant's too. <c>.service</c> may be left out.</summary>
    public IReadOnlyList<string>? ExpectedUnits { get; init; }

    /// <summary>Block devices that hold another's data: by their own names (of volumes, each hyphen doubled, as the device mapper writes them) or by what lies on them.</summary>
    public IReadOnlyList<string> Devices { get; init; } = ["ceph_bluestore", "ceph--*", "cinder--volumes*"];

    /// <summary>Containers that belong to something else, whether they run or not.</summary>
    public IReadOnlyList<string> Containers { get; init; } =
    [
        "ceph-*", "ceph_*", "neutron_l3_agent", "neutron_dhcp_agent", "ovn_northd", "ovn_nb_db*", "ovn_sb_db*",
        "cinder_volume", "cinder_backup", "nova_api", "nova_conductor", "nova_scheduler", "placement_api", "keystone", "glance_api", "neutron_server", "horizon",
        "mariadb*", "rabbitmq*", "memcached", "etcd", "haproxy", "keepalived",
    ];

    /// <summary>The programs that list containers, asked where they are installed.</summary>
    [RegularExpression("[A-Za-z0-9._/-]+")]
    public IReadOnlyList<string> ContainerTools { get; init; } = ["podman", "docker"];

    /// <summary>Where something may be mounted; anything else is a tenant's.</summary>
    public IReadOnlyList<string> Mounts { get; init; } =
    [
        "/", "/boot", "/boot/*", "/home", "/opt", "/tmp", "/usr", "/var", "/var/crash", "/var/lib", "/var/log", "/var/log/*", "/var/tmp",
        "/var/lib/nova/instances", "/var/lib/containers*", "/var/lib/docker*",
    ];

    /// <summary>Kinds of file systems that are the kernel's own or a container's, wherever they are mounted.</summary>
    public IReadOnlyList<string> FileSystems { get; init; } =
    [
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs",
        "overlay", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tmpfs", "tracefs",
    ];

    public bool IsForeignUnit(string unit) => IsAny(Units, unit) || (ExpectedUnits is { } expected && !IsAny(expected, unit));

    public bool IsForeignDevice(BlockDevice device)
        => Devices.Any(pattern => NamePattern.Matches(pattern, device.Name) || (device.FileSystem is { } system && NamePattern.Matches(pattern, system)));

    public bool IsForeignContainer(string name) => Containers.Any(pattern => NamePattern.Matches(pattern, name));

    public bool IsExpected(Mount mount)
        => FileSystems.Any(pattern => NamePattern.Matches(pattern, mount.FileSystem)) || Mounts.Any(pattern => NamePattern.Matches(pattern, mount.Target));

    private static bool IsAny(IReadOnlyList<string> patterns, string unit)
        => patterns.Any(pattern => NamePattern.Matches(pattern, unit) || (unit.EndsWith(".service", StringComparison.Ordinal) && NamePattern.Matches(pattern, unit[..^".service".Length])));
}

using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>What several commands and files of a host show in different forms.</summary>
internal static class HostReports
{
    // What every system has mounted.
    private static readonly HostMount[] Kernel =
    [
        new("/proc", "proc", "proc", "rw,nosuid,nodev,noexec,relatime"), new("/sys", "sysfs", "sysfs", "rw,nosuid,nodev,noexec,relatime"),
        new("/dev", "devtmpfs", "devtmpfs", "rw,nosuid,size=4096k"), new("/dev/shm", "tmpfs", "tmpfs", "rw,nosuid,nodev"), new("/run", "tmpfs", "tmpfs", "rw,nosuid,nodev,mode=755"),
        new("/sys/fs/cgroup", "cgroup2", "cgroup2", "rw,nosuid,nodev,noexec,relatime"),
    ];

    public static IEnumerable<BlockDevice> Mounted(LabHost host) => host.Disks.All.Where(disk => disk.MountPoint is not null && disk.MountPoint != "[SWAP]");

    public static List<HostMount> AllMounts(LabHost host) =>
    [
        .. Mounted(host).Select(disk => new HostMount(disk.MountPoint!, disk.Path, disk.FileSystem ?? "", disk.MountOptions ?? "rw,relatime", disk.Uuid)).OrderBy(mount => mount.Target, StringComparer.Ordinal),
        .. Kernel, .. host.Mounts,
    ];

    public static string MountTable(LabHost host) => string.Concat(AllMounts(host).Select(mount => $"{mount.Source} {mount.Target} {mount.FileSystem} {mount.Options} 0 0\n"));
}

using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>What several commands and files of a host show in different forms.</summary>
internal static class HostReports
{
    public static IEnumerable<BlockDevice> Mounted(LabHost host) => host.Machine.Disks.SelectMany(disk => disk.WithDescendants())
        .Where(disk => disk.MountPoint is not null && disk.MountPoint != "[SWAP]").DistinctBy(disk => disk.Path);

    public static string Mounts(LabHost host) =>
        "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n"
        + string.Concat(Mounted(host).OrderBy(disk => disk.MountPoint, StringComparer.Ordinal).Select(disk => $"{disk.Path} {disk.MountPoint} {disk.FileSystem} {disk.MountOptions} 0 0\n"));
}

using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The whole disks among a host's block devices, as users see them.</summary>
internal static class DiskListing
{
    /// <param name="json">What <see cref="BlockDeviceListing.Command"/> printed.</param>
    /// <exception cref="FormatException">It is no such listing.</exception>
    public static RemoteDisk[] Parse(string json) => [.. BlockDeviceListing.Parse(json).Where(IsDisk).Select(Of)];

    /// <summary>Not an optical drive, and not a drive without a medium.</summary>
    public static bool IsDisk(BlockDevice device) => device.Type == "disk" && device.SizeBytes > 0;

    public static RemoteDisk Of(BlockDevice disk) => new()
    {
        Name = disk.Name,
        SizeBytes = disk.SizeBytes,
        Model = disk.Model,
        Serial = disk.Serial,
        Transport = disk.Transport,
        FileSystem = disk.FileSystem,
        Uuid = disk.Uuid,
        PartitionTable = disk.PartitionTable,
        MountPoints = MountPoints(disk),
        Partitions = [.. disk.Children.Where(child => child.Type == "part").Select(part => new RemotePartition
        {
            Name = part.Name,
            SizeBytes = part.SizeBytes,
            FileSystem = part.FileSystem,
            Uuid = part.Uuid,
            MountPoints = MountPoints(part),
        })],
    };

    /// <summary>Of the device and all that lies on it: RAID, LVM, crypt.</summary>
    private static string[] MountPoints(BlockDevice device) => [.. device.WithDescendants().SelectMany(part => part.MountPoints).Distinct()];
}

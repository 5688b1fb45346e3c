using System.Globalization;
using System.Text.Json;
using PlatformOps.Core.Ssh;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What <c>lsblk -J -b</c> prints. Older releases write numbers as strings, newer ones <c>mountpoints</c> instead of <c>mountpoint</c>.</summary>
internal static class DiskListing
{
    /// <summary>Columns that util-linux has had since 2.27; <c>MOUNTPOINTS</c> came with 2.37 only.</summary>
    public const string Columns = "NAME,TYPE,SIZE,MODEL,SERIAL,TRAN,FSTYPE,PTTYPE,MOUNTPOINT";

    /// <exception cref="FormatException">It is no such listing.</exception>
    public static RemoteDisk[] Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return [.. document.RootElement.GetProperty("blockdevices").EnumerateArray().Where(d => Text(d, "type") == "disk" && Size(d) > 0).Select(Disk)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"lsblk printed something that is not its JSON: {error.Message}", error);
        }
    }

    private static RemoteDisk Disk(JsonElement disk) => new()
    {
        Name = Text(disk, "name") ?? throw new FormatException("lsblk printed a disk without a name."),
        SizeBytes = Size(disk),
        Model = Text(disk, "model"),
        Serial = Text(disk, "serial"),
        Transport = Text(disk, "tran"),
        FileSystem = Text(disk, "fstype"),
        PartitionTable = Text(disk, "pttype"),
        MountPoints = [.. MountPoints(disk).Distinct()],
        Partitions = [.. Children(disk).Where(c => Text(c, "type") == "part").Select(Partition)],
    };

    private static RemotePartition Partition(JsonElement part) => new()
    {
        Name = Text(part, "name") ?? throw new FormatException("lsblk printed a partition without a name."),
        SizeBytes = Size(part),
        FileSystem = Text(part, "fstype"),
        MountPoints = [.. MountPoints(part).Distinct()],
    };

    private static JsonElement[] Children(JsonElement device)
        => device.TryGetProperty("children", out var children) && children.ValueKind == JsonValueKind.Array ? [.. children.EnumerateArray()] : [];

    /// <summary>Of the device and all that lies on it: RAID, LVM, crypt.</summary>
    private static IEnumerable<string> MountPoints(JsonElement device)
    {
        if (Text(device, "mountpoint") is { } one)
            yield return one;
        if (device.TryGetProperty("mountpoints", out var several) && several.ValueKind == JsonValueKind.Array)
        {
            foreach (var point in several.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.String))
                yield return OutputText.Line(point.GetString()!);
        }

        foreach (var point in Children(device).SelectMany(MountPoints))
            yield return point;
    }

    private static string? Text(JsonElement device, string name)
        => device.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && OutputText.Line(value.GetString()!) is { Length: > 0 } text ? text : null;

    private static long Size(JsonElement device)
        => !device.TryGetProperty("size", out var value) ? 0
            : value.ValueKind == JsonValueKind.Number ? value.GetInt64()
            : long.TryParse(Text(device, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
            : throw new FormatException("lsblk printed a size that is no number of bytes.");
}

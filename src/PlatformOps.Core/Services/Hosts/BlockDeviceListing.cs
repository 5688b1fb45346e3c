using System.Globalization;
using System.Text;
using System.Text.Json;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>What <c>lsblk -J -b</c> prints. Older releases write numbers and flags as strings, newer ones <c>mountpoints</c> instead of <c>mountpoint</c>.</summary>
internal static class BlockDeviceListing
{
    /// <summary>Columns that util-linux has had since 2.27; <c>MOUNTPOINTS</c> came with 2.37 only.</summary>
    public const string Columns = "NAME,KNAME,TYPE,SIZE,MODEL,SERIAL,TRAN,FSTYPE,UUID,LABEL,PTTYPE,PARTTYPE,PARTUUID,RO,MOUNTPOINT";

    public static IReadOnlyList<string> Command { get; } = ["lsblk", "-J", "-b", "-o", Columns];

    /// <exception cref="Errors.RemoteHostException">lsblk failed.</exception>
    /// <exception cref="FormatException">It printed something else.</exception>
    public static async Task<IReadOnlyList<BlockDevice>> ReadAsync(RemoteHost host, CancellationToken cancellationToken)
        => Parse(Encoding.UTF8.GetString((await host.ReadAsync(Command, cancellationToken)).OutputBytes.Span));

    /// <exception cref="FormatException">It is no such listing.</exception>
    public static IReadOnlyList<BlockDevice> Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return [.. document.RootElement.GetProperty("blockdevices").EnumerateArray().Select(Device)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"lsblk printed something that is not its JSON: {error.Message}", error);
        }
    }

    private static BlockDevice Device(JsonElement row)
    {
        var name = Text(row, "name") ?? throw new FormatException("lsblk printed a device without a name.");
        return new BlockDevice
        {
            Name = name,
            KernelName = Text(row, "kname") ?? name,
            Type = Text(row, "type") ?? "",
            SizeBytes = Size(row),
            Model = Text(row, "model"),
            Serial = Text(row, "serial"),
            Transport = Text(row, "tran"),
            FileSystem = Text(row, "fstype"),
            Uuid = Text(row, "uuid"),
            Label = Text(row, "label"),
            PartitionTable = Text(row, "pttype"),
            PartitionType = Text(row, "parttype")?.ToLowerInvariant(),
            PartitionUuid = Text(row, "partuuid")?.ToLowerInvariant(),
            IsReadOnly = row.TryGetProperty("ro", out var ro) && (ro.ValueKind == JsonValueKind.True || (ro.ValueKind == JsonValueKind.String && ro.GetString() == "1")),
            MountPoints = [.. MountPoints(row).Distinct()],
            Children = row.TryGetProperty("children", out var children) && children.ValueKind == JsonValueKind.Array ? [.. children.EnumerateArray().Select(Device)] : [],
        };
    }

    private static IEnumerable<string> MountPoints(JsonElement row)
    {
        if (Text(row, "mountpoint") is { } one)
            yield return one;
        if (row.TryGetProperty("mountpoints", out var several) && several.ValueKind == JsonValueKind.Array)
        {
            foreach (var point in several.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.String))
                yield return OutputText.Line(point.GetString()!);
        }
    }

    private static string? Text(JsonElement row, string name)
        => row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && OutputText.Line(value.GetString()!) is { Length: > 0 } text ? text : null;

    private static long Size(JsonElement row)
        => !row.TryGetProperty("size", out var value) ? 0
            : value.ValueKind == JsonValueKind.Number ? value.GetInt64()
            : long.TryParse(Text(row, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size
            : throw new FormatException("lsblk printed a size that is no number of bytes.");
}

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>fstab(5), changed line by line: what is not ours to change keeps its bytes.</summary>
internal sealed class FstabFile
{
    public const string Path = "/etc/fstab";

    private readonly string[] _lines;

    private FstabFile(string[] lines) => _lines = lines;

    /// <summary>One line that mounts something.</summary>
    internal sealed record Entry(int Line, string Source, string Target, IReadOnlyList<string> Fields)
    {
        public string Text => string.Join(' ', Fields);
    }

    public IEnumerable<Entry> Entries
    {
        get
        {
            for (var i = 0; i < _lines.Length; i++)
            {
                var fields = _lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length >= 2 && fields[0][0] != '#')
                    yield return new Entry(i, Plain(fields[0]), Plain(fields[1]), fields);
            }
        }
    }

    public static FstabFile Parse(string text) => new(text.Split('\n'));

    /// <summary>The text with one line for a mount point, in place of those that were there, or at the end.</summary>
    public string With(string target, string line)
    {
        var old = Entries.Where(entry => entry.Target == target).Select(entry => entry.Line).ToHashSet();
        var lines = _lines.Select((text, i) => (text, i)).Where(pair => !old.Contains(pair.i)).Select(pair => pair.text).ToList();
        while (lines.Count > 0 && lines[^1].Trim().Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return string.Concat(lines.Append(line).Select(text => text + "\n"));
    }

    /// <summary>Whether a source means the device: by its path, UUID, label, or a link of udev's that holds its serial number.</summary>
    public static bool Means(string source, BlockDevice device)
    {
        if (source.Split('=', 2) is [var tag, var value])
        {
            value = value.Trim('"', '\'');
            return tag.ToUpperInvariant() switch
            {
                "UUID" => string.Equals(value, device.Uuid, StringComparison.OrdinalIgnoreCase),
                "PARTUUID" => string.Equals(value, device.PartitionUuid, StringComparison.OrdinalIgnoreCase),
                "LABEL" => value == device.Label,
                _ => false,
            };
        }

        return device.Paths.Contains(source)
            || (source.StartsWith("/dev/disk/", StringComparison.Ordinal)
                && new[] { device.Serial, device.Uuid, device.PartitionUuid, device.Label }.Any(id => id is { Length: > 0 } && source.Contains(id, StringComparison.OrdinalIgnoreCase)));
    }

    // Octal escapes stand for spaces and the like.
    private static string Plain(string field) => field.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}

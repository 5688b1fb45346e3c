using System.Globalization;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>/etc/os-release (os-release(5)).</summary>
internal sealed record OsRelease(string Id, string? Version, string? Name, IReadOnlyList<string> Like)
{
    /// <summary>The part of the version before the first dot; null where there is none or it is no number.</summary>
    public int? Major => Version is not null && int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;

    /// <summary>Whether packages are Debian's; else they are taken for RPMs.</summary>
    public bool IsDebian => Id is "debian" or "ubuntu" || Like.Contains("debian");

    /// <summary>Whether it is the distribution of this <c>ID</c>.</summary>
    public bool IsOf(string id) => string.Equals(Id, id, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether its version is the wanted one: a full one, or a major one, which all of its minor ones are.</summary>
    public bool IsVersion(string wanted)
        => wanted.Contains('.', StringComparison.Ordinal) ? Version == wanted : Major?.ToString(CultureInfo.InvariantCulture) == wanted;

    /// <summary>Reads the file; null where it names no distribution.</summary>
    public static OsRelease? TryParse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                values[line[..equals]] = Unquote(line[(equals + 1)..]);
        }

        return values.TryGetValue("ID", out var id) && id.Length > 0
            ? new OsRelease(
                id.ToLowerInvariant(),
                values.GetValueOrDefault("VERSION_ID") is { Length: > 0 } version ? version : null,
                values.GetValueOrDefault("PRETTY_NAME"),
                (values.GetValueOrDefault("ID_LIKE") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    public override string ToString() => $"{Id} {Version ?? "without a version"}";

    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0])
            value = value[1..^1];
        return value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\$", "$", StringComparison.Ordinal).Replace("\\`", "`", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
    }
}

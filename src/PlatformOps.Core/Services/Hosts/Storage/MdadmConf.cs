namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>mdadm.conf(5): its line for an array is what gives the array its name at the next boot.</summary>
internal static class MdadmConf
{
    public const string Path = "/etc/mdadm.conf";

    /// <summary>Whether the array has its name there.</summary>
    public static bool Has(string text, string device, Guid array) => text.Split('\n').Any(line => Words(line) is [var name, ..] words && name == device && IsOf(words, array));

    /// <summary>The array, other than this one, that has the name; null where none has.</summary>
    public static string? Other(string text, string device, Guid array)
        => text.Split('\n').Select(Words).FirstOrDefault(words => words is [var name, ..] && name == device && !IsOf(words, array)) is { } other ? string.Join(' ', other) : null;

    /// <summary>The text with one line for the array, in place of those that name it or its device, or at the end.</summary>
    public static string With(string text, string device, Guid array)
    {
        var lines = text.Split('\n').Where(line => Words(line) is not [var name, ..] words || (name != device && !IsOf(words, array))).ToList();
        while (lines.Count > 0 && lines[^1].Trim().Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return string.Concat(lines.Append($"ARRAY {device} metadata=1.2 UUID={StableIds.ForMdadm(array)}").Select(line => line + "\n"));
    }

    private static bool IsOf(string[] words, Guid array)
        => words.FirstOrDefault(word => word.StartsWith("UUID=", StringComparison.OrdinalIgnoreCase)) is { } word && StableIds.Same(word["UUID=".Length..], array);

    // What a line for an array says of it: its device first. Empty for another line.
    private static string[] Words(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var first, .. var words] && first.Equals("ARRAY", StringComparison.OrdinalIgnoreCase) ? words : [];
}

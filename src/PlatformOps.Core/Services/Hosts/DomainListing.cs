using System.Text.RegularExpressions;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The table that <c>virsh list --all</c> prints. Its heading is the proof that libvirt answered: nothing at all is not "no domains".</summary>
internal static partial class DomainListing
{
    /// <summary>The domains, each as its name and state.</summary>
    /// <exception cref="FormatException">It is no such table.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r', ' ')).Where(line => line.Length > 0).ToList();
        if (lines.Count < 2 || !Heading().IsMatch(lines[0]) || !Rule().IsMatch(lines[1]))
            throw new FormatException(lines.Count == 0 ? "virsh printed nothing" : $"virsh printed no table: {OutputText.Line(lines[0], 100)}");
        return [.. lines.Skip(2).Select(line => Row().Match(line) is { Success: true } row
            ? $"{OutputText.Line(row.Groups["name"].Value)} ({row.Groups["state"].Value})"
            : throw new FormatException($"virsh printed a line that is no domain: {OutputText.Line(line, 100)}"))];
    }

    [GeneratedRegex(@"^\s*Id\s+Name\s+State$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("^-{5,}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rule();

    // The states of virsh(1), "list".
    [GeneratedRegex(@"^\s*(?:-|\d+)\s+(?<name>\S.*?)\s+(?<state>running|idle|paused|in shutdown|shut off|crashed|pmsuspended|dying|no state|blocked)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}

using System.Globalization;
using System.Text.RegularExpressions;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>The pattern that says which hosts Ansible works on.</summary>
/// <remarks>
/// An empty one is every host; <c>!h1</c> all but one, <c>~h1.*</c> a regular expression, <c>@f</c> a file, a group's name its hosts
/// (ansible-core documentation, "Patterns: targeting hosts and groups"). So it is made of plain names only, and of those that the inventory
/// resolves to just themselves.
/// </remarks>
internal static partial class HostLimit
{
    /// <summary>Names that Ansible gives a meaning, in every inventory or in none: every host, and the control host itself.</summary>
    private static readonly string[] Reserved = ["all", "ungrouped", "localhost", "127.0.0.1"];

    /// <summary>Hosts as <c>--limit</c> takes them, in the order of their names: a batch has none of its own.</summary>
    /// <exception cref="RefusedException">There is none, or one is no plain name of a host.</exception>
    public static string Of(IReadOnlyCollection<string> hosts)
    {
        if (hosts.Count == 0)
            throw new RefusedException("There is no host to limit Kayobe to, and without a limit it works on all of them. Nothing was sent.");
        foreach (var host in hosts)
            Require(host);
        return string.Join(':', hosts.Order(StringComparer.Ordinal));
    }

    /// <exception cref="RefusedException">It is no plain name of a host.</exception>
    public static void Require(string host)
    {
        if (!Name().IsMatch(host))
            throw new RefusedException($"'{OutputText.Line(host)}' cannot be in a limit: Ansible would take it for a pattern. A host's name has lower-case letters, digits, '.' and '-' only, and begins with a letter or digit. Nothing was sent.") { TargetName = OutputText.Line(host) };
        if (Reserved.Contains(host))
            throw new RefusedException($"'{host}' cannot be in a limit: to Ansible it means {(host is "all" or "ungrouped" ? "a group of hosts" : "the control host itself")}. Nothing was sent.") { TargetName = host };
    }

    /// <summary>What <c>ansible --list-hosts</c> told: "hosts (2):" and a name a line.</summary>
    /// <returns>The names; null where it told something else.</returns>
    public static IReadOnlyList<string>? ReadListing(string output)
    {
        var lines = output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var at = lines.FindIndex(line => Header().IsMatch(line));
        return at >= 0 && int.TryParse(Header().Match(lines[at]).Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count == lines.Count - at - 1
            ? lines[(at + 1)..]
            : null;
    }

    // \z, not $: $ would let a final newline pass.
    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9.-]{0,252})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\Ahosts \(([0-9]+)\):\z", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}

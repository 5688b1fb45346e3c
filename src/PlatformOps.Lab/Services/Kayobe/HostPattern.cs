using System.Text.RegularExpressions;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Kayobe;

/// <summary>Ansible's host patterns, with all that makes them dangerous (ansible-core documentation, "Patterns: targeting hosts and groups").</summary>
internal static class HostPattern
{
    /// <summary>The hosts that a pattern selects; an empty one selects all.</summary>
    public static IReadOnlyList<string> Select(string pattern, KayobeData data, Action<string> warn)
    {
        string[] all = [.. data.Controllers, .. data.Computes];
        // Where there are commas, colons belong to the names.
        var parts = pattern.Split(pattern.Contains(',', Ordinal) ? ',' : ':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var plain = parts.Where(part => part[0] is not ('!' or '&')).ToList();
        var selected = plain.Count == 0 ? all.ToList() : [.. all.Where(host => plain.Any(part => Matches(part, host)))];
        foreach (var part in plain.Where(part => !part.StartsWith('@') && !all.Any(host => Matches(part, host))))
        {
            // What is named may be this very host.
            if (part is "localhost" or "127.0.0.1")
                selected.Add(part);
            else
                warn($"[WARNING]: Could not match supplied host pattern, ignoring: {part}");
        }

        foreach (var part in parts.Where(part => part[0] == '&'))
            selected.RemoveAll(host => !Matches(part[1..], host));
        foreach (var part in parts.Where(part => part[0] == '!'))
            selected.RemoveAll(host => Matches(part[1..], host));
        return selected;

        bool Matches(string part, string host) => part switch
        {
            "all" or "*" or "overcloud" => true,
            "compute" => data.Computes.Contains(host),
            "controllers" => data.Controllers.Contains(host),
            ['~', .. var expression] => Regex.IsMatch(host, "^(?:" + expression + ")", RegexOptions.None, TimeSpan.FromSeconds(1)),
            _ => Glob.IsMatch(part, host),
        };
    }
}

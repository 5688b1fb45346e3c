using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>The <c>alertmanager:</c> section.</summary>
[Section("alertmanager")]
internal sealed record AlertmanagerConfiguration : ICheckedRecord
{
    private static readonly string[] CommentPlaceholders = ["window.start", "window.end", "initials", "person", "host"];

    /// <summary>Where it is, with its prefix: a route prefix, Mimir's <c>/alertmanager</c>, Grafana's <c>/api/alertmanager/grafana</c>.</summary>
    public Uri? Url { get; init; }

    public string? Username { get; init; }

    public Secret? Password { get; init; }

    /// <summary>A bearer token; wins over user name and password.</summary>
    public Secret? Token { get; init; }

    /// <summary>The tenant (<c>X-Scope-OrgID</c>) of Mimir and Cortex.</summary>
    public string? OrgId { get; init; }

    /// <summary>What silences of a machine match: each entry is one silence, several matchers in one are ANDed. <c>${host}</c> is the first name of host-identity.alertmanager, escaped in regular expressions.</summary>
    public IReadOnlyList<string> Matchers { get; init; } = ["hostname=\"${host}\"", "instance=~\"${host}(:[0-9]+)?\""];

    /// <summary>How long a silence lasts: see the modes.</summary>
    public SilenceMode SilenceMode { get; init; }

    /// <summary>How long a rolling silence lasts, counted from whenever it is asked for.</summary>
    public TimeSpan SilenceDuration { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The comment of silences, before our claim: of <c>${window.start}</c>, <c>${window.end}</c>, <c>${initials}</c>, <c>${person}</c>, <c>${host}</c>.</summary>
    public string CommentTemplate { get; init; } = "RL9 Reinstall ${window.start} - ${initials}";

    /// <summary>Where people see a silence, of <c>${url}</c> and <c>${id}</c>.</summary>
    public string LinkTemplate { get; init; } = "${url}/#/silences/${id}";

    /// <summary>An alert that always fires where alerting works, such as <c>Watchdog</c>: without it, quiet is not known to be quiet.</summary>
    public string? Watchdog { get; init; }

    /// <summary>How to reach it, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }

    public IEnumerable<string> Problems()
    {
        if ((Username is null) != (Password is null))
            yield return "username and password go together.";
        if (SilenceDuration < TimeSpan.FromMinutes(1) || SilenceDuration > TimeSpan.FromDays(366))
            yield return "silence-duration is from 1m to 366d.";
        if (Matchers.Count == 0)
            yield return "matchers is empty, so that nothing would be silenced.";
        foreach (var text in Matchers)
        {
            if (HostMatchers.WhyNot(text) is { } why)
                yield return why;
        }

        foreach (var name in Placeholders(CommentTemplate).Except(CommentPlaceholders))
            yield return $"comment-template has the unknown placeholder '${{{name}}}'. Known: {string.Join(", ", CommentPlaceholders)}.";
        if (!LinkTemplate.Contains("${id}", StringComparison.Ordinal) || Placeholders(LinkTemplate).Except(["url", "id"]).Any())
            yield return "link-template is made of ${url} and ${id}, and has ${id}.";
    }

    internal static IEnumerable<string> Placeholders(string template)
        => template.Split("${").Skip(1).Select(part => part.IndexOf('}', StringComparison.Ordinal) is >= 0 and var end ? part[..end] : part + " (not closed)");
}

/// <summary>How long silences last.</summary>
internal enum SilenceMode
{
    /// <summary>For silence-duration from whenever they are asked for: each phase extends them, and a forgotten machine is not silent for long.</summary>
    Rolling,

    /// <summary>To the end of the run's maintenance window.</summary>
    Window,
}

using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Jira;

/// <summary>The <c>jira:</c> section.</summary>
[Section("jira")]
internal sealed record JiraConfiguration
{
    /// <summary>The account: an e-mail address on Cloud.</summary>
    public required string Username { get; init; }

    /// <summary>An API token (Cloud), a personal access token, or a password (Data Center).</summary>
    public required Secret ApiToken { get; init; }

    /// <summary>Where Jira is, with its context path if it has one.</summary>
    public Uri? Url { get; init; }

    /// <summary>How to log in: by default <c>basic</c> on Cloud and <c>bearer</c> (a personal access token) on Data Center.</summary>
    public JiraLogin? Login { get; init; }

    /// <summary>The project of new tickets.</summary>
    public string Project { get; init; } = "MH";

    /// <summary>The issue type of new tickets.</summary>
    public string IssueType { get; init; } = "HyperVisor";

    /// <summary>Writes comments for the team only (Jira Service Management).</summary>
    public bool InternalComments { get; init; }

    /// <summary>How to reach it, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }
}

/// <summary>How Jira is logged in to.</summary>
internal enum JiraLogin
{
    Basic,
    Bearer,
}

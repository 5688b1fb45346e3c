using System.Collections.Concurrent;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Jira;

/// <summary>The one open ticket of a title. What this session made is read by its key: Cloud's search learns of it seconds later, and a key that Jira gave must never be lost.</summary>
internal sealed class OpenTickets(JiraClient jira)
{
    private readonly ConcurrentDictionary<(string Summary, string Project, string Type), string> _made = new();

    /// <summary>Its key; null where there is none.</summary>
    /// <exception cref="AmbiguousNameException">Several open tickets have exactly this title.</exception>
    public async Task<string?> FindAsync(string summary, string? project, string? type, string target, CancellationToken cancellationToken)
    {
        if (_made.TryGetValue(KeyOf(summary, project, type), out var key) && !(await jira.GetAsync(key, cancellationToken)).IsDone)
            return key;
        var found = await jira.FindOpenAsync(summary, project, type, cancellationToken);
        return found.Count <= 1
            ? (found.Count == 1 ? found[0].TicketId : null)
            : throw new AmbiguousNameException($"{found.Count} open tickets are called '{summary}': {string.Join(", ", found.Select(ticket => $"{ticket.TicketId} ({ticket.Status})"))}. Close all but one, or write the right key into the list file.") { TargetName = target };
    }

    public void Made(string summary, string? project, string? type, string key) => _made[KeyOf(summary, project, type)] = key;

    private (string, string, string) KeyOf(string summary, string? project, string? type) => (summary.Trim().ToUpperInvariant(), project ?? jira.Configuration.Project, type ?? jira.Configuration.IssueType);
}

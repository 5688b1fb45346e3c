using PlatformOps.Core.Configuration;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The open tickets of the migration's project and type, newest first.</summary>
public sealed class MigrationTicketCompleter : LiveCompleter
{
    private const int Most = 50;

    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var jira = session.Get<JiraClient>();
        var names = new List<CompletionName>();
        await foreach (var ticket in jira.SearchAsync($"project = \"{jira.Configuration.Project}\" AND issuetype = \"{jira.Configuration.IssueType}\" AND statusCategory != Done ORDER BY created DESC", cancellationToken))
        {
            names.Add(new CompletionName(ticket.TicketId, $"{ticket.Summary}: {ticket.Status}"));
            if (names.Count == Most)
                break;
        }

        return names;
    }
}

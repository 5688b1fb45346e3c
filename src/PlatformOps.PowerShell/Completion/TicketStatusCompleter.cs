using System.Collections;
using System.Management.Automation;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Sessions;
using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The statuses that a ticket can be moved to now; without a ticket, those that the newest open one can.</summary>
public sealed class TicketStatusCompleter : LiveCompleter
{
    private protected override string? AboutOf(IDictionary bound)
    {
        var given = bound["TicketId"];
        if (given is IList { Count: > 0 } many)
            given = many[0];
        return (given is PSObject wrapped ? wrapped.BaseObject : given) switch
        {
            string key => key,
            Ticket ticket => ticket.TicketId,
            _ => null,
        };
    }

    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var jira = session.Get<JiraClient>();
        var key = About;
        if (key is null)
        {
            await foreach (var ticket in jira.SearchAsync($"project = {JiraClient.Quote(jira.Configuration.Project)} AND issuetype = {JiraClient.Quote(jira.Configuration.IssueType)} AND statusCategory != Done ORDER BY created DESC", cancellationToken))
            {
                key = ticket.TicketId;
                break;
            }
        }

        return key is null ? [] : [.. (await jira.TransitionsAsync(key, cancellationToken)).Where(transition => transition.To?.Name is not null).Select(transition => new CompletionName(transition.To!.Name!, transition.Name))];
    }
}

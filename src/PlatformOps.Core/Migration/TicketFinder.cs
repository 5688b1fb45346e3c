using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Finds the tickets of hypervisors that came without one: the one open ticket of the configured project and type whose title is the hypervisor's name.</summary>
internal sealed class TicketFinder(IServiceScope scope)
{
    private const int Named = 10;

    /// <summary>The targets with the tickets that were found. Nobody is asked where each has one, or where the configuration has no ticket service.</summary>
    /// <returns>The targets in their order, and what to tell of those that stay without; null where none does.</returns>
    public async Task<(IReadOnlyList<ActionTarget> Targets, string? Warning)> FindAsync(IReadOnlyList<ActionTarget> targets, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<JiraConfiguration>() || targets.All(target => target.TicketId is not null))
            return (targets, null);
        var configuration = scope.Configuration.Section<JiraConfiguration>();
        List<ActionTarget> complete = [];
        List<(string Name, string Why)> without = [];
        string? away = null;
        foreach (var target in targets)
        {
            if (target.TicketId is not null)
            {
                complete.Add(target);
                continue;
            }

            string? key = null;
            var why = away;
            if (why is null)
            {
                try
                {
                    var open = await scope.Get<JiraClient>().FindOpenAsync(target.Name, null, null, cancellationToken);
                    if (open is [var one])
                        key = one.TicketId;
                    else
                        why = open.Count == 0
                            ? $"no open {configuration.IssueType} ticket of {configuration.Project} has that title"
                            : $"{string.Join(" and ", open.Select(ticket => ticket.TicketId))} are open and have that title";
                }
                catch (OpsException e)
                {
                    // Who did not answer for one is not asked for the others: each would wait as long.
                    why = away = e is ServiceException { StatusCode: 0 } ? "Jira does not answer" : $"Jira could not be asked: {e.Message}";
                }
            }

            complete.Add(target with { TicketId = key });
            if (why is not null)
                without.Add((target.Name, why));
        }

        return (complete, without.Count == 0 ? null : Warning(without));
    }

    private static string Warning(List<(string Name, string Why)> without)
        => "No ticket will be told of "
            + string.Join("; ", without.GroupBy(one => one.Why, one => one.Name).Select(group => $"{Names([.. group])} ({group.Key.TrimEnd('.')})"))
            + ". To have it told, give the ticket: in the list, with -TicketId, or from New-MigrationTicket.";

    private static string Names(string[] names) => names.Length <= Named ? string.Join(", ", names) : $"{string.Join(", ", names[..Named])} and {names.Length - Named} more";
}

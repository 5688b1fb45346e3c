using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>
/// Finds the tickets of hypervisors that came without one: the one open ticket of the configured project and type whose title is the hypervisor's name; where the ticket service
/// does not tell, the one that our own claim or the dossier names. That is looked at before it is told: one that is closed is not.
/// </summary>
/// <param name="scope">The session's.</param>
/// <param name="person">Whose claims are ours.</param>
internal sealed class TicketFinder(IServiceScope scope, string person)
{
    private const int Named = 10;

    /// <summary>The targets with the tickets that were found. Nobody is asked where each has one, or where the configuration has no ticket service.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="phases">What is to be run: a dossier is of this migration only where it goes on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The targets in their order, and what to tell of those whose ticket nobody looked at, or that stay without; null where there is none.</returns>
    public async Task<(IReadOnlyList<ActionTarget> Targets, string? Warning)> FindAsync(IReadOnlyList<ActionTarget> targets, IReadOnlyList<string> phases, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<JiraConfiguration>() || targets.All(target => target.TicketId is not null))
            return (targets, null);
        var configuration = scope.Configuration.Section<JiraConfiguration>();
        List<ActionTarget> complete = [];
        List<(string Name, string Why)> without = [];
        List<string> unseen = [];
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

            var isUnseen = false;
            if (away is not null && await KnownAsync(target, phases, cancellationToken) is { } known)
            {
                (key, isUnseen) = (known, true);
                unseen.Add($"{target.Name} ({known})");
            }
            else if (why is not null)
            {
                without.Add((target.Name, why));
            }

            complete.Add(target with { TicketId = key, MustBeOpen = isUnseen });
        }

        List<string> warnings = [];
        if (unseen.Count > 0)
            warnings.Add($"{away!.TrimEnd('.')}: the tickets that our claims and dossiers name are taken, and told once they are seen to be open: {Names([.. unseen])}.");
        if (without.Count > 0)
            warnings.Add(Warning(without));
        return (complete, warnings.Count == 0 ? null : string.Join(' ', warnings));
    }

    // What we wrote down ourselves.
    private async Task<string?> KnownAsync(ActionTarget target, IReadOnlyList<string> phases, CancellationToken cancellationToken)
        => await ReadAsync(async () => scope.Configuration.Has<OpenStackConfiguration>()
                && Claim.Find((await scope.Get<NovaClient>().ServiceAsync(target.Name, cancellationToken)).DisabledReason) is { } claim && claim.Person == Claim.NameOf(person) ? claim.TicketId : null)
            ?? await ReadAsync(() => Task.FromResult(MigrationPhases.GoOn(phases) ? scope.Get<DossierStore>().Latest(target.Name)?.TicketId : null));

    // What is wrong with a source is its own step's to tell.
    private static async Task<string?> ReadAsync(Func<Task<string?>> read)
    {
        try
        {
            return await read();
        }
        catch (OpsException)
        {
            return null;
        }
    }

    private static string Warning(List<(string Name, string Why)> without)
        => "No ticket will be told of "
            + string.Join("; ", without.GroupBy(one => one.Why, one => one.Name).Select(group => $"{Names([.. group])} ({group.Key.TrimEnd('.')})"))
            + ". To have it told, give the ticket: in the list, with -TicketId, or from New-MigrationTicket.";

    private static string Names(string[] names) => names.Length <= Named ? string.Join(", ", names) : $"{string.Join(", ", names[..Named])} and {names.Length - Named} more";
}

using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Description">Plain text of each; an empty line ends a paragraph.</param>
/// <param name="Labels">Of each, beside <c>ops-&lt;host&gt;</c>.</param>
internal sealed record CreateTicketsParameters(string? Description = null, IReadOnlyList<string>? Labels = null);

/// <summary>Finds the open tickets of a batch of targets, or makes them: up to 50 in one call. One that cannot be made stops no other.</summary>
internal sealed class CreateTickets : Change<CreateTicketsParameters, TicketsState>
{
    public override string Name => "ticket.create-all";

    public override string Summary => "tickets";

    public override Impact Impact => Impact.Low;

    public override ActionScope Scope => ActionScope.Batch;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["jira"];

    protected override async Task<TicketsState> ObserveAsync(ActionContext context, CreateTicketsParameters parameters, CancellationToken cancellationToken)
    {
        var jira = context.Client<JiraClient>();
        SortedDictionary<string, string?> keys = new(StringComparer.Ordinal);
        SortedDictionary<string, string> doubtful = new(StringComparer.Ordinal);
        foreach (var target in context.Batch)
        {
            try
            {
                keys[target.Name] = target.TicketId ?? await jira.FindOneOpenAsync(target.Name, null, null, target.Name, cancellationToken);
            }
            catch (AmbiguousNameException e)
            {
                doubtful[target.Name] = e.Message;
            }
        }

        return new TicketsState(keys, doubtful);
    }

    protected override bool IsDesired(ActionContext context, CreateTicketsParameters parameters, TicketsState state) => state.Keys.Values.All(key => key is not null);

    protected override async Task ApplyAsync(ActionContext context, CreateTicketsParameters parameters, TicketsState before, CancellationToken cancellationToken)
    {
        var each = new CreateTicketParameters(Description: parameters.Description, Labels: parameters.Labels);
        var missing = context.Batch.Where(target => before.Keys.TryGetValue(target.Name, out var key) && key is null).Select(target => CreateTicket.TicketOf(target, target.Name, each)).ToList();
        var results = await context.Client<JiraClient>().CreateAsync(missing, cancellationToken);
        var failed = results.Where(result => result.TicketId is null).ToList();
        if (failed.Count > 0)
            throw new TicketsNotMadeException(failed.ToDictionary(result => result.Ticket.Summary, result => result.Error ?? "refused"), [.. results.Select(result => result.TicketId).OfType<string>()]);
    }

    protected override string Describe(TicketsState state) => string.Join(", ", state.Keys.Select(pair => $"{pair.Key}: {pair.Value ?? "no ticket"}"));

    protected override string DescribeDesired(ActionContext context, CreateTicketsParameters parameters, TicketsState before)
        => string.Join(", ", before.Keys.Select(pair => $"{pair.Key}: {pair.Value ?? "a ticket"}"));
}

/// <param name="Keys">Each target's ticket; null where it has none.</param>
/// <param name="Doubtful">Targets with several open tickets, and what is wrong: none is made for them.</param>
internal sealed record TicketsState(SortedDictionary<string, string?> Keys, SortedDictionary<string, string> Doubtful);

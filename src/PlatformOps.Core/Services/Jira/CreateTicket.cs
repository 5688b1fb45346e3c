using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Summary">Its title; by default the target's name. An open ticket with exactly this title is taken instead of a new one.</param>
/// <param name="Description">Plain text; an empty line ends a paragraph.</param>
/// <param name="Labels">Beside <c>ops-&lt;host&gt;</c>.</param>
/// <param name="Project">By default jira.project.</param>
/// <param name="Type">By default jira.issue-type.</param>
/// <param name="Assign">Whether it is assigned to the account that makes it, where no assignee is named.</param>
/// <param name="Assignee">Who gets it: a user name (Data Center) or account id (Cloud).</param>
internal sealed record CreateTicketParameters(string? Summary = null, string? Description = null, IReadOnlyList<string>? Labels = null, string? Project = null, string? Type = null, bool Assign = true, string? Assignee = null);

/// <summary>Finds the open ticket of the target, or makes it.</summary>
internal sealed class CreateTicket : Change<CreateTicketParameters, TicketState>
{
    public override string Name => "ticket.create";

    public override string Summary => "ticket";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["jira"];

    public static string LabelOf(string host) => $"ops-{host}";

    protected override async Task<TicketState> ObserveAsync(ActionContext context, CreateTicketParameters parameters, CancellationToken cancellationToken)
    {
        if (context.Target is { Kind: not ActionTarget.Ticket, TicketId: { } key })
            return new TicketState(key);
        return new TicketState(await context.Client<JiraClient>().FindOneOpenAsync(SummaryOf(context, parameters), parameters.Project, parameters.Type, context.Target.Name, cancellationToken));
    }

    protected override bool IsDesired(ActionContext context, CreateTicketParameters parameters, TicketState state) => state.TicketId is not null;

    protected override Task ApplyAsync(ActionContext context, CreateTicketParameters parameters, TicketState before, CancellationToken cancellationToken)
        => context.Client<JiraClient>().CreateAsync(TicketOf(context.Target, SummaryOf(context, parameters), parameters), cancellationToken);

    protected override string Describe(TicketState state) => state.TicketId ?? "no ticket";

    protected override string DescribeDesired(ActionContext context, CreateTicketParameters parameters, TicketState before) => $"ticket '{SummaryOf(context, parameters)}'";

    /// <summary>On Cloud the search lags behind: absence is believed only after a while.</summary>
    protected override async Task<ProbeAnswer> ProbeAsync(ActionContext context, CreateTicketParameters parameters, TicketState before, TicketState now, CancellationToken cancellationToken)
    {
        if (await context.Client<JiraClient>().KindAsync(cancellationToken) == JiraKind.Cloud)
        {
            for (var look = 0; look < 3; look++)
            {
                await Task.Delay(TimeSpan.FromSeconds(10), context.Time, cancellationToken);
                if ((await ObserveAsync(context, parameters, cancellationToken)).TicketId is not null)
                    return ProbeAnswer.Happened;
            }
        }

        return ProbeAnswer.NotHappened;
    }

    /// <summary>What a target's ticket says. A ticket that stands for no machine has no machine's label.</summary>
    internal static NewTicket TicketOf(ActionTarget target, string summary, CreateTicketParameters parameters) => new()
    {
        Summary = summary,
        Description = parameters.Description is { } text ? TicketText.Plain(text) : null,
        Labels = [.. target.Kind == ActionTarget.Ticket ? [] : new[] { LabelOf(target.Name) }, .. parameters.Labels ?? []],
        Project = parameters.Project,
        Type = parameters.Type,
        Assignee = parameters.Assignee,
        AssignToMe = parameters is { Assign: true, Assignee: null },
    };

    private static string SummaryOf(ActionContext context, CreateTicketParameters parameters) => parameters.Summary ?? context.Target.Name;
}

internal sealed record TicketState(string? TicketId);

using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Summary">Its title; by default the target's name. An open ticket with exactly this title is taken instead of a new one.</param>
/// <param name="Description">Plain text; an empty line ends a paragraph.</param>
/// <param name="Labels">Beside <c>ops-&lt;host&gt;</c>.</param>
/// <param name="Project">By default jira.project.</param>
/// <param name="Type">By default jira.issue-type.</param>
/// <param name="Assign">Whether it is assigned to the account that makes it.</param>
internal sealed record CreateTicketParameters(string? Summary = null, string? Description = null, IReadOnlyList<string>? Labels = null, string? Project = null, string? Type = null, bool Assign = true);

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
        if (context.Target.TicketId is { } key)
            return new TicketState(key);
        var summary = SummaryOf(context, parameters);
        var found = await context.Client<JiraClient>().FindOpenAsync(summary, parameters.Project, parameters.Type, cancellationToken);
        return found.Count <= 1
            ? new TicketState(found.Count == 1 ? found[0].TicketId : null)
            : throw new AmbiguousNameException($"{found.Count} open tickets are called '{summary}': {string.Join(", ", found.Select(ticket => $"{ticket.TicketId} ({ticket.Status})"))}. Close all but one, or write the right key into the list file.") { TargetName = context.Target.Name };
    }

    protected override bool IsDesired(ActionContext context, CreateTicketParameters parameters, TicketState state) => state.TicketId is not null;

    protected override Task ApplyAsync(ActionContext context, CreateTicketParameters parameters, TicketState before, CancellationToken cancellationToken)
        => context.Client<JiraClient>().CreateAsync(
            new NewTicket
            {
                Summary = SummaryOf(context, parameters),
                Description = parameters.Description is { } text ? TicketText.Plain(text) : null,
                Labels = [LabelOf(context.Target.Name), .. parameters.Labels ?? []],
                Project = parameters.Project,
                Type = parameters.Type,
                AssignToMe = parameters.Assign,
            },
            cancellationToken);

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

    private static string SummaryOf(ActionContext context, CreateTicketParameters parameters) => parameters.Summary ?? context.Target.Name;
}

internal sealed record TicketState(string? TicketId);

using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="TicketId">The ticket that is told: that of the claim that was taken over, or ours.</param>
/// <param name="FormerRunId">The run of that claim: each is told of once.</param>
/// <param name="Text">Who took it over and why.</param>
internal sealed record CommentOnTakeOverParameters(string TicketId, string FormerRunId, string Text);

/// <summary>Tells a ticket that its hypervisor was taken over, by whom and why: whoever had claimed it learns it there.</summary>
internal sealed class CommentOnTakeOver : Change<CommentOnTakeOverParameters, TicketCommentState>
{
    public override string Name => "ticket.take-over-comment";

    public override string Summary => "comment on the take-over";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["jira"];

    /// <summary>What is to be told of an effect; nothing where it took over nobody's claim.</summary>
    /// <param name="record">The effect.</param>
    /// <param name="person">Who made it.</param>
    /// <param name="reason">Why what another claimed may be taken over; null where it may not.</param>
    public static IReadOnlyList<CommentOnTakeOverParameters> Of(StepRecord record, string person, string? reason)
    {
        if (reason is null || record is not { Kind: StepKind.Change, Outcome: StepOutcome.Done } || Claim.Find(record.Before) is not { } former
            || former.IsSameOwner(new Claim(record.RunId, person, record.TicketId)))
            return [];
        var text = $"{person} took over {record.Target} ({record.Action}), which {former.Person} had claimed for {former.TicketId ?? "no ticket"} (run {former.RunId}): {reason}";
        return [.. new[] { former.TicketId, record.TicketId }.OfType<string>().Distinct(StringComparer.Ordinal).Select(ticket => new CommentOnTakeOverParameters(ticket, former.RunId, text))];
    }

    /// <summary>What to say where -TakeOver was given, and nobody else had claimed or disabled anything of it.</summary>
    public const string Nothing = "-TakeOver took nothing over: all of it was yours already, or nobody's. The reason is in the record, and no ticket was told of it.";

    /// <summary>Whether an effect took over what was another's: what a person disabled carries no claim.</summary>
    public static bool IsOne(StepRecord record, string person) => record is { Kind: StepKind.Change, Outcome: StepOutcome.Done, Before: { } before }
        && (Claim.Find(before) is { } former ? !former.IsSameOwner(new Claim(record.RunId, person, record.TicketId)) : before.StartsWith("disabled", StringComparison.Ordinal));

    protected override async Task<TicketCommentState> ObserveAsync(ActionContext context, CommentOnTakeOverParameters parameters, CancellationToken cancellationToken)
        => new(parameters.TicketId, (await context.Client<JiraClient>().FindCommentAsync(parameters.TicketId, Marker(context, parameters), cancellationToken))?.CommentId);

    protected override bool IsDesired(ActionContext context, CommentOnTakeOverParameters parameters, TicketCommentState state) => state.CommentId is not null;

    protected override Task ApplyAsync(ActionContext context, CommentOnTakeOverParameters parameters, TicketCommentState before, CancellationToken cancellationToken)
    {
        var jira = context.Client<JiraClient>();
        return jira.CommentAsync(parameters.TicketId, TicketText.Plain(parameters.Text), Marker(context, parameters), jira.Configuration.InternalComments, cancellationToken);
    }

    protected override string Describe(TicketCommentState state) => state.CommentId is null ? $"{state.TicketId} not told" : $"{state.TicketId} told";

    protected override string DescribeDesired(ActionContext context, CommentOnTakeOverParameters parameters, TicketCommentState before) => $"{parameters.TicketId} told";

    // Not of the step: a phase that is tried again does not tell again.
    private static string Marker(ActionContext context, CommentOnTakeOverParameters parameters)
        => $"[ops:{context.Run.MarkerScope ?? context.Run.RunId}/{context.Target.Name}/take-over-of-{parameters.FormerRunId}]";
}

using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Text">Plain text; an empty line ends a paragraph.</param>
/// <param name="Internal">For the team only; by default what jira.internal-comments says.</param>
internal sealed record AddTicketCommentParameters(string Text, bool? Internal = null);

/// <summary>Comments on the target's ticket, once.</summary>
internal sealed class AddTicketComment : Change<AddTicketCommentParameters, TicketCommentState>
{
    public override string Name => "ticket.comment";

    public override string Summary => "comment on the ticket";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    public override IReadOnlyList<string> Needs => ["jira"];

    protected override async Task<TicketCommentState> ObserveAsync(ActionContext context, AddTicketCommentParameters parameters, CancellationToken cancellationToken)
    {
        var key = context.RequireTicket();
        return new TicketCommentState(key, (await context.Client<JiraClient>().FindCommentAsync(key, context.Marker, cancellationToken))?.CommentId);
    }

    protected override bool IsDesired(ActionContext context, AddTicketCommentParameters parameters, TicketCommentState state) => state.CommentId is not null;

    protected override Task ApplyAsync(ActionContext context, AddTicketCommentParameters parameters, TicketCommentState before, CancellationToken cancellationToken)
    {
        var jira = context.Client<JiraClient>();
        return jira.CommentAsync(before.TicketId, TicketText.Plain(parameters.Text), context.Marker, parameters.Internal ?? jira.Configuration.InternalComments, cancellationToken);
    }

    protected override string Describe(TicketCommentState state) => state.CommentId is null ? "no comment" : "comment written";

    protected override string DescribeDesired(ActionContext context, AddTicketCommentParameters parameters, TicketCommentState before) => "comment written";
}

internal sealed record TicketCommentState(string TicketId, string? CommentId);

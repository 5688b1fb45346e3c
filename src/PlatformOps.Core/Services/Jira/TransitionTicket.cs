using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Jira;

/// <param name="Status">The status wanted, or a transition's name where several lead to it.</param>
internal sealed record TransitionTicketParameters(string Status);

/// <summary>Moves the target's ticket to a status. A workflow's way back is its own, so there is no undo.</summary>
internal sealed class TransitionTicket() : ValueChange<TransitionTicketParameters, TicketStatusState>("ticket.transition", "status of the ticket", "jira")
{
    protected override string Subject => "ticket.status";

    public override Impact Impact => Impact.Low;

    protected override async Task<TicketStatusState> ObserveAsync(ActionContext context, TransitionTicketParameters parameters, CancellationToken cancellationToken)
    {
        var key = await TicketSubject.RequireAsync(context, cancellationToken);
        var jira = context.Client<JiraClient>();
        var status = (await jira.GetAsync(key, cancellationToken)).Status;
        var isThere = Same(status, parameters.Status) || await jira.WasMovedByAsync(key, context.Marker, parameters.Status, status, cancellationToken);
        return new TicketStatusState(key, status, isThere);
    }

    protected override bool IsDesired(ActionContext context, TransitionTicketParameters parameters, TicketStatusState state) => state.IsThere;

    protected override string? ValueOf(TicketStatusState state) => state.Status;

    protected override string Wanted(TransitionTicketParameters parameters, TicketStatusState state) => parameters.Status;

    protected override Task ApplyAsync(ActionContext context, TransitionTicketParameters parameters, TicketStatusState before, CancellationToken cancellationToken)
        => context.Client<JiraClient>().TransitionAsync(before.TicketId, parameters.Status, context.Marker, cancellationToken);

    private static bool Same(string a, string b) => string.Equals(a.Trim(), b.Trim(), StringComparison.OrdinalIgnoreCase);
}

/// <param name="TicketId">The ticket.</param>
/// <param name="Status">Its status.</param>
/// <param name="IsThere">Whether that is the status asked for, or the one our step's transition led to.</param>
internal sealed record TicketStatusState(string TicketId, string Status, bool IsThere);

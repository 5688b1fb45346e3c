using System.Globalization;
using System.Text.Json.Serialization;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>Tells the ticket how a phase went: its steps, what failed with what came back, who and when.</summary>
internal sealed class CommentOnPhase : Change<CommentOnPhase.Parameters, TicketCommentState>
{
    public override string Name => "ticket.phase-comment";

    public override string Summary => "comment on the ticket";

    public override Impact Impact => Impact.Low;

    public override bool IsIdempotent => false;

    /// <summary>The comment's text.</summary>
    public static TicketText Text(PhaseReport report)
    {
        var failed = report.Steps.LastOrDefault(step => step.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted && !StepKey.IsOnFailure(step.Step));
        var text = new TicketText()
            .Heading(3, $"{report.Phase} of {report.Target.Name}: {(report.Succeeded ? "done" : failed is null ? report.IsUndo ? "done but for what is left" : "failed" : $"{failed.Outcome.ToString().ToLowerInvariant()} at {failed.Step}")}")
            .Paragraph($"Run {report.Run.RunId} by {report.Run.Person}{(report.Run.RequestedBy is { } other ? $" for {other}" : "")} on {report.Run.Machine}, environment {report.Run.Environment}. Times are UTC.");
        if (report is { IsUndo: true, Run.TakeOverReason: { } why })
            text.Paragraph($"Taken over: {why}");
        text.Table(["#", "Step", "Outcome", "At", "Took", "What"], report.Steps.Select(Row));
        if (failed is not null)
            text.Heading(4, failed.Step).Code(failed.Message);
        foreach (var told in report.Steps.Where(step => step.Outcome == StepOutcome.Reported && step.Message.Contains('\n', StringComparison.Ordinal)))
            text.Heading(4, told.Step).Code(told.Message);
        if (!report.Succeeded && !report.IsUndo)
            text.Paragraph($"To go on when the cause is mended: Resume-OpsRun {report.Run.RunId}");
        return text;
    }

    /// <summary>The text of a comment on one operation.</summary>
    public static TicketText TextOf(PhaseReport report, StepRecord step)
        => new TicketText().Heading(4, $"{report.Phase} of {report.Target.Name}: {step.Step} {step.Outcome.ToString().ToLowerInvariant()}").Code(step.Message);

    protected override async Task<TicketCommentState> ObserveAsync(ActionContext context, Parameters parameters, CancellationToken cancellationToken)
    {
        var key = await TicketSubject.RequireAsync(context, cancellationToken);
        return new TicketCommentState(key, (await context.Client<JiraClient>().FindCommentAsync(key, context.Marker, cancellationToken))?.CommentId);
    }

    protected override bool IsDesired(ActionContext context, Parameters parameters, TicketCommentState state) => state.CommentId is not null;

    protected override Task ApplyAsync(ActionContext context, Parameters parameters, TicketCommentState before, CancellationToken cancellationToken)
    {
        var jira = context.Client<JiraClient>();
        return jira.CommentAsync(before.TicketId, parameters.Text!, context.Marker, jira.Configuration.InternalComments, cancellationToken);
    }

    protected override string Describe(TicketCommentState state) => state.CommentId is null ? "none" : "written";

    protected override string DescribeDesired(ActionContext context, Parameters parameters, TicketCommentState before) => "written";

    private static IReadOnlyList<string> Row(StepRecord step) =>
    [
        step.Number == 0 ? "" : step.Number.ToString(CultureInfo.InvariantCulture),
        step.Step,
        step.Outcome.ToString(),
        step.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        string.Create(CultureInfo.InvariantCulture, $"{step.Duration.TotalSeconds:0.0} s"),
        step.Message.Split('\n')[0],
    ];

    internal sealed record Parameters
    {
        /// <summary>Not written to the journal: the steps are there already.</summary>
        [JsonIgnore]
        public TicketText? Text { get; init; }
    }
}

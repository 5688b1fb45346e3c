using PlatformOps.Core.Configuration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>Tells a target's ticket how each phase went: one comment (or one for each operation too), the phase's log, and the dossier that the run took; and the ticket of a claim that was taken over.</summary>
internal sealed class TicketObserver(OpsConfiguration configuration, DossierStore dossiers) : IRunObserver
{
    public IEnumerable<Telling> TellingsOf(PhaseReport report)
    {
        if (!configuration.Has<JiraConfiguration>())
            yield break;
        var migration = configuration.Has<MigrationConfiguration>() ? configuration.Section<MigrationConfiguration>() : new MigrationConfiguration();
        if (migration.TicketComments == TicketComments.Operation && report.Target.TicketId is not null)
        {
            foreach (var step in report.Own)
                yield return new Telling($"ticket.comment.{step.Step}", new CommentOnPhase(), new CommentOnPhase.Parameters { Text = CommentOnPhase.TextOf(report, step) });
        }

        // Whose claim was taken over is told at once, whether or not we have a ticket ourselves: a phase may wait for days.
        foreach (var told in report.Steps.SelectMany(step => CommentOnTakeOver.Of(step, report.Run.Person, report.Run.TakeOverReason)))
            yield return new Telling($"ticket.take-over.{told.TicketId}", new CommentOnTakeOver(), told);
        if (!report.IsEnded || report.Target.TicketId is null)
            yield break;
        var suffix = report.Attempt == 1 ? "" : $".{report.Attempt}";
        if (report.Steps.Any(step => step.Action.StartsWith(TakeDossier.ActionName, StringComparison.Ordinal) && (report.IsPlan ? step.Outcome == StepOutcome.Planned : step.Outcome == StepOutcome.Done)))
            yield return new Telling("ticket.dossier", new AttachToTicket(), new AttachToTicketParameters(dossiers.PathOf(report.Target.Name, report.Run.RunId), dossiers.AttachmentOf(report.Target.Name, report.Run.RunId, report.Phase)));
        if (migration.TicketLog && (report.IsPlan || File.Exists(report.LogPath)))
            yield return new Telling("ticket.log", new AttachToTicket(), new AttachToTicketParameters(report.LogPath, $"{report.Target.Name}.{report.Phase}.{report.Run.RunId}{suffix}.log"));
        yield return new Telling("ticket.comment", new CommentOnPhase(), new CommentOnPhase.Parameters { Text = CommentOnPhase.Text(report) });
    }
}

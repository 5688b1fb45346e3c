using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;

namespace PlatformOps.Core.Migration;

/// <summary>Tells a target's ticket how each phase went: one comment, the phase's log, and the dossier that the run took; and the ticket of a claim that was taken over.</summary>
internal sealed class TicketObserver(OpsConfiguration configuration, DossierStore dossiers) : IRunObserver
{
    public async ValueTask OnPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        if (!configuration.Has<JiraConfiguration>())
            return;
        // Whose claim was taken over is told, whether or not we have a ticket ourselves.
        foreach (var told in report.Steps.SelectMany(step => CommentOnTakeOver.Of(step, report.Run.Person, report.Run.TakeOverReason)))
            await report.Tell(new CommentOnTakeOver(), told, $"ticket.take-over.{told.TicketId}", cancellationToken);
        if (report.Target.TicketId is null)
            return;
        var migration = configuration.Has<MigrationConfiguration>() ? configuration.Section<MigrationConfiguration>() : new MigrationConfiguration();
        var suffix = report.Attempt == 1 ? "" : $".{report.Attempt}";
        var dossier = dossiers.PathOf(report.Target.Name, report.Run.RunId);
        if (File.Exists(dossier))
            await report.Tell(new AttachToTicket(), new AttachToTicketParameters(dossier, $"{report.Target.Name}.dossier.{report.Run.RunId}.json"), "ticket.dossier", cancellationToken);
        if (migration.TicketLog && File.Exists(report.LogPath))
            await report.Tell(new AttachToTicket(), new AttachToTicketParameters(report.LogPath, $"{report.Target.Name}.{report.Phase}.{report.Run.RunId}{suffix}.log"), "ticket.log", cancellationToken);
        await report.Tell(new CommentOnPhase(), new CommentOnPhase.Parameters { Text = CommentOnPhase.Text(report) }, "ticket.comment", cancellationToken);
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Finds a hypervisor's dossier: the newest of this machine's state folder and of the ticket, so that a phase can be run by another person, elsewhere, weeks later.</summary>
internal sealed class DossierFinder(IServiceScope scope)
{
    // By how much the clocks of those who work on a hypervisor may differ.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>The dossier; null where there is none.</summary>
    /// <exception cref="OpsException">There is none here, and the ticket could not be asked.</exception>
    public Task<HypervisorDossier?> FindAsync(ActionContext context, CancellationToken cancellationToken) => FindAsync(context.Target, context.Log, cancellationToken);

    /// <inheritdoc cref="FindAsync(ActionContext, CancellationToken)"/>
    public async Task<HypervisorDossier?> FindAsync(ActionTarget target, IActionLog log, CancellationToken cancellationToken)
    {
        var store = scope.Get<DossierStore>();
        var local = store.Latest(target.Name);
        if (target.TicketId is not { } key || !scope.Configuration.Has<JiraConfiguration>())
            return local;
        try
        {
            if (await FromTicketAsync(target, log, key, local, cancellationToken) is not var (attached, origin) || attached.AsOf <= local?.AsOf)
                return local;
            Keep(attached, origin);
            return attached;
        }
        catch (OpsException e) when (local is not null && e is (ServiceException or ObjectNotFoundException))
        {
            log.Write("dossier", $"{key} could not be asked for a newer one: {e.Message}");
            return local;
        }
    }

    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<HypervisorDossier> RequireAsync(ActionContext context, CancellationToken cancellationToken)
        => await FindAsync(context, cancellationToken)
            ?? throw new RefusedException($"{context.Target.Name} has no dossier, neither here nor at {context.Target.TicketId ?? "a ticket"}: nobody wrote down which machine it was. PreDrain does, before anything is changed.") { TargetName = context.Target.Name };

    /// <summary>Puts what a dossier has of Aquilon where its actions look for it, where it is not there yet.</summary>
    /// <param name="dossier">The dossier.</param>
    /// <param name="origin">Where it is from, for errors.</param>
    /// <exception cref="SourceException">It is no record of that hypervisor, or cannot be one; nothing was written.</exception>
    public void TakeRecord(HypervisorDossier dossier, string origin)
    {
        if (dossier.AquilonRecord is null || !scope.Configuration.Has<AquilonConfiguration>())
            return;
        var record = RecordAquilon.Of(dossier, scope.Configuration.HostIdentity.Candidates("aquilon", dossier.HypervisorName), origin);
        var store = scope.Get<AquilonRecordStore>();
        if (store.Find(record.HypervisorName, record.RunId) is null)
            store.Write(record);
    }

    // The record first: where only that was written, the dossier is fetched again.
    private void Keep(HypervisorDossier dossier, string origin)
    {
        TakeRecord(dossier, origin);
        scope.Get<DossierStore>().Write(dossier);
    }

    private async Task<(HypervisorDossier Dossier, string Origin)?> FromTicketAsync(ActionTarget target, IActionLog log, string key, HypervisorDossier? local, CancellationToken cancellationToken)
    {
        var jira = scope.Get<JiraClient>();
        var newest = (await jira.AttachmentsAsync(key, cancellationToken))
            .Where(file => DossierStore.IsAttachmentOf(target.Name, file.Filename))
            .MaxBy(file => DateTimeOffset.TryParse(file.Created, System.Globalization.CultureInfo.InvariantCulture, out var created) ? created : DateTimeOffset.MinValue);
        // Ours, as it is here: nothing to fetch.
        if (newest is null || (local is not null && scope.Get<DossierStore>().IsAttachedAs(target.Name, local.RunId, newest.Filename)))
            return null;
        var origin = $"{key}, attachment {newest.Filename}";
        var dossier = DossierStore.Parse((await jira.DownloadAsync(newest, cancellationToken)).Span, origin);
        if (!string.Equals(dossier.HypervisorName, target.Name, StringComparison.OrdinalIgnoreCase))
            throw new RefusedException($"The dossier '{newest.Filename}' at {key} is of '{dossier.HypervisorName}', not of {target.Name}.") { TargetName = target.Name };
        if (dossier.AsOf > scope.Time.GetUtcNow() + ClockDifference)
            throw new SourceException($"This dossier is of {dossier.AsOf:yyyy-MM-dd HH:mm}, and that is still to come: it would be the newest for good. Remove it from the ticket.", origin);
        log.Write("dossier", $"taken from {key}: {newest.Filename}, of {dossier.TakenAt:yyyy-MM-dd} by {dossier.TakenBy}");
        return (dossier, origin);
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Finds a hypervisor's dossier: the newest of this machine's state folder and of the ticket, so that a phase can be run by another person, elsewhere, weeks later.</summary>
internal sealed class DossierFinder(IServiceScope scope)
{
    /// <summary>The dossier; null where there is none.</summary>
    /// <exception cref="OpsException">There is none here, and the ticket could not be asked.</exception>
    public async Task<HypervisorDossier?> FindAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var store = scope.Get<DossierStore>();
        var local = store.Latest(context.Target.Name);
        if (context.Target.TicketId is not { } key || !scope.Configuration.Has<JiraConfiguration>())
            return local;
        try
        {
            var attached = await FromTicketAsync(context, key, local, cancellationToken);
            if (attached is null || attached.AsOf <= local?.AsOf)
                return local;
            store.Write(attached);
            return attached;
        }
        catch (OpsException e) when (local is not null && e is (ServiceException or ObjectNotFoundException))
        {
            context.Log.Write("dossier", $"{key} could not be asked for a newer one: {e.Message}");
            return local;
        }
    }

    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<HypervisorDossier> RequireAsync(ActionContext context, CancellationToken cancellationToken)
        => await FindAsync(context, cancellationToken)
            ?? throw new RefusedException($"{context.Target.Name} has no dossier, neither here nor at {context.Target.TicketId ?? "a ticket"}: nobody wrote down which machine it was. PreDrain does, before anything is changed.") { TargetName = context.Target.Name };

    private async Task<HypervisorDossier?> FromTicketAsync(ActionContext context, string key, HypervisorDossier? local, CancellationToken cancellationToken)
    {
        var jira = scope.Get<JiraClient>();
        var newest = (await jira.AttachmentsAsync(key, cancellationToken))
            .Where(file => DossierStore.IsAttachmentOf(context.Target.Name, file.Filename))
            .MaxBy(file => DateTimeOffset.TryParse(file.Created, System.Globalization.CultureInfo.InvariantCulture, out var created) ? created : DateTimeOffset.MinValue);
        // Ours, as it is here: nothing to fetch.
        if (newest is null || (local is not null && scope.Get<DossierStore>().IsAttachedAs(context.Target.Name, local.RunId, newest.Filename)))
            return null;
        var dossier = DossierStore.Parse((await jira.DownloadAsync(newest, cancellationToken)).Span, $"{key}, attachment {newest.Filename}");
        if (!string.Equals(dossier.HypervisorName, context.Target.Name, StringComparison.OrdinalIgnoreCase))
            throw new RefusedException($"The dossier '{newest.Filename}' at {key} is of '{dossier.HypervisorName}', not of {context.Target.Name}.") { TargetName = context.Target.Name };
        context.Log.Write("dossier", $"taken from {key}: {newest.Filename}, of {dossier.TakenAt:yyyy-MM-dd} by {dossier.TakenBy}");
        return dossier;
    }
}

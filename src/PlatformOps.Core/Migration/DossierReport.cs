using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Migration;

/// <summary>Tells which dossier holds. Where the ticket has a newer one than this machine, that is taken here, with what it has of Aquilon.</summary>
internal sealed class DossierReport : Report<NoParameters>
{
    public override string Name => "hypervisor.dossier.known";

    public override string Summary => "The dossier that holds";

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => await context.Client<DossierFinder>().FindAsync(context, cancellationToken) is { } dossier
            ? $"taken {dossier.TakenAt:yyyy-MM-dd} by {dossier.TakenBy} in run {dossier.RunId}, serial {dossier.Host.SerialNumber}; {(dossier.AquilonRecord is null ? "without" : "with")} what Aquilon had of it"
            : "there is none";
}

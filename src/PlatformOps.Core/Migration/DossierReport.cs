using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Migration;

/// <summary>Tells which dossier holds. Where the ticket has a newer one than this machine, that is taken here, with what it has of Aquilon.</summary>
internal sealed class DossierReport : Report<NoParameters>
{
    public override string Name => "hypervisor.dossier.known";

    public override string Summary => "The dossier that holds";

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var finder = context.Client<DossierFinder>();
        if (await finder.FindAsync(context, cancellationToken) is not { } dossier)
            return "there is none";
        // One that was here already may have been taken before its record was.
        finder.TakeRecord(dossier, context.Client<DossierStore>().PathOf(dossier.HypervisorName, dossier.RunId));
        return $"taken {dossier.TakenAt:yyyy-MM-dd} by {dossier.TakenBy} in run {dossier.RunId}, serial {dossier.Host.SerialNumber}; {(dossier.AquilonRecord is null ? "without" : "with")} what Aquilon had of it";
    }
}

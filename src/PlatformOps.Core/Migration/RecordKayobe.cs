using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Writes down which commit of the Kayobe configuration the hypervisor is configured from.</summary>
internal sealed class RecordKayobe : DossierEntry
{
    public override string Name => "hypervisor.dossier.kayobe";

    public override string Summary => "Kayobe's commit in the dossier";

    public override IReadOnlyList<string> Needs => ["kayobe"];

    protected override async Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => (await context.Client<KayobeClient>().CheckoutAsync(context.Log, cancellationToken)).Commit
            ?? throw new RefusedException("The checkout of the Kayobe configuration has no commit, so nobody could tell later what a host was configured from.") { TargetName = context.Target.Name };

    protected override string? In(HypervisorDossier dossier) => dossier.KayobeCommit;

    protected override HypervisorDossier With(HypervisorDossier dossier, string value) => dossier with { KayobeCommit = value };
}

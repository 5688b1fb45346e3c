using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.NetBox;

namespace PlatformOps.Core.Migration;

/// <summary>Writes down where the BMC is, before the host leaves Aquilon: its name in DNS goes with it.</summary>
internal sealed class RecordBmcAddress : DossierEntry
{
    public override string Name => "hypervisor.dossier.bmc";

    public override string Summary => "BMC address in the dossier";

    public override IReadOnlyList<string> Needs => ["netbox"];

    protected override async Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => (await context.Client<NetBoxClient>().BmcAddressAsync(context.Target.Name, cancellationToken)).Address;

    protected override string? In(HypervisorDossier dossier) => dossier.BmcAddress;

    protected override HypervisorDossier With(HypervisorDossier dossier, string value) => dossier with { BmcAddress = value };
}

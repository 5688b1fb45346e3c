using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Migration;

/// <summary>Tells where the BMC is, for who boots the machine from the network.</summary>
internal sealed class BmcReport : Report<NoParameters>
{
    public override string Name => "hypervisor.bmc";

    public override string Summary => "BMC address";

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => (await context.Client<DossierFinder>().RequireAsync(context, cancellationToken)).BmcAddress is { } address
            ? $"the BMC is at {address}"
            : "the BMC's address is not recorded";
}

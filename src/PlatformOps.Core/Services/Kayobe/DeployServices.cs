using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Deploys OpenStack's services on the batch's hosts with Kayobe, all in one limit.</summary>
internal sealed class DeployServices : KayobeChange<NoParameters>
{
    public override string Name => "kayobe.service.deploy";

    public override string Summary => "Kayobe services";

    public override string? Loss => "Kayobe deploys OpenStack's services on it anew";

    public override ActionScope Scope => ActionScope.Batch;

    public override IReadOnlyList<string> Brings => [MachineSubjects.System];

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var hosts = await kayobe.ResolveAsync([.. context.Batch.Select(target => target.Name)], context.Log, cancellationToken);
        return new KayobeState(await kayobe.LimitedAsync(["overcloud", "service", "deploy"], HostLimit.Of(hosts), [], [], context.Log, cancellationToken), hosts);
    }
}

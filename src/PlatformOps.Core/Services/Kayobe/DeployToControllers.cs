using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Makes the batch's hosts known to the controllers (their common services, such as /etc/hosts), once for the batch.</summary>
internal sealed class DeployToControllers : KayobeChange<NoParameters>
{
    public override string Name => "kayobe.controllers";

    public override string Summary => "Kayobe controllers";

    public override string? Loss => "Kayobe deploys to the controllers, which the whole cloud uses";

    public override ActionScope Scope => ActionScope.Batch;

    public override string AlsoOn => "the cloud's controllers";

    protected override bool IsElsewhere => true;

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var group = kayobe.Configuration.ControllersGroup;
        var hosts = await kayobe.GroupAsync(group, context.Log, cancellationToken);
        return new KayobeState(await kayobe.LimitedAsync(["overcloud", "service", "deploy"], group, [], ["common"], context.Log, cancellationToken), hosts);
    }
}

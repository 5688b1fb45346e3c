using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Within">How long to look before the run stops as Waiting; by default it looks once.</param>
internal sealed record DrainedParameters(TimeSpan? Within = null);

/// <summary>Waits until every server has left the hypervisor, by the same proof as <see cref="CheckHypervisorEmpty"/>: people, or a drain, move them.</summary>
internal sealed class DrainedWait : Wait<DrainedParameters>
{
    private readonly Check _empty = new CheckHypervisorEmpty();

    public override string Name => "openstack.hypervisor.drained";

    public override string Summary => "drained hypervisor";

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override TimeSpan StayFor(DrainedParameters parameters) => parameters.Within ?? TimeSpan.Zero;

    protected override async Task<WaitResult> LookAsync(ActionContext context, DrainedParameters parameters, CancellationToken cancellationToken)
    {
        var look = await _empty.RunAsync(context, new NoParameters(), cancellationToken);
        return look.Outcome == StepOutcome.Passed
            ? new WaitResult(true, look.Evidence)
            : new WaitResult(false, $"Move what is there, then Resume-OpsRun {context.Run.RunId}: {context.Target.Name} is not drained: {look.Evidence}");
    }
}

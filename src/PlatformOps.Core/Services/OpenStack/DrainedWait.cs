using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Within">How long to look before the run stops as Waiting; by default it looks once.</param>
internal sealed record DrainedParameters(TimeSpan? Within = null);

/// <summary>Waits until every server has left the hypervisor, by the same proof as <see cref="CheckHypervisorEmpty"/>: people, or a drain, move them.</summary>
internal sealed class DrainedWait : Wait<DrainedParameters>
{
    public override string Name => "openstack.hypervisor.drained";

    public override string Summary => "drained hypervisor";

    public override IReadOnlyList<string> Brings => [MachineSubjects.Servers];

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override TimeSpan StayFor(DrainedParameters parameters) => parameters.Within ?? TimeSpan.Zero;

    protected override async Task<WaitResult> LookAsync(ActionContext context, DrainedParameters parameters, CancellationToken cancellationToken)
    {
        var findings = await CheckHypervisorEmpty.LookAsync(context, cancellationToken);
        var all = Finding.Judge(findings);
        if (all.Outcome == StepOutcome.Passed)
            return new WaitResult(true, all.Evidence);
        var brief = string.Join("; ", findings.Where(finding => finding is { IsAgainst: true } or { IsSilent: true }).Select(finding => finding.Brief).Where(text => text.Length > 0));
        return new WaitResult(false, $"Move what is there, then Resume-OpsRun {context.Run.RunId}: {context.Target.Name} is not drained: {brief}") { Seen = all.Evidence };
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Services;

namespace PlatformOps.Core.Migration;

/// <summary>The hypervisor is to Nova and Placement what its dossier says it was: its record, aggregates, zone and custom traits.</summary>
internal sealed class CheckCompute : Check<NoParameters>
{
    private readonly Check _place = new CheckAggregates();

    public override string Name => "hypervisor.compute";

    public override string Summary => "place in the cloud";

    public override IReadOnlyList<string> LooksAt => [DisableComputeService.SubjectName, MachineSubjects.System];

    public override IReadOnlyList<string> Needs => _place.Needs;

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var before = (await context.Client<DossierFinder>().RequireAsync(context, cancellationToken)).Compute;
        var service = await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken);
        if (service.Id != before.ServiceId)
            return CheckResult.Failed($"nova-compute on {service.HypervisorName} has another record ({service.Id}) than before ({before.ServiceId}): it lost its aggregates, traits and zone with the old one");
        return await _place.RunAsync(context, new CheckAggregatesParameters([.. before.Aggregates.Select(aggregate => aggregate.Name)], before.AvailabilityZone, before.CustomTraits), cancellationToken);
    }
}

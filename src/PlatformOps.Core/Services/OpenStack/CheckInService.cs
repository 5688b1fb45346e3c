using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Whether the hypervisor is back in the scheduler's hands: nova-compute is enabled, claimed by nobody, and reports to Nova.</summary>
internal sealed class CheckInService : Check<NoParameters>
{
    private readonly Check _up = new CheckComputeServiceUp();

    public override string Name => "openstack.compute-service.in-service";

    public override string Summary => "in service";

    public override IReadOnlyList<string> LooksAt => [DisableComputeService.SubjectName, MachineSubjects.System];

    public override IReadOnlyList<string> Needs => _up.Needs;

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var up = await _up.RunAsync(context, new CheckComputeServiceUpParameters(), cancellationToken);
        if (up.Outcome != Runs.StepOutcome.Passed)
            return up;
        var service = await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken);
        return service.Status != "enabled" ? CheckResult.Failed($"nova-compute on '{service.HypervisorName}' is {service.Status}: {DisableComputeService.Quoted(service.DisabledReason)}. Adoption gives it back to the scheduler, once it was tested")
            : Claim.Find(service.DisabledReason) is { } claim ? CheckResult.Failed($"nova-compute on '{service.HypervisorName}' is enabled, and still carries the claim of {claim.Person} for {claim.TicketId ?? "no ticket"} (run {claim.RunId})")
            : CheckResult.Passed($"{up.Evidence}, enabled, and nobody's");
    }
}

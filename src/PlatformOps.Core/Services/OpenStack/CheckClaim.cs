using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>The hypervisor is out of the scheduler's hands, and by us: what is destroyed on it is nobody else's.</summary>
internal sealed class CheckClaim : Check<NoParameters>
{
    public override string Name => "openstack.claim";

    public override string Summary => "our claim";

    public override IReadOnlyList<string> LooksAt => [DisableComputeService.SubjectName];

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var service = ComputeServiceState.Of(await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken));
        if (!service.IsDisabled)
            return CheckResult.Failed($"nova-compute on {service.Host} is enabled: servers may be built there at any moment. PreDrain disables it");
        return Claim.Find(service.Reason) is { } claim
            ? claim.IsSameOwner(context.Claim)
                ? CheckResult.Passed($"claimed by {claim.Person} for {claim.TicketId ?? "no ticket"} (run {claim.RunId})")
                : CheckResult.Failed($"nova-compute on {service.Host} is claimed by {claim.Person} for {claim.TicketId ?? "no ticket"} (run {claim.RunId}). PreDrain with -TakeOver -Reason makes it ours and tells the ticket")
            : CheckResult.Failed($"nova-compute on {service.Host} was disabled by a person: {DisableComputeService.Quoted(service.Reason)}. PreDrain with -TakeOver -Reason makes it ours");
    }
}

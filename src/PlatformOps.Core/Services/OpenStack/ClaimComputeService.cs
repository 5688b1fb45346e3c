using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Makes the claim on a hypervisor that is out of service already ours: the reason stays, and says whose it is now. What is in service is not touched.</summary>
internal sealed class ClaimComputeService : Change<NoParameters, ComputeServiceState>
{
    public override string Name => "openstack.compute-service.claim";

    public override string Summary => "claim";

    protected override string Subject => DisableComputeService.SubjectName;

    public override Impact Impact => Impact.Low;

    public override bool CarriesClaim => true;

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<ComputeServiceState> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => ComputeServiceState.Of(await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken));

    protected override bool IsDesired(ActionContext context, NoParameters parameters, ComputeServiceState state) => state.IsDisabled
        ? DisableComputeService.IsOurs(context, state)
        : throw new RefusedException($"nova-compute on {state.Host} is enabled: servers may be built there at any moment. PreDrain disables it with our claim.") { TargetName = context.Target.Name };

    protected override Task<string?> CautionAsync(ActionContext context, NoParameters parameters, ComputeServiceState before, CancellationToken cancellationToken) => Task.FromResult(DisableComputeService.TakenFromPerson(context, before));

    protected override Task ApplyAsync(ActionContext context, NoParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => context.Client<NovaClient>().DisableServiceAsync(before.ToService(), Reason(context, before), cancellationToken);

    protected override string Describe(ComputeServiceState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, ComputeServiceState before) => (before with { Reason = Reason(context, before) }).ToString();

    protected override Task UndoAsync(ActionContext context, NoParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => context.Client<NovaClient>().DisableServiceAsync(before.ToService(), before.Reason, cancellationToken);

    private static string Reason(ActionContext context, ComputeServiceState before)
        => NovaClient.Reason(Claim.Without(before.Reason ?? ""), context.Claim);
}

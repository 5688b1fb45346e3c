using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Reason">Why, for everybody to read; the claim is written behind it.</param>
/// <param name="KeepRoom">Refuse where the rest of the group would lack room, looked at once more under a lock: hypervisors that go at the same time must not count on each other.</param>
internal sealed record DisableComputeServiceParameters(string Reason, bool KeepRoom = false);

/// <summary>Takes a hypervisor out of the scheduler's hands and says whose it is.</summary>
internal sealed class DisableComputeService : Change<DisableComputeServiceParameters, ComputeServiceState>
{
    /// <summary>The service that is enabled, disabled or claimed.</summary>
    public const string SubjectName = "openstack.compute-service";

    public override string Name => "openstack.compute-service.disable";

    public override string Summary => "compute service";

    protected override string Subject => SubjectName;

    public override bool CarriesClaim => true;

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<ComputeServiceState> ObserveAsync(ActionContext context, DisableComputeServiceParameters parameters, CancellationToken cancellationToken)
        => ComputeServiceState.Of(await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken));

    // Ours, of whatever run, with the reason that is asked for: another reason is written, because people read it.
    protected override bool IsDesired(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState state)
        => state.IsDisabled && IsOurs(context, state) && Claim.Find(state.Reason) is { } claim && state.Reason == NovaClient.Reason(parameters.Reason, claim with { TicketId = context.Claim.TicketId ?? claim.TicketId });

    // What the reason says since is the owner's affair.
    protected override bool StillHolds(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState? after, ComputeServiceState now) => now.IsDisabled && IsOurs(context, now);

    /// <summary>Whether what is disabled carries our claim.</summary>
    /// <exception cref="RefusedException">It is another's, and is not taken over.</exception>
    public static bool IsOurs(ActionContext context, ComputeServiceState state)
    {
        var claim = Claim.Find(state.Reason);
        if (claim?.IsSameOwner(context.Claim) == true)
            return true;
        if (context.Run.TakeOverReason is not null)
            return false;
        throw new RefusedException(claim is null
            ? $"nova-compute on {state.Host} was disabled by a person: {Quoted(state.Reason)}. Ask who did it and why; -TakeOver -Reason takes it over."
            : $"nova-compute on {state.Host} is claimed by {claim.Person} for {claim.TicketId ?? "no ticket"} (run {claim.RunId}): {Quoted(state.Reason)}. -TakeOver -Reason takes it over and tells the ticket.") { TargetName = context.Target.Name };
    }

    protected override Task<string?> CautionAsync(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken) => Task.FromResult(TakenFromPerson(context, before));

    /// <summary>What to tell where a person's own word is taken over: no claim says whose it is, and no ticket is told.</summary>
    internal static string? TakenFromPerson(ActionContext context, ComputeServiceState state)
        => context.Run.TakeOverReason is { } why && state.IsDisabled && Claim.Find(state.Reason) is null ? $"TAKES OVER WHAT A PERSON DISABLED ({Quoted(state.Reason)}): {why}" : null;

    internal override IReadOnlyList<string> LocksFor(ActionContext context, object parameters)
        => ((DisableComputeServiceParameters)parameters).KeepRoom || context.Client<RoomLimits>().MaxUnavailable is not null ? [RoomLock(context)] : [];

    /// <summary>Held by whoever counts hosts that are out of service, and adds one.</summary>
    internal static string RoomLock(ActionContext context) => $"openstack:room/{context.Run.Environment}";

    // targets.max-unavailable is everybody's limit, a script's too; room is looked at where it is asked for.
    protected override async Task GuardAsync(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
    {
        if (parameters.KeepRoom && await CheckRoom.LookAsync(context, null, cancellationToken) is { Outcome: not StepOutcome.Passed } room)
            throw StaysInService(context, room.Evidence);
        if (!parameters.KeepRoom && !before.IsDisabled)
            await RequireAvailableAsync(context, before.Host, cancellationToken);
    }

    protected override Task PlanAsync(PlanClients plan, ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => plan.TakeOutAsync(before.Host, () => GuardAsync(context, parameters, before, cancellationToken), cancellationToken);

    /// <summary>Whoever takes a host out of service, by whatever effect, leaves as many in service as are to stay.</summary>
    /// <exception cref="RefusedException">One more would be too many.</exception>
    internal static async Task RequireAvailableAsync(ActionContext context, string serviceHost, CancellationToken cancellationToken)
    {
        if (context.Client<RoomLimits>().MaxUnavailable is { } max && await CheckRoom.LookAtOutOfServiceAsync(context, serviceHost, max, cancellationToken) is { } why)
            throw StaysInService(context, why);
    }

    private static RefusedException StaysInService(ActionContext context, string why) => new($"{context.Target.Name} stays in service: {why}") { TargetName = context.Target.Name };

    protected override Task ApplyAsync(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => context.Client<NovaClient>().DisableServiceAsync(before.ToService(), Reason(context, parameters, before), cancellationToken);

    protected override string Describe(ComputeServiceState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before)
        => (before with { IsDisabled = true, Reason = Reason(context, parameters, before) }).ToString();

    protected override Task UndoAsync(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => before.IsDisabled
            ? context.Client<NovaClient>().DisableServiceAsync(before.ToService(), before.Reason, cancellationToken)
            : context.Client<NovaClient>().EnableServiceAsync(before.ToService(), cancellationToken);

    internal static string Quoted(string? reason) => string.IsNullOrEmpty(reason) ? "no reason given" : $"\"{reason}\"";

    // A ticket that our claim has already stays in it.
    private static string Reason(ActionContext context, DisableComputeServiceParameters parameters, ComputeServiceState before)
        => NovaClient.Reason(parameters.Reason, Claim.Find(before.Reason) is { } former && former.IsSameOwner(context.Claim) ? context.Claim with { TicketId = context.Claim.TicketId ?? former.TicketId } : context.Claim);
}

using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="OnlyIfClaimed">Leaves alone what does not carry our claim, take-over or not, instead of refusing the step: for a step that gives back what the run took, if it did.</param>
internal sealed record EnableComputeServiceParameters(bool OnlyIfClaimed = false);

/// <summary>Gives a hypervisor back to the scheduler: only one that we took.</summary>
internal sealed class EnableComputeService : Change<EnableComputeServiceParameters, ComputeServiceState>
{
    public const string ActionName = "openstack.compute-service.enable";

    public override string Name => ActionName;

    public override string Summary => "compute service";

    protected override string Subject => DisableComputeService.SubjectName;

    public override bool CanUndo => true;

    public override bool MayNeedCaution => true;

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<ComputeServiceState> ObserveAsync(ActionContext context, EnableComputeServiceParameters parameters, CancellationToken cancellationToken)
        => ComputeServiceState.Of(await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken));

    protected override bool IsDesired(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState state)
    {
        if (!state.IsDisabled)
            return true;
        var claim = Claim.Find(state.Reason);
        if (claim?.IsSameOwner(context.Claim) == true)
            return false;
        if (parameters.OnlyIfClaimed)
            return true;
        if (context.Run.TakeOverReason is not null)
            return false;
        throw new RefusedException(claim is null
            ? $"nova-compute on {state.Host} was disabled by a person and is left alone: {DisableComputeService.Quoted(state.Reason)}. Ask who did it and why; -TakeOver -Reason enables it all the same."
            : $"nova-compute on {state.Host} is claimed by {claim.Person} for {claim.TicketId ?? "no ticket"} (run {claim.RunId}) and is left alone. -TakeOver -Reason enables it all the same.") { TargetName = context.Target.Name };
    }

    // One who does not tell stops nobody: what is armed was armed out of service.
    protected override async Task GuardAsync(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
    {
        string? installer;
        try
        {
            installer = await context.Client<IInstallerState>().FindAsync(context, cancellationToken);
        }
        catch (OpsException e)
        {
            context.Log.Write("installer", $"whether it is to be installed anew nobody tells: {e.Message}");
            return;
        }

        if (installer is not null)
            throw new RefusedException($"{before.Host} is not put into service: {installer}, and servers would be built on it meanwhile.") { TargetName = context.Target.Name };
    }

    protected override Task<string?> CautionAsync(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken) => Task.FromResult(DisableComputeService.TakenFromPerson(context, before) ?? InMigration(context, before));

    // A migration's own step gives back what the migration took.
    private static string? InMigration(ActionContext context, ComputeServiceState before)
        => context.Phase is null && Claim.Find(before.Reason) is { } claim && context.Client<IMigrationState>().Find(context.Target.Name, claim.RunId) is { } progress
            ? $"IN MIGRATION for {claim.TicketId ?? "no ticket"} ({progress}): servers will be built on it again, and its next phase refuses. Invoke-MigrationStep goes on with it, Undo-OpsRun takes it back"
            : null;

    protected override Task ApplyAsync(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => context.Client<NovaClient>().EnableServiceAsync(before.ToService(), cancellationToken);

    protected override string Describe(ComputeServiceState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before) => "enabled";

    // Taken back it takes a host out of service, as any disable does.
    internal override IReadOnlyList<string> LocksFor(ActionContext context, object parameters) => context.Client<RoomLimits>().MaxUnavailable is null ? [] : [DisableComputeService.RoomLock(context)];

    protected override Task GuardUndoAsync(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => before.IsDisabled ? DisableComputeService.RequireAvailableAsync(context, before.Host, cancellationToken) : Task.CompletedTask;

    protected override Task UndoAsync(ActionContext context, EnableComputeServiceParameters parameters, ComputeServiceState before, CancellationToken cancellationToken)
        => context.Client<NovaClient>().DisableServiceAsync(before.ToService(), before.Reason, cancellationToken);
}

using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Statuses">Those that will do, the best first: <c>[ready, almostready]</c>. One that the host has already is left; else it becomes the first that Aquilon allows from the present one.</param>
/// <param name="OrNoHost">No host will do as well: for one that is to be deleted, and was already.</param>
internal sealed record SetBuildStatusParameters(IReadOnlyList<string> Statuses, bool OrNoHost = false);

/// <summary>Changes a host's build status, one step as the table allows it.</summary>
internal sealed class SetBuildStatus : AquilonChange<SetBuildStatusParameters, AquilonHostState>
{
    public override string Name => "aquilon.buildstatus";

    public override string Summary => "build status in Aquilon";

    // Deleting and importing a host make it another one with a status of its own.
    protected override string Subject => DeleteAquilonHost.HostSubject;

    public override bool CanUndo => true;

    protected override async Task<AquilonHostState> ObserveAsync(ActionContext context, SetBuildStatusParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters.Statuses.Count == 0 || parameters.Statuses.FirstOrDefault(status => !BuildStatuses.All.Contains(status)) is not null)
            throw new RefusedException($"'{string.Join(", ", parameters.Statuses)}' are no build statuses of Aquilon: there are {string.Join(", ", BuildStatuses.All)}.");
        var aquilon = context.Client<AquilonClient>();
        return AquilonHostState.Of(parameters.OrNoHost ? await aquilon.FindHostAsync(context.Target.Name, cancellationToken) : await aquilon.HostAsync(context.Target.Name, cancellationToken));
    }

    protected override bool IsDesired(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState state)
    {
        if (!state.IsThere || parameters.Statuses.Contains(state.BuildStatus))
            return true;
        _ = Next(context, parameters, state);
        return false;
    }

    // The installer makes a host ready by itself.
    protected override bool StillHolds(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState? after, AquilonHostState now)
        => !now.IsThere || parameters.Statuses.Contains(now.BuildStatus)
            || (after?.BuildStatus is { } left && now.BuildStatus is "ready" or "almostready" && BuildStatuses.After(left).Contains(now.BuildStatus));

    protected override Task ApplyAsync(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
        => ChangeAsync(context, before.HostName!, Next(context, parameters, before), cancellationToken);

    protected override string Describe(AquilonHostState state) => state.BuildStatus ?? "no host";

    protected override string DescribeDesired(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState before) => Next(context, parameters, before);

    protected override async Task GuardUndoAsync(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var now = await context.Client<AquilonClient>().HostAsync(context.Target.Name, cancellationToken);
        if (!BuildStatuses.After(now.BuildStatus!).Contains(before.BuildStatus))
            throw new RefusedException($"Aquilon does not take {now.HostName} back from {now.BuildStatus} to {before.BuildStatus}: possible are {string.Join(", ", BuildStatuses.After(now.BuildStatus!))}.") { TargetName = context.Target.Name };
    }

    protected override Task UndoAsync(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
        => ChangeAsync(context, before.HostName!, before.BuildStatus!, cancellationToken);

    private static Task ChangeAsync(ActionContext context, string hostName, string status, CancellationToken cancellationToken)
        => context.Client<AquilonClient>().ChangeAsync(["change_status", "--hostname", hostName, "--buildstatus", status], cancellationToken);

    private static string Next(ActionContext context, SetBuildStatusParameters parameters, AquilonHostState state)
    {
        var possible = BuildStatuses.After(state.BuildStatus ?? "");
        return parameters.Statuses.FirstOrDefault(possible.Contains)
            ?? throw new RefusedException($"{state.HostName} is {state.BuildStatus} in Aquilon, and from there it cannot become {string.Join(" or ", parameters.Statuses)}: possible are {(possible.Count == 0 ? "none that is known" : string.Join(", ", possible))}.") { TargetName = context.Target.Name };
    }
}

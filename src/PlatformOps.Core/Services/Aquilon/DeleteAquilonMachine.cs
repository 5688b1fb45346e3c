using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="KeepImported">That of a host that was imported before as it is wanted, and is not installed yet, stays.</param>
internal sealed record DeleteAquilonMachineParameters(bool KeepImported = false);

/// <summary>Deletes the machine that a host was on: the addresses of its interfaces, the interfaces, the machine. Its name is the record's, never a guess.</summary>
internal sealed class DeleteAquilonMachine : AquilonChange<DeleteAquilonMachineParameters, DeleteAquilonMachine.State>
{
    public override string Name => "aquilon.machine.delete";

    public override string Summary => "machine in Aquilon";

    public override string? Loss => "its machine is deleted there with its addresses";

    protected override string Subject => DeleteAquilonHost.HostSubject;

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    protected override bool IsDestructive(DeleteAquilonMachineParameters parameters) => true;

    protected override async Task<State> ObserveAsync(ActionContext context, DeleteAquilonMachineParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var record = context.Client<AquilonRecordStore>().FindOrLatest(context.Target.Name, context.Run.RunId);
        if (parameters.KeepImported && await aquilon.FindHostAsync(context.Target.Name, cancellationToken) is { } host && ImportedHost.AwaitsInstallation(context, host))
            return State.Of(host.MachineName, host) with { AwaitsInstallation = true };
        var name = record?.Host.MachineName ?? (await aquilon.HostAsync(context.Target.Name, cancellationToken)).MachineName;
        return State.Of(name, await aquilon.FindMachineAsync(name, cancellationToken));
    }

    protected override bool IsDesired(ActionContext context, DeleteAquilonMachineParameters parameters, State state) => !state.IsThere || state.AwaitsInstallation;

    protected override async Task GuardAsync(ActionContext context, DeleteAquilonMachineParameters parameters, State before, CancellationToken cancellationToken)
    {
        if (before.HostName is { } host)
            throw new RefusedException($"The machine {before.MachineName} has the host {host} on it. Delete the host first (aquilon.host.delete).") { TargetName = context.Target.Name };
        if (context.Client<AquilonRecordStore>().FindOrLatest(context.Target.Name, context.Run.RunId)?.Host.MachineName != before.MachineName)
            throw new RefusedException($"The machine {before.MachineName} is not deleted in Aquilon: there is no record to restore it from. Take aquilon.record first.") { TargetName = context.Target.Name };
        await context.Client<IWipeProof>().RequireReleasedAsync(context, cancellationToken);
    }

    protected override async Task ApplyAsync(ActionContext context, DeleteAquilonMachineParameters parameters, State before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var machine = await aquilon.FindMachineAsync(before.MachineName, cancellationToken);
        if (machine is null)
            return;
        await InterfaceDeletion.RunAsync(aquilon, machine, machine.Interfaces, cancellationToken);
        await aquilon.DeleteAsync(["del_machine", "--machine", machine.MachineName], cancellationToken);
    }

    protected override string Describe(State state) => state.IsThere
        ? $"{state.MachineName}{(state.HostName is null ? "" : $" with {state.HostName}")}, interfaces {(state.Interfaces.Count == 0 ? "none" : string.Join(", ", state.Interfaces))}, addresses {(state.Addresses.Count == 0 ? "none" : string.Join(", ", state.Addresses))}{(state.AwaitsInstallation ? ", imported and not installed yet" : "")}"
        : "none";

    protected override string DescribeDesired(ActionContext context, DeleteAquilonMachineParameters parameters, State before) => "none";

    /// <summary>Half of it may be gone. While nobody put a host on it and nothing was added, what is left is what was to be deleted, and deleting that twice is deleting it once.</summary>
    protected override Task<ProbeAnswer> ProbeAsync(ActionContext context, DeleteAquilonMachineParameters parameters, State before, State now, CancellationToken cancellationToken)
        => Task.FromResult(!now.IsThere ? ProbeAnswer.Happened
            : now.HostName is null && before.HostName is null && now.MachineName == before.MachineName && !now.Interfaces.Except(before.Interfaces).Any() && !now.Addresses.Except(before.Addresses).Any() ? ProbeAnswer.NotHappened
            : ProbeAnswer.Undecidable);

    /// <param name="MachineName">Its name, there or not.</param>
    /// <param name="IsThere">Whether it is there.</param>
    /// <param name="HostName">The host on it, if any.</param>
    /// <param name="Interfaces">Their names.</param>
    /// <param name="Addresses">Without prefixes.</param>
    /// <param name="AwaitsInstallation">It is what an import made, and stays.</param>
    internal sealed record State(string MachineName, bool IsThere, string? HostName, IReadOnlyList<string> Interfaces, IReadOnlyList<string> Addresses, bool AwaitsInstallation = false)
    {
        public static State Of(string name, AquilonHost? machine)
            => new(name, machine is not null, machine?.HostName, [.. (machine?.Interfaces ?? []).Select(port => port.Name)], [.. (machine?.Interfaces ?? []).SelectMany(port => port.Addresses).Select(address => address.Ip)]);
    }
}

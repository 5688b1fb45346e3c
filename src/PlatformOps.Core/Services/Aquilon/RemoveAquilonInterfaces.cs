using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Interfaces">Those to remove; by default all but those to keep.</param>
/// <param name="Keep">Those to keep where none are named; by default aquilon.keep-interfaces of the configuration.</param>
internal sealed record RemoveAquilonInterfacesParameters(IReadOnlyList<string>? Interfaces = null, IReadOnlyList<string>? Keep = null);

/// <summary>Removes interfaces of a machine in Aquilon, their addresses first. One with the primary address of the host is refused.</summary>
internal sealed class RemoveAquilonInterfaces : AquilonChange<RemoveAquilonInterfacesParameters, RemoveAquilonInterfaces.State>
{
    public override string Name => "aquilon.interfaces.remove";

    public override string Summary => "interfaces in Aquilon";

    public override bool CanUndo => true;

    protected override async Task<State> ObserveAsync(ActionContext context, RemoveAquilonInterfacesParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        var keep = parameters.Keep ?? aquilon.Configuration.KeepInterfaces;
        var going = host.Interfaces.Where(port => parameters.Interfaces?.Contains(port.Name) ?? !keep.Contains(port.Name)).ToArray();
        if (Array.Find(going, port => port.Addresses.Any(address => address.Ip == host.PrimaryAddress)) is { } primary)
            throw new RefusedException($"{primary.Name} has the primary address {host.PrimaryAddress} of {host.HostName}, and Aquilon removes no such interface. {(parameters.Interfaces is null ? "Name it in aquilon.keep-interfaces." : "Leave it.")}") { TargetName = context.Target.Name };
        return new State(host.MachineName, going);
    }

    protected override bool IsDesired(ActionContext context, RemoveAquilonInterfacesParameters parameters, State state) => state.Going.Count == 0;

    protected override async Task ApplyAsync(ActionContext context, RemoveAquilonInterfacesParameters parameters, State before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        await InterfaceDeletion.RunAsync(aquilon, await aquilon.HostAsync(context.Target.Name, cancellationToken), before.Going, cancellationToken);
    }

    protected override string Describe(State state) => state.Going.Count == 0 ? "removed" : string.Join(", ", state.Going.Select(port => port.Addresses.Length == 0 ? port.Name : $"{port.Name} ({string.Join(", ", port.Addresses.Select(address => address.Ip))})"));

    protected override string DescribeDesired(ActionContext context, RemoveAquilonInterfacesParameters parameters, State before) => "removed";

    protected override async Task UndoAsync(ActionContext context, RemoveAquilonInterfacesParameters parameters, State before, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        foreach (var port in before.Going.OrderBy(port => port.Parent is not null).ThenBy(port => port.Master is not null))
        {
            foreach (var add in HostAdds.Of(host.MachineName, port).Concat(port.Addresses.Select(address => HostAdds.Of(host.MachineName, port, address))).Where(add => !add.IsThere(host)))
                await aquilon.ChangeAsync(add.Command, cancellationToken);
        }
    }

    /// <param name="MachineName">The machine.</param>
    /// <param name="Going">What is to be removed and is there; in full, so that it can be added again.</param>
    internal sealed record State(string MachineName, IReadOnlyList<AquilonInterface> Going);
}

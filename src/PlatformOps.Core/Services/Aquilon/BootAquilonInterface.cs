using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="Interface">By default aquilon.boot-interface of the configuration.</param>
internal sealed record BootAquilonInterfaceParameters(string? Interface = null);

/// <summary>Makes an interface the one that the machine boots from and that the default route goes over.</summary>
internal sealed class BootAquilonInterface : AquilonChange<BootAquilonInterfaceParameters, BootAquilonInterface.State>
{
    public override string Name => "aquilon.interface.boot";

    public override string Summary => "boot interface in Aquilon";

    protected override string Subject => "aquilon.interface.boot";

    protected override async Task<State> ObserveAsync(ActionContext context, BootAquilonInterfaceParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var host = await aquilon.HostAsync(context.Target.Name, cancellationToken);
        var wanted = parameters.Interface ?? aquilon.Configuration.BootInterface;
        if (!AquilonNames.IsInterface(wanted) || !Array.Exists(host.Interfaces, port => port.Name == wanted))
            throw new ObjectNotFoundException($"{host.HostName} has no interface '{wanted}' in Aquilon: it has {string.Join(", ", host.Interfaces.Select(port => port.Name))}.") { TargetName = context.Target.Name };
        return new State(host.HostName!, wanted, [.. host.Interfaces.Where(port => port.IsBoot).Select(port => port.Name)], [.. host.Interfaces.Where(port => port.IsDefaultRoute).Select(port => port.Name)]);
    }

    protected override bool IsDesired(ActionContext context, BootAquilonInterfaceParameters parameters, State state) => state.Boot is [var boot] && boot == state.Wanted && state.DefaultRoute.Contains(state.Wanted);

    protected override Task ApplyAsync(ActionContext context, BootAquilonInterfaceParameters parameters, State before, CancellationToken cancellationToken)
        => context.Client<AquilonClient>().ChangeAsync(["update_interface", "--hostname", before.HostName, "--interface", before.Wanted, "--boot", "--default_route"], cancellationToken);

    protected override string Describe(State state) => $"boot from {Names(state.Boot)}, default route over {Names(state.DefaultRoute)}";

    protected override string DescribeDesired(ActionContext context, BootAquilonInterfaceParameters parameters, State before) => $"boot from {before.Wanted}, default route over {before.Wanted}";

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    /// <param name="HostName">In Aquilon.</param>
    /// <param name="Wanted">The interface asked for.</param>
    /// <param name="Boot">The interfaces that it boots from.</param>
    /// <param name="DefaultRoute">Those that the default route goes over.</param>
    internal sealed record State(string HostName, string Wanted, IReadOnlyList<string> Boot, IReadOnlyList<string> DefaultRoute);
}

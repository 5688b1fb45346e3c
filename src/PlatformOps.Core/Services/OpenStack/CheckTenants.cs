using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="HarmlessAgents">Types of Neutron agents that serve nothing but their own machine, beside those that are known to.</param>
internal sealed record CheckTenantsParameters(IReadOnlyList<string>? HarmlessAgents = null);

/// <summary>Whether OpenStack knows of something else on the machine than nova-compute: routers, DHCP or gateways of Neutron, services of Cinder, other services of Nova.</summary>
internal sealed class CheckTenants : Check<CheckTenantsParameters>
{
    /// <summary>They serve their own machine only (agent types of neutron-lib and of Neutron's OVN driver).</summary>
    private static readonly string[] Harmless =
    [
        "Open vSwitch agent", "Linux bridge agent", "Macvtap agent", "NIC Switch agent", "Metadata agent", "Metering agent",
        "OVN Controller agent", "OVN Metadata agent", "OVN Neutron agent",
    ];

    public override string Name => "openstack.tenants";

    public override string Summary => "other tenants of the machine";

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckTenantsParameters parameters, CancellationToken cancellationToken)
    {
        var nova = context.Client<NovaClient>();
        var names = new HashSet<string>(nova.NamesOf(context.Target.Name), StringComparer.OrdinalIgnoreCase);
        try
        {
            var service = await nova.ServiceAsync(context.Target.Name, cancellationToken);
            names.UnionWith([service.HypervisorName, .. (await nova.NodesAsync(service.HypervisorName, cancellationToken)).Select(node => node.Name)]);
        }
        catch (OpsException e)
        {
            return CheckResult.Unknown($"Nova does not tell which hypervisor it is: {e.Message}");
        }

        var harmless = new HashSet<string>([.. Harmless, .. parameters.HarmlessAgents ?? []], StringComparer.OrdinalIgnoreCase);
        return Finding.Judge(
            await Finding.AskAsync("Nova's services", () => OfNovaAsync(nova, names, cancellationToken)),
            await Finding.AskAsync("Neutron", () => OfNeutronAsync(context.Client<NeutronClient>(), names, harmless, cancellationToken)),
            await Finding.AskAsync("Cinder", () => OfCinderAsync(context.Client<CinderClient>(), names, cancellationToken)));
    }

    private static async Task<Finding> OfNovaAsync(NovaClient nova, HashSet<string> names, CancellationToken cancellationToken)
    {
        var (services, silent) = await nova.OtherServicesAsync(cancellationToken);
        var mine = services.Where(service => names.Contains(service.Host ?? "")).ToList();
        return mine.Count > 0 ? Finding.Against($"Nova has {Finding.Listed(mine, service => $"{ServerText.Clean(service.Binary, 60)} ({service.State})")} on it")
            : silent.Count > 0 ? Finding.Silent($"Nova cannot tell of the services of a cell that does not answer ({Finding.Listed(silent, host => $"'{ServerText.Clean(host, 100)}'")})")
            : new Finding("Nova has nothing but nova-compute on it");
    }

    private static async Task<Finding> OfNeutronAsync(NeutronClient neutron, HashSet<string> names, HashSet<string> harmless, CancellationToken cancellationToken)
    {
        if (!await neutron.Endpoint.IsOfferedAsync(cancellationToken))
            return new Finding("there is no Neutron in the catalog of our region");
        var agents = await neutron.AgentsOnAsync(names, cancellationToken);
        // An agent of the machine is what a hypervisor's ports are wired by: none at all is another name, or the answer to whoever may not see them.
        if (agents.Count == 0)
        {
            return Finding.Silent(await neutron.ShowsAgentsAsync(cancellationToken)
                ? $"Neutron knows no agent on {string.Join(" or ", names.Select(name => $"'{name}'"))}, not even one that wires its servers: does it know the machine by another name?"
                : "Neutron shows no agent at all: is our account an administrator?");
        }

        List<string> against = [];
        foreach (var agent in agents)
        {
            if (await HostedAsync(neutron, agent, harmless, cancellationToken) is { } what)
                against.Add(agent.Alive ? what : what + " (not alive)");
        }

        return against.Count > 0 ? Finding.Against($"Neutron has {string.Join(", ", against)} on it")
            : new Finding($"Neutron has nothing on it that serves others ({Finding.Listed(agents, agent => ServerText.Clean(agent.AgentType, 60))})");
    }

    /// <summary>What an agent hosts; null where nothing.</summary>
    private static async Task<string?> HostedAsync(NeutronClient neutron, NeutronAgent agent, HashSet<string> harmless, CancellationToken cancellationToken)
    {
        switch (agent.AgentType)
        {
            case "L3 agent":
                return await neutron.RoutersOnAsync(agent, cancellationToken) is { Count: > 0 } routers ? $"an L3 agent with {Finding.Count(routers.Count, "router")}: {Finding.Listed(routers, Show)}" : null;
            case "DHCP agent":
                return await neutron.NetworksOnAsync(agent, cancellationToken) is { Count: > 0 } networks ? $"a DHCP agent with {Finding.Count(networks.Count, "network")}: {Finding.Listed(networks, Show)}" : null;
            default:
                return harmless.Contains(agent.AgentType) ? null : $"{ServerText.Clean(agent.AgentType, 60)} {ServerText.Clean(agent.Id, 60)}";
        }
    }

    private static async Task<Finding> OfCinderAsync(CinderClient cinder, HashSet<string> names, CancellationToken cancellationToken)
    {
        if (!await cinder.Endpoint.IsOfferedAsync(cancellationToken))
            return new Finding("there is no Cinder in the catalog of our region");
        var services = await cinder.ServicesAsync(cancellationToken);
        if (services.Count == 0)
            return Finding.Silent("Cinder lists no service at all, not even a scheduler");
        var mine = services.Where(service => names.Contains((service.Host ?? "").Split('@')[0])).ToList();
        return mine.Count > 0
            ? Finding.Against($"Cinder has {Finding.Listed(mine, service => $"{ServerText.Clean(service.Binary, 60)} '{ServerText.Clean(service.Host, 100)}' ({service.Status}, {service.State})")} on it")
            : new Finding($"none of Cinder's {services.Count} services is on it");
    }

    private static string Show(NeutronResource resource) => $"{ServerText.Clean(resource.Name, 100)} ({ServerText.Clean(resource.Id, 60)})";
}

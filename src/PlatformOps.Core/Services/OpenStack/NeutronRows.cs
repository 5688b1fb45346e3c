namespace PlatformOps.Core.Services.OpenStack;

// The rows as Neutron sends them (Network API reference, "Agents", "L3 agent scheduler", "DHCP agent scheduler").

internal sealed record NeutronAgents(IReadOnlyList<NeutronAgent>? Agents)
{
    public IReadOnlyList<PageLink>? AgentsLinks { get; init; }
}

internal sealed record NeutronAgent(string Id)
{
    /// <summary>Such as <c>Open vSwitch agent</c>; OVN's chassis are listed as agents, too.</summary>
    public string AgentType { get; init; } = "";

    public string? Host { get; init; }

    public bool Alive { get; init; }
}

internal sealed record NeutronRouters(IReadOnlyList<NeutronResource>? Routers);

internal sealed record NeutronNetworks(IReadOnlyList<NeutronResource>? Networks);

internal sealed record NeutronResource(string Id, string? Name);

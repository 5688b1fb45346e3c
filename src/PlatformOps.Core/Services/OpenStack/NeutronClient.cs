using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Neutron: its agents, and what they host.</summary>
/// <remarks>Network API reference v2.0. From whoever is no administrator, Neutron hides agents one by one and answers an empty list.</remarks>
internal sealed class NeutronClient(CloudEndpoint endpoint)
{
    public CloudEndpoint Endpoint => endpoint;

    /// <summary>The agents of a machine, by any of its names.</summary>
    public async Task<IReadOnlyList<NeutronAgent>> AgentsOnAsync(IEnumerable<string> names, CancellationToken cancellationToken)
        => await endpoint.ListAsync(
            HttpCall.Get(await PathAsync("agents", cancellationToken), $"list the agents on {string.Join(" or ", names)}", [.. names.Select(name => ("host", (string?)name))]),
            null,
            (NeutronAgents page) => (page.Agents, page.AgentsLinks),
            cancellationToken);

    /// <summary>Whether we see any agent at all.</summary>
    public async Task<bool> ShowsAgentsAsync(CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get(await PathAsync("agents", cancellationToken), "look for any agent", ("limit", "1")), null, cancellationToken);
        return (answer.Read<NeutronAgents>(HttpServiceJson.Snake).Agents ?? throw answer.Unexpected("no list of agents")).Count > 0;
    }

    /// <summary>The routers that are placed on an L3 agent.</summary>
    public async Task<IReadOnlyList<NeutronResource>> RoutersOnAsync(NeutronAgent agent, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get(await PathAsync($"agents/{Uri.EscapeDataString(agent.Id)}/l3-routers", cancellationToken), $"list the routers on {agent.Host}"), null, cancellationToken);
        return answer.Read<NeutronRouters>(HttpServiceJson.Snake).Routers ?? throw answer.Unexpected("no list of routers");
    }

    /// <summary>The networks that a DHCP agent serves.</summary>
    public async Task<IReadOnlyList<NeutronResource>> NetworksOnAsync(NeutronAgent agent, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get(await PathAsync($"agents/{Uri.EscapeDataString(agent.Id)}/dhcp-networks", cancellationToken), $"list the networks that are served from {agent.Host}"), null, cancellationToken);
        return answer.Read<NeutronNetworks>(HttpServiceJson.Snake).Networks ?? throw answer.Unexpected("no list of networks");
    }

    /// <summary>Catalogs name Neutron's root; some name its one version, too.</summary>
    private async Task<string> PathAsync(string path, CancellationToken cancellationToken)
        => (await endpoint.HttpAsync(cancellationToken)).BaseAddress.AbsolutePath.EndsWith("/v2.0/", StringComparison.Ordinal) ? path : "v2.0/" + path;
}

using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Placement: what a hypervisor has, what of it is taken, and its traits. A provider's id is its hypervisor's.</summary>
/// <remarks>Placement API reference.</remarks>
internal sealed class PlacementClient(CloudEndpoint endpoint)
{
    private static readonly Microversion Basic = new(1, 0);
    private static readonly Microversion WithTraits = new(1, 6);

    public CloudEndpoint Endpoint => endpoint;

    /// <summary>The provider of exactly this name; null where there is none.</summary>
    public async Task<ResourceProvider?> ProviderAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get("resource_providers", $"find the resource provider {name}", ("name", name)), Basic, cancellationToken);
        return (answer.Read<ResourceProviders>(HttpServiceJson.Snake).Providers ?? throw answer.Unexpected("no list of resource providers"))
            .SingleOrDefault(provider => provider.Name == name);
    }

    public async Task<ResourceProvider> ProviderByIdAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}", $"read the resource provider {id}") with { Accept = [404] }, Basic, cancellationToken);
        return answer.Status == 404
            ? throw new ObjectNotFoundException($"Placement has no resource provider {id}: the hypervisor with this id has not reported its resources. Is nova-compute running on it?") { TargetName = id }
            : answer.Read<ResourceProvider>(HttpServiceJson.Snake);
    }

    /// <summary>By resource class, such as <c>VCPU</c>.</summary>
    public async Task<IReadOnlyDictionary<string, ResourceInventory>> InventoriesAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/inventories", $"read the inventories of provider {id}"), Basic, cancellationToken);
        return answer.Read<ResourceInventories>(HttpServiceJson.Snake).Inventories ?? throw answer.Unexpected("no inventories");
    }

    /// <summary>What is taken, by resource class.</summary>
    public async Task<IReadOnlyDictionary<string, long>> UsagesAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/usages", $"read the usages of provider {id}"), Basic, cancellationToken);
        return answer.Read<ResourceUsages>(HttpServiceJson.Snake).Usages ?? throw answer.Unexpected("no usages");
    }

    public async Task<IReadOnlyList<string>> TraitsAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/traits", $"read the traits of provider {id}"), WithTraits, cancellationToken);
        return answer.Read<ResourceTraits>(HttpServiceJson.Snake).Traits ?? throw answer.Unexpected("no traits");
    }

    /// <summary>Who holds what of it: by consumer (a server or a migration), the amounts by resource class.</summary>
    public async Task<IReadOnlyDictionary<string, ResourceAllocation>> AllocationsAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/allocations", $"read the allocations of provider {id}"), Basic, cancellationToken);
        return answer.Read<ResourceAllocations>(HttpServiceJson.Snake).Allocations ?? throw answer.Unexpected("no allocations");
    }
}

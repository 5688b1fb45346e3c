using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Placement: what a hypervisor has, what of it is taken, and its traits. A provider's id is its hypervisor's.</summary>
/// <remarks>Placement API reference.</remarks>
internal sealed class PlacementClient(CloudEndpoint endpoint)
{
    private const int TraitTries = 5;

    private static readonly Microversion Basic = new(1, 0);
    private static readonly Microversion WithTraits = new(1, 6);
    private static readonly Microversion WithTrees = new(1, 14);

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

    /// <summary>A hypervisor's provider, found by its id, or by its name where Nova is older than 2.53.</summary>
    /// <exception cref="ObjectNotFoundException">Placement has none.</exception>
    public async Task<ResourceProvider> ProviderOfAsync(string hypervisorId, string hypervisorName, CancellationToken cancellationToken)
        => Guid.TryParse(hypervisorId, out _)
            ? await ProviderByIdAsync(hypervisorId, cancellationToken)
            : await ProviderAsync(hypervisorName, cancellationToken)
                ?? throw new ObjectNotFoundException($"Placement has no resource provider named '{hypervisorName}'.") { TargetName = hypervisorName };

    /// <summary>A provider with those below it, such as its PCI devices and virtual GPUs (1.14; before, there was no below).</summary>
    public async Task<IReadOnlyList<ResourceProvider>> TreeAsync(ResourceProvider root, CancellationToken cancellationToken)
    {
        if (!await endpoint.HasAsync(WithTrees.Major, WithTrees.Minor, cancellationToken))
            return [root];
        var answer = await endpoint.SendAsync(HttpCall.Get("resource_providers", $"list the providers below {root.Name}", ("in_tree", root.Uuid)), WithTrees, cancellationToken);
        var tree = answer.Read<ResourceProviders>(HttpServiceJson.Snake).Providers ?? throw answer.Unexpected("no list of resource providers");
        return tree.Any(provider => provider.Uuid == root.Uuid) ? tree : throw answer.Unexpected($"a tree that does not hold {root.Uuid}");
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

    public async Task<IReadOnlyList<string>> TraitsAsync(string id, CancellationToken cancellationToken) => (await ReadTraitsAsync(id, cancellationToken)).Traits!;

    /// <summary>Makes a custom trait known to the cloud; one that is known stays as it is.</summary>
    public Task MakeTraitAsync(string trait, CancellationToken cancellationToken)
        => endpoint.SendAsync(HttpCall.Put($"traits/{Uri.EscapeDataString(trait)}", $"make the trait {trait}", null), WithTraits, cancellationToken);

    /// <summary>Changes the traits of a provider. nova-compute writes them too: where it came between, they are read again.</summary>
    /// <param name="change">The traits wanted, of those that it has.</param>
    public async Task ChangeTraitsAsync(string id, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken cancellationToken)
    {
        var what = $"set the traits of provider {id}";
        for (var count = 1; ; count++)
        {
            var now = await ReadTraitsAsync(id, cancellationToken);
            var wanted = change(now.Traits!);
            if (wanted.ToHashSet().SetEquals(now.Traits!))
                return;
            var call = HttpCall.Put($"resource_providers/{Uri.EscapeDataString(id)}/traits", what, new { resource_provider_generation = now.ResourceProviderGeneration, traits = wanted });
            // 409: its generation is not the one that we read.
            var answer = await endpoint.SendAsync(call with { Accept = [409] }, WithTraits, cancellationToken);
            if (answer.IsSuccess)
                return;
            if (count == TraitTries)
                throw new ServiceException(KeystoneSession.Service, $"Could not {what}: somebody else changed the provider each of {TraitTries} times: {answer.Fault.Text}", answer.Status) { TargetName = id, FaultCode = answer.Fault.Code };
        }
    }

    private async Task<ResourceTraits> ReadTraitsAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/traits", $"read the traits of provider {id}"), WithTraits, cancellationToken);
        var read = answer.Read<ResourceTraits>(HttpServiceJson.Snake);
        return read.Traits is null ? throw answer.Unexpected("no traits") : read;
    }

    /// <summary>Who holds what of it: by consumer (a server or a migration), the amounts by resource class.</summary>
    public async Task<IReadOnlyDictionary<string, ResourceAllocation>> AllocationsAsync(string id, CancellationToken cancellationToken)
    {
        var answer = await endpoint.SendAsync(HttpCall.Get($"resource_providers/{Uri.EscapeDataString(id)}/allocations", $"read the allocations of provider {id}"), Basic, cancellationToken);
        return answer.Read<ResourceAllocations>(HttpServiceJson.Snake).Allocations ?? throw answer.Unexpected("no allocations");
    }
}

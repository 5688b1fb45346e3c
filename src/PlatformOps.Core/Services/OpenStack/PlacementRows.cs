using System.Text.Json.Serialization;

namespace PlatformOps.Core.Services.OpenStack;

internal sealed record ResourceProviders
{
    [JsonPropertyName("resource_providers")]
    public IReadOnlyList<ResourceProvider>? Providers { get; init; }
}

internal sealed record ResourceProvider(string Uuid, string Name, long Generation);

internal sealed record ResourceInventories(IReadOnlyDictionary<string, ResourceInventory>? Inventories);

/// <summary>What a provider has of one resource class.</summary>
internal sealed record ResourceInventory
{
    public long Total { get; init; }

    public long Reserved { get; init; }

    public double AllocationRatio { get; init; } = 1;

    public long MinUnit { get; init; } = 1;

    public long MaxUnit { get; init; } = long.MaxValue;

    public long StepSize { get; init; } = 1;

    /// <summary>What may be given out in all: (total − reserved) × ratio.</summary>
    [JsonIgnore]
    public long Capacity => Math.Max(0, (long)Math.Floor((Total - Reserved) * AllocationRatio));

    /// <summary>What is left to give out: in whole steps, and nothing where less than the least piece is left.</summary>
    public long FreeOf(long used)
    {
        var free = Math.Max(0, Capacity - used);
        free -= free % Math.Max(1, StepSize);
        return free < MinUnit ? 0 : free;
    }
}

internal sealed record ResourceUsages(IReadOnlyDictionary<string, long>? Usages);

internal sealed record ResourceTraits(IReadOnlyList<string>? Traits)
{
    public long ResourceProviderGeneration { get; init; }
}

internal sealed record ResourceAllocations(IReadOnlyDictionary<string, ResourceAllocation>? Allocations);

internal sealed record ResourceAllocation(IReadOnlyDictionary<string, long> Resources);

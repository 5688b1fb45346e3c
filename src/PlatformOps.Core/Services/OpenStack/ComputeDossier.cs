namespace PlatformOps.Core.Services.OpenStack;

/// <summary>What Nova and Placement knew of a hypervisor before it was reinstalled, to put back and to compare with afterwards.</summary>
internal sealed record ComputeDossier
{
    public required string ServiceHost { get; init; }

    public required string ServiceId { get; init; }

    public required string HypervisorHostname { get; init; }

    /// <summary>Also its provider's id in Placement, from 2.53.</summary>
    public required string HypervisorId { get; init; }

    public string? AvailabilityZone { get; init; }

    public IReadOnlyList<AggregateMembership> Aggregates { get; init; } = [];

    /// <summary>Traits that people gave it (<c>CUSTOM_…</c>); nova-compute reports the others again by itself.</summary>
    public IReadOnlyList<string> CustomTraits { get; init; } = [];
}

internal sealed record AggregateMembership(int Id, string? Uuid, string Name);

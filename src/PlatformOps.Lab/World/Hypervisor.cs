namespace PlatformOps.Lab.World;

/// <summary>A machine that runs virtual machines: its compute service, its place, its BMC.</summary>
internal sealed class Hypervisor : Machine
{
    public required int Number { get; init; }

    /// <summary>Nova's id of the hypervisor, which is also Placement's of the provider and the content of compute_id.</summary>
    public required Guid Id { get; init; }

    public required Guid ServiceId { get; init; }

    public required string BmcAddress { get; init; }

    public required string BmcMac { get; init; }

    public Bmc Bmc { get; } = new();

    /// <summary>Whose BMC answers at this one's BMC address: the inventory is not always right.</summary>
    public Hypervisor? BmcLeadsTo { get; set; }

    /// <summary>Prometheus knows of it.</summary>
    public bool IsScraped { get; set; } = true;

    public required string Site { get; init; }

    public required string Rack { get; init; }

    /// <summary>The name nova-compute has registered; not always the hypervisor's host name.</summary>
    public required string ServiceHost { get; set; }

    public bool ServiceDisabled { get; set; }

    public string? DisabledReason { get; set; }

    public bool ForcedDown { get; set; }

    public bool ServiceUp { get; set; } = true;

    /// <summary>The service record was deleted; the host is in no list of Nova.</summary>
    public bool ServiceDeleted { get; set; }

    public DateTimeOffset ServiceChanged { get; set; }

    /// <summary>Nova's cell.</summary>
    public string Cell { get; set; } = "cell1";

    /// <summary>What else OpenStack runs on the machine.</summary>
    public HashSet<Tenant> Tenants { get; } = [];

    /// <summary>Allocations that nobody gave back, by consumers that are neither servers nor migrations.</summary>
    public List<Guid> LeakedAllocations { get; } = [];

    public List<string> Traits { get; } = [];

    public int ProviderGeneration { get; set; } = 2;
}

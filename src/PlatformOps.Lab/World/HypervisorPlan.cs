namespace PlatformOps.Lab.World;

/// <summary>One hypervisor of a world file.</summary>
internal sealed record HypervisorPlan(string Name)
{
    public string? Profile { get; init; }

    public string? OsVersion { get; init; }

    public string? Serial { get; init; }

    public string? Site { get; init; }

    public string? ServiceHost { get; init; }

    public string? DeviceName { get; init; }

    public string? DeviceStatus { get; init; }

    /// <summary>The machine whose BMC is at this one's BMC address.</summary>
    public string? BmcOf { get; init; }

    public bool? Mellanox { get; init; }

    public bool? RootAccess { get; init; }

    public bool? Ticket { get; init; }

    public IReadOnlyList<string>? Aggregates { get; init; }

    public string? Cell { get; init; }

    public IReadOnlyList<Tenant> Tenants { get; init; } = [];

    public int? LeakedAllocations { get; init; }
}

namespace PlatformOps.Compute;

/// <summary>A hypervisor as Nova knows it.</summary>
public sealed record Hypervisor
{
    /// <summary>Its own name (Nova's hypervisor hostname), which need not be its service's host.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>The host of its nova-compute service.</summary>
    public required string ServiceHost { get; init; }

    /// <summary>Nova's id: a UUID, which is also its Placement provider's, or a number below microversion 2.53.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is.</summary>
    public required HypervisorState State { get; init; }

    /// <summary>Servers on it, as Nova counts them.</summary>
    public int? ServerCount { get; init; }

    /// <summary>Its processors.</summary>
    public int? VCpus { get; init; }

    /// <summary>Processors given to servers; more than there are where they are shared.</summary>
    public int? VCpusUsed { get; init; }

    /// <summary>Its memory in MiB.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>Memory given to servers, in MiB.</summary>
    public long? MemoryMiBUsed { get; init; }

    /// <summary>Its local disk in GiB.</summary>
    public long? DiskGiB { get; init; }

    /// <summary>Local disk given to servers, in GiB.</summary>
    public long? DiskGiBUsed { get; init; }

    /// <summary>The kind, such as <c>QEMU</c>.</summary>
    public string? HypervisorType { get; init; }

    /// <summary>Its version as one number: 8002000 is 8.2.0.</summary>
    public long? Version { get; init; }

    /// <summary>Its address.</summary>
    public string? HostIp { get; init; }

    /// <summary>The names of the aggregates its service host is in.</summary>
    public string[] Aggregates { get; init; } = [];

    /// <summary>Its availability zone.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>Seconds since it was started, where it is known.</summary>
    public long? UptimeSeconds { get; init; }

    /// <summary>The hypervisor's name.</summary>
    public override string ToString() => HypervisorName;
}

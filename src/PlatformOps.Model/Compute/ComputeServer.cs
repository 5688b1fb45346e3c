namespace PlatformOps.Compute;

/// <summary>A server (virtual machine) on a hypervisor.</summary>
public sealed record ComputeServer
{
    /// <summary>Its name; not unique.</summary>
    public required string ServerName { get; init; }

    /// <summary>Its UUID.</summary>
    public required string Id { get; init; }

    /// <summary>Nova's status, such as <c>ACTIVE</c> or <c>SHUTOFF</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What Nova does with it at the moment, such as <c>migrating</c>; null where it is at rest.</summary>
    public string? TaskState { get; init; }

    /// <summary>Nova's power state: 0 none, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended.</summary>
    public int? PowerState { get; init; }

    /// <summary>The host of the nova-compute service it is on.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>The project it belongs to.</summary>
    public string? ProjectId { get; init; }

    /// <summary>Who made it.</summary>
    public string? UserId { get; init; }

    /// <summary>Its flavour's name, where Nova tells it.</summary>
    public string? FlavorName { get; init; }

    /// <summary>Its processors.</summary>
    public int? VCpus { get; init; }

    /// <summary>Its memory in MiB.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>Its root disk in GiB.</summary>
    public long? DiskGiB { get; init; }

    /// <summary>Whether it is locked.</summary>
    public bool IsLocked { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The server's name.</summary>
    public override string ToString() => ServerName;
}

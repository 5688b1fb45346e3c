namespace PlatformOps.Lab.World;

/// <summary>A virtual machine in Nova.</summary>
internal sealed class Server
{
    public required Guid Id { get; init; }

    public required int Number { get; init; }

    public required string Name { get; set; }

    public required Project Project { get; init; }

    public required string UserId { get; init; }

    public required Flavor Flavor { get; set; }

    public required Hypervisor Host { get; set; }

    public required string Address { get; init; }

    public required string Mac { get; init; }

    public required Guid ImageId { get; init; }

    public string Status { get; set; } = "ACTIVE";

    public string? TaskState { get; set; }

    public bool Locked { get; set; }

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset Updated { get; set; }

    public MoveBehaviour Moves { get; set; }

    public string LibvirtName => $"instance-{Number:x8}";

    public int PowerState => Status switch
    {
        "ACTIVE" or "REBOOT" or "VERIFY_RESIZE" or "MIGRATING" => 1,
        "PAUSED" => 3,
        "SHUTOFF" => 4,
        "SUSPENDED" => 4,
        _ => 0,
    };

    public string VmState => Status switch
    {
        "ACTIVE" => "active",
        "SHUTOFF" => "stopped",
        "PAUSED" => "paused",
        "SUSPENDED" => "suspended",
        "VERIFY_RESIZE" => "resized",
        "ERROR" => "error",
        "SOFT_DELETED" => "soft-delete",
        _ => Status.ToLowerInvariant(),
    };
}

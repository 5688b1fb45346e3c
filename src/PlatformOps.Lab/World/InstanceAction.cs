namespace PlatformOps.Lab.World;

/// <summary>What was done to a server, as its action log has it.</summary>
internal sealed class InstanceAction
{
    public required Guid ServerId { get; init; }

    public required string Name { get; init; }

    public required string RequestId { get; init; }

    public required DateTimeOffset Started { get; init; }

    public DateTimeOffset Updated { get; set; }

    /// <summary>"Error" when it failed.</summary>
    public string? Message { get; set; }

    public required string Event { get; init; }

    /// <summary>Success or Error once it has ended.</summary>
    public string? Result { get; set; }

    public string? Details { get; set; }
}

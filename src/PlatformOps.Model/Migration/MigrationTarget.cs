namespace PlatformOps.Migration;

/// <summary>One hypervisor to migrate: a line of a list file.</summary>
public sealed record MigrationTarget
{
    /// <summary>The hypervisor's fully qualified domain name.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>The key of its ticket, such as <c>MH-101</c>, if it has one.</summary>
    public string? TicketId { get; init; }

    /// <summary>The name of the list file it came from; runs name their log after it.</summary>
    public string? ListName { get; init; }

    /// <summary>The line of that file, counted from 1; 0 where it came from none.</summary>
    public int ListLine { get; init; }

    /// <summary>The hypervisor's name.</summary>
    public override string ToString() => HypervisorName;
}

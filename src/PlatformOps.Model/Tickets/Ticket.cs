namespace PlatformOps.Tickets;

/// <summary>A ticket (Jira issue).</summary>
public sealed record Ticket
{
    /// <summary>Its key, such as <c>MH-101</c>.</summary>
    public required string TicketId { get; init; }

    /// <summary>The hypervisor it was asked for by, else the host that its label <c>ops-&lt;host&gt;</c> or its whole title names; so that it pipes on to cmdlets of hypervisors. Null where it names none.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>Its title.</summary>
    public required string Summary { get; init; }

    /// <summary>Its status by name.</summary>
    public required string Status { get; init; }

    /// <summary>Whether the site counts that status as done.</summary>
    public bool IsDone { get; init; }

    /// <summary>Its issue type by name.</summary>
    public string? Type { get; init; }

    /// <summary>Who it is assigned to, as shown; null for nobody.</summary>
    public string? Assignee { get; init; }

    /// <summary>Its labels.</summary>
    public string[] Labels { get; init; } = [];

    /// <summary>Its page for people.</summary>
    public required string Url { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When it changed last, UTC.</summary>
    public DateTimeOffset? Updated { get; init; }

    /// <summary>Its comments, the oldest first; null where they were not asked for.</summary>
    public TicketComment[]? Comments { get; init; }

    /// <summary>The ticket's key.</summary>
    public override string ToString() => TicketId;
}

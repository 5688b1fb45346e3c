namespace PlatformOps.Tickets;

/// <summary>A comment on a ticket.</summary>
public sealed record TicketComment
{
    /// <summary>The ticket's key.</summary>
    public required string TicketId { get; init; }

    /// <summary>The comment's id.</summary>
    public required string CommentId { get; init; }

    /// <summary>Who wrote it, as shown.</summary>
    public string? Author { get; init; }

    /// <summary>Its text, without markup where the service has it so.</summary>
    public required string Text { get; init; }

    /// <summary>The mark of the run's step that wrote it; null for a person's.</summary>
    public string? Marker { get; init; }

    /// <summary>Whether only the team sees it (Jira Service Management).</summary>
    public bool IsInternal { get; init; }

    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset? Created { get; init; }
}

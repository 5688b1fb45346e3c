namespace PlatformOps.Lab.World;

/// <summary>A Jira issue.</summary>
internal sealed class Ticket
{
    public required int Id { get; init; }

    public required string ProjectKey { get; init; }

    public required int Number { get; init; }

    public string Key => $"{ProjectKey}-{Number}";

    public required string IssueType { get; set; }

    public required string Summary { get; set; }

    public TicketText? Description { get; set; }

    public TicketStatus Status { get; set; } = TicketStatus.Workflow[0];

    public List<string> Labels { get; set; } = [];

    public List<string> Components { get; set; } = [];

    public TicketUser? Assignee { get; set; }

    public required TicketUser Reporter { get; set; }

    public string Priority { get; set; } = "Medium";

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset Updated { get; set; }

    /// <summary>When the search index last had to learn of this ticket.</summary>
    public DateTimeOffset Indexed { get; set; }

    public List<TicketComment> Comments { get; } = [];

    public List<TicketAttachment> Attachments { get; } = [];

    public SortedDictionary<string, JsonNode?> Properties { get; } = new(StringComparer.Ordinal);
}

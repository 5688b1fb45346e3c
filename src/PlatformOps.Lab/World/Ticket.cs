namespace PlatformOps.Lab.World;

/// <summary>A Jira issue.</summary>
internal sealed class Ticket
{
    private readonly List<(DateTimeOffset At, Ticket State)> _versions = [];

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

    public List<TicketComment> Comments { get; private init; } = [];

    public List<TicketAttachment> Attachments { get; private init; } = [];

    public SortedDictionary<string, JsonNode?> Properties { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Keeps the ticket as it is now, for a search index that learns of it later.</summary>
    /// <param name="now">The time.</param>
    /// <param name="heard">Until when the index has heard of everything: what is older than the last it heard is forgotten.</param>
    public void Remember(DateTimeOffset now, DateTimeOffset heard)
    {
        _versions.Add((now, new Ticket
        {
            Id = Id, ProjectKey = ProjectKey, Number = Number, IssueType = IssueType, Summary = Summary, Description = Description, Status = Status, Labels = [.. Labels], Components = [.. Components],
            Assignee = Assignee, Reporter = Reporter, Priority = Priority, Created = Created, Updated = Updated, Comments = [.. Comments.Select(comment => comment.Copy())], Attachments = [.. Attachments],
            Properties = new(Properties, StringComparer.Ordinal),
        }));
        _versions.RemoveRange(0, Math.Max(0, _versions.FindLastIndex(version => version.At <= heard)));
    }

    /// <summary>The ticket as an index has it that has heard of everything until then; null where it has not heard of it.</summary>
    public Ticket? AsOf(DateTimeOffset heard) => _versions.FindLast(version => version.At <= heard).State;
}

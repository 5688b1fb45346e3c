namespace PlatformOps.Lab.World;

/// <summary>What Jira keeps.</summary>
internal sealed class TicketData
{
    public const string ProjectKey = "MH";

    public static readonly string[] IssueTypes = ["HyperVisor", "Task", "Bug"];

    public static readonly string[] Components = ["Compute", "Network", "Storage"];

    public List<TicketUser> Users { get; } = [];

    public required TicketUser Me { get; init; }

    public required string Token { get; init; }

    public List<Ticket> Tickets { get; } = [];

    public int NextNumber { get; set; } = 101;

    public int NextIssueId { get; set; } = 20_000;

    /// <summary>Comments and attachments: one sequence over all issues.</summary>
    public int NextPartId { get; set; } = 30_000;
}

namespace PlatformOps.Core.Services.Jira;

/// <summary>What a new ticket says.</summary>
internal sealed record NewTicket
{
    public required string Summary { get; init; }

    public TicketText? Description { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>By default the configuration's project.</summary>
    public string? Project { get; init; }

    /// <summary>By default the configuration's issue type.</summary>
    public string? Type { get; init; }

    /// <summary>Who gets it: a user name (Data Center) or account id (Cloud).</summary>
    public string? Assignee { get; init; }

    /// <summary>Assigns it to the account that makes it.</summary>
    public bool AssignToMe { get; init; }
}

/// <summary>What became of one of several new tickets: its key, or why there is none.</summary>
internal sealed record NewTicketResult(NewTicket Ticket, string? TicketId, string? Error);

namespace PlatformOps.Lab.World;

/// <summary>A Jira user: Cloud knows it by account id, Data Center by name.</summary>
internal sealed record TicketUser(string AccountId, string Name, string Email, string DisplayName);

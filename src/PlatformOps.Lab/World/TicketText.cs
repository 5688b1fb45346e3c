namespace PlatformOps.Lab.World;

/// <summary>A text of a ticket: as wiki markup (Data Center) and, when it came from Cloud, as the document sent.</summary>
internal sealed record TicketText(string Wiki, JsonObject? Document);

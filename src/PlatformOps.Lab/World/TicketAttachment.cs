namespace PlatformOps.Lab.World;

internal sealed record TicketAttachment(int Id, string FileName, string ContentType, byte[] Content, TicketUser Author, DateTimeOffset Created);

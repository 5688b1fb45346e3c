namespace PlatformOps.Lab.World;

internal sealed record NetBoxJournalEntry(int Id, string ObjectType, int ObjectId, string Kind, string Comments, DateTimeOffset Created);

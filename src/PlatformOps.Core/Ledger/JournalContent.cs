namespace PlatformOps.Core.Ledger;

/// <summary>What a journal holds: its whole records, where they end, and how many bytes of a torn record follow.</summary>
internal sealed record JournalContent(IReadOnlyList<JournalEntry> Entries, long WholeLength, long TornBytes);

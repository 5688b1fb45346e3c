namespace PlatformOps.Core.Ledger;

/// <summary>A run that had a lock before, and what it called its target: what it left open there is nobody's yet.</summary>
internal sealed record FormerWork(string RunId, string Target);

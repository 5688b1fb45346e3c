namespace PlatformOps.Core.Runbooks;

/// <summary>The runbooks that there are, by name, and the site's files that are wrong.</summary>
internal sealed record RunbookListing(IReadOnlyDictionary<string, Runbook> Runbooks, IReadOnlyList<BrokenRunbook> Broken);

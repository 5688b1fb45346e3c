namespace PlatformOps.Core.Services.Hosts;

/// <summary>The node identities that a host's files hold, by path; null where a file is absent.</summary>
internal sealed record ComputeIdState(IReadOnlyDictionary<string, string?> Ids);

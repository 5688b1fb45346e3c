namespace PlatformOps.Core.Services.Hosts;

/// <summary>A file of a host: digest, never content.</summary>
/// <param name="Digest">SHA-256, in lower case; null where there is no such file.</param>
/// <param name="Ownership">Null where there is no such file.</param>
internal sealed record HostFileState(string? Digest, FileOwnership? Ownership);

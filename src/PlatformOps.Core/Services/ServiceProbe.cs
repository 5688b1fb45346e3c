namespace PlatformOps.Core.Services;

/// <summary>What a probe of a service found; a failure is the exception it throws.</summary>
/// <param name="Version">The service's version or API version as it tells it.</param>
/// <param name="Identity">Who we are to it.</param>
/// <param name="Address">Where it was reached.</param>
internal sealed record ServiceProbe(string? Version = null, string? Identity = null, string? Address = null)
{
    /// <summary>Rights that the configured identity lacks, in words.</summary>
    public IReadOnlyList<string> MissingRights { get; init; } = [];

    /// <summary>Nobody was asked, because there is no one address: each machine has its own.</summary>
    public bool IsUnasked { get; init; }
}

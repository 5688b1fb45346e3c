namespace PlatformOps.Sessions;

/// <summary>What a probe of a configured service found. Nothing was changed by it.</summary>
public sealed record ServiceHealth
{
    /// <summary>The service: its section in the configuration.</summary>
    public required string Service { get; init; }

    /// <summary>Whether it was reached, let us in, and gave us all the rights we need; of one that is not asked, whether its configuration is complete.</summary>
    public bool IsHealthy => Error is null && MissingRights.Length == 0;

    /// <summary>Nobody was asked: there is no one address, because each machine has its own.</summary>
    public bool IsUnasked { get; init; }

    /// <summary>Its version, as it tells it.</summary>
    public string? Version { get; init; }

    /// <summary>Who we are to it.</summary>
    public string? Identity { get; init; }

    /// <summary>Where it was reached.</summary>
    public string? Address { get; init; }

    /// <summary>What we may not do there, in words.</summary>
    public string[] MissingRights { get; init; } = [];

    /// <summary>Why the probe failed; null where it did not.</summary>
    public Exception? Error { get; init; }

    /// <summary>How long the probe took.</summary>
    public required TimeSpan Duration { get; init; }
}

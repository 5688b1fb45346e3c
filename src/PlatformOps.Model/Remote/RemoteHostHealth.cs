namespace PlatformOps.Remote;

/// <summary>Whether a host can be worked on over SSH, as a probe found it. Nothing was changed by it.</summary>
public sealed record RemoteHostHealth
{
    /// <summary>The host as it was addressed.</summary>
    public required string HostName { get; init; }

    /// <summary>Whether its SSH server answered.</summary>
    public required bool IsReachable { get; init; }

    /// <summary>Whether root logs in with our key; null where that was not found out.</summary>
    public bool? RootLogin { get; init; }

    /// <summary>The account that got in: root, or the configured one where root is refused; null where none did.</summary>
    public string? UserName { get; init; }

    /// <summary>How long a command that does nothing takes over a connection that is open, in milliseconds.</summary>
    public double? LatencyMilliseconds { get; init; }

    /// <summary>The distribution, such as <c>rocky</c>.</summary>
    public string? OsId { get; init; }

    /// <summary>Its version, such as <c>9.4</c>.</summary>
    public string? OsVersion { get; init; }

    /// <summary>Why it could not be looked at, or not whole; null where it could.</summary>
    public Exception? Error { get; init; }

    /// <summary>Whether root logs in and the distribution is known: all that actions on a host need.</summary>
    public bool IsHealthy => RootLogin == true && OsId is not null;

    /// <summary>The host and what was found.</summary>
    public override string ToString() => $"{HostName}: {(IsHealthy ? "healthy" : IsReachable ? "reachable" : "not reachable")}";
}

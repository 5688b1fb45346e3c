using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Where Alertmanager is and who we are to it.</summary>
[Section("alertmanager")]
internal sealed record AlertmanagerConfiguration
{
    /// <summary>Its address, with its prefix where it has one.</summary>
    public Uri? Url { get; init; }

    public string? Username { get; init; }

    public Secret? Password { get; init; }
}

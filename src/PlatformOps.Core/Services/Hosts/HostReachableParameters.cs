using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>How long a login may take.</summary>
internal sealed record HostReachableParameters
{
    /// <summary>From one second to ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(10);
}

using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The operating system that a host is to have.</summary>
internal sealed record HostOsParameters
{
    /// <summary>The distribution's <c>ID</c>, such as <c>rocky</c>.</summary>
    [RegularExpression("[A-Za-z0-9._-]+")]
    public required string Id { get; init; }

    /// <summary>A major version, such as <c>9</c>, or a full one, such as <c>9.4</c>.</summary>
    [RegularExpression(@"[0-9]+(\.[0-9A-Za-z]+)*")]
    public required string Version { get; init; }
}

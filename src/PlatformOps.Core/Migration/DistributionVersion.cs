using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Migration;

/// <summary>A distribution and its version, as <c>/etc/os-release</c> names them. A version of one part is the major one: <c>9</c> is 9.4 too.</summary>
internal sealed record DistributionVersion
{
    [RegularExpression("^[a-z0-9._-]+$")]
    public string Id { get; init; } = "rocky";

    [RegularExpression("^[0-9]+([.][0-9]+)*$")]
    public required string Version { get; init; }
}

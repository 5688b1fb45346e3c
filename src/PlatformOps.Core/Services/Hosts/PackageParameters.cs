using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The package to bring up to date.</summary>
internal sealed record PackageParameters
{
    /// <summary>Its name, without version or pattern.</summary>
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9+._-]{0,127}")]
    public required string Name { get; init; }
}

using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>A file that a host is to have. Nothing secret: parameters are written to the journal.</summary>
internal sealed record HostFileParameters
{
    /// <summary>Its full path; the folder must be there.</summary>
    [RegularExpression(@"/[^\x00-\x1f\x7f]*[^/\x00-\x1f\x7f]")]
    public required string Path { get; init; }

    /// <summary>All of it, as UTF-8.</summary>
    public required string Content { get; init; }

    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9._-]{0,31}")]
    public string Owner { get; init; } = "root";

    [RegularExpression("[A-Za-z0-9_][A-Za-z0-9._-]{0,31}")]
    public string Group { get; init; } = "root";

    /// <summary>Octal, four digits.</summary>
    [RegularExpression("[0-7]{4}")]
    public string Mode { get; init; } = "0644";

    public FileOwnership Ownership => new(Owner, Group, Mode);
}

using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>nova-compute's node identity and where it is kept.</summary>
internal sealed record ComputeIdParameters
{
    public const string UsualPath = "/var/lib/nova/compute_id";

    public required Guid Id { get; init; }

    /// <summary>The files that are to hold it: <c>/var/lib/nova/compute_id</c>, or a folder that a container has as that; <c>/etc/nova/compute_id</c>.</summary>
    [MinLength(1)]
    [RegularExpression(@"/[^\x00-\x1f\x7f]*/compute_id")]
    public IReadOnlyList<string> Paths { get; init; } = [UsualPath];
}

namespace PlatformOps.Lab.World;

/// <summary>A Nova host aggregate.</summary>
internal sealed class Aggregate
{
    public required int Id { get; init; }

    public required Guid Uuid { get; init; }

    public required string Name { get; set; }

    public string? AvailabilityZone { get; set; }

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public List<string> Hosts { get; } = [];

    public required DateTimeOffset Created { get; init; }
}

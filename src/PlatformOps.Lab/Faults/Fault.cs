namespace PlatformOps.Lab.Faults;

/// <summary>A fault as somebody asked for it.</summary>
internal sealed record Fault(int Id, string Service, string? Call, string? Target, FaultKind Kind, string Effect)
{
    public int Status { get; init; }

    public double Seconds { get; init; }

    public int? RetryAfter { get; init; }

    /// <summary>How often it strikes; null until it is removed.</summary>
    public int? Count { get; init; }

    /// <summary>How many matching calls it lets pass first.</summary>
    public int After { get; init; }

    public double Probability { get; init; } = 1;
}

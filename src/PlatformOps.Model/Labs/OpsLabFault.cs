namespace PlatformOps.Labs;

/// <summary>A fault that a lab was told to produce.</summary>
public sealed record OpsLabFault
{
    /// <summary>Its number in its lab.</summary>
    public required int Id { get; init; }

    /// <summary>The service it strikes, with wildcards.</summary>
    public required string Service { get; init; }

    /// <summary>The call it strikes, with wildcards; null for every call.</summary>
    public string? Call { get; init; }

    /// <summary>The object it strikes, with wildcards; null for every object.</summary>
    public string? Target { get; init; }

    /// <summary>What happens: <c>status:503</c>, <c>delay:5</c>, <c>reset</c> and so on.</summary>
    public required string Effect { get; init; }

    /// <summary>How many times it strikes; null for ever.</summary>
    public int? Count { get; init; }

    /// <summary>How many calls it lets pass first.</summary>
    public int After { get; init; }

    /// <summary>How likely it strikes a call, from 0 to 1.</summary>
    public double Probability { get; init; }

    /// <summary>What a Retry-After header says, in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How many times it has struck.</summary>
    public int Struck { get; init; }

    /// <summary>The lab's process.</summary>
    public required int ProcessId { get; init; }
}

namespace PlatformOps.Core.Changes;

/// <summary>Who does what to which environment: written into claims, markers, tickets and the journal.</summary>
internal sealed record RunIdentity
{
    public required string RunId { get; init; }

    /// <summary>What the run is called in lists.</summary>
    public required string Name { get; init; }

    /// <summary>What markers name instead of the run where a script may be started again: the name it gave its run.</summary>
    public string? MarkerScope { get; init; }

    /// <summary>The account that runs it, such as <c>alice</c>.</summary>
    public required string Person { get; init; }

    /// <summary>The person's initials from the configuration.</summary>
    public required string Initials { get; init; }

    public required string Environment { get; init; }

    public required string Machine { get; init; }

    /// <summary>For whom, where the caller said so.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The maintenance window.</summary>
    public required DateTimeOffset WindowStart { get; init; }

    /// <inheritdoc cref="WindowStart"/>
    public required DateTimeOffset WindowEnd { get; init; }

    /// <summary>Set where a person takes over what another claimed, with the reason given.</summary>
    public string? TakeOverReason { get; init; }
}

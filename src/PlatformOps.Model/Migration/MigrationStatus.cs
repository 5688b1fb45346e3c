using PlatformOps.Runs;

namespace PlatformOps.Migration;

/// <summary>Where a hypervisor's migration is, read from the live systems; the ledger only adds what it knows.</summary>
public sealed record MigrationStatus
{
    /// <summary>The hypervisor.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>The last phase that ended well or is under way, as far as the live systems tell: <c>None</c>, <c>PreDrain</c> …; <c>Unknown</c> where nothing tells, and not all could be asked.</summary>
    public required string Phase { get; init; }

    /// <summary>Where it is in that phase: <c>Begun</c>, <c>Waiting</c> (for a person, or for what <see cref="WaitingFor"/> says), <c>Failed</c> or <c>Done</c>; null where it is in none.</summary>
    public string? PhaseState { get; init; }

    /// <summary>Its ticket: the one given, else the one that the claim names, else the open one whose summary is the name.</summary>
    public string? TicketId { get; init; }

    /// <summary>The ticket's status.</summary>
    public string? TicketStatus { get; init; }

    /// <summary>Nova's view: <c>enabled/up</c>, <c>disabled/up</c> …</summary>
    public string? Compute { get; init; }

    /// <summary>Why nova-compute is disabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Whose the hypervisor is while it is out of service.</summary>
    public string? Owner { get; init; }

    /// <summary>How many servers Nova says are on it.</summary>
    public int? ServerCount { get; init; }

    /// <summary>The inventory's status.</summary>
    public string? InventoryStatus { get; init; }

    /// <summary>Until when all of its alerts are silenced, UTC; null where they are not.</summary>
    public DateTimeOffset? SilencedUntil { get; init; }

    /// <summary>The run of this state folder that worked on it last and was neither taken back nor left behind by another, or the one that the claim names.</summary>
    public string? RunId { get; init; }

    /// <summary>Where that run is with it.</summary>
    public RunState? RunState { get; init; }

    /// <summary>What it waits for or failed at.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>What to do next.</summary>
    public required string NextAction { get; init; }

    /// <summary>What could not be read, one line each; the columns that it would have filled are empty.</summary>
    public string[] Unknown { get; init; } = [];
}

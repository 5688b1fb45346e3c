namespace PlatformOps.Runs;

/// <summary>One step of a run on one target, as it ended: what the pipeline, the log and the ticket are told.</summary>
public sealed record StepRecord
{
    /// <summary>The run, such as <c>20261120-0815-3f9a</c>.</summary>
    public required string RunId { get; init; }

    /// <summary>The target: a hypervisor, host or virtual machine, by the name the user gave.</summary>
    public required string Target { get; init; }

    /// <summary>What kind of thing the target is, such as <c>hypervisor</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>The target where it is a hypervisor, so that records pipe on to cmdlets of hypervisors.</summary>
    public string? HypervisorName => TargetKind == "hypervisor" ? Target : null;

    /// <summary>The ticket of the target, if it has one.</summary>
    public string? TicketId { get; init; }

    /// <summary>The phase or runbook, such as <c>PreDrain</c>; null for a single cmdlet's effect.</summary>
    public string? Phase { get; init; }

    /// <summary>The step's number in its runbook, counted from 1; 0 for a single effect.</summary>
    public int Number { get; init; }

    /// <summary>The step, unique in its phase: its action's name, numbered where an action comes more than once.</summary>
    public required string Step { get; init; }

    /// <summary>The action, such as <c>openstack.compute-service.disable</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What the step does: check, change, report or wait.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>How it ended.</summary>
    public required StepOutcome Outcome { get; init; }

    /// <summary>The state before, in words; null where nothing was observed.</summary>
    public string? Before { get; init; }

    /// <summary>The state after, or the state wanted where the outcome is Planned; of a wait all that it saw, where its message is short of that; in words.</summary>
    public string? After { get; init; }

    /// <summary>Where the outcome is Planned: what whoever decides on it must know beyond before and after, such as the servers that it would take down; null where there is nothing.</summary>
    public string? Caution { get; init; }

    /// <summary>Of a plan: a run would not get past it as things are now.</summary>
    public bool WouldStop { get; init; }

    /// <summary>Of a plan, where a step runs once for several targets: those, with <see cref="Target"/> the first of them. Empty for all others.</summary>
    public string[] Members { get; init; } = [];

    /// <summary>Of a step that is read from a run: the attempts at it before this one, oldest first, such as the check that failed before the run was resumed. Empty where there was none.</summary>
    public StepRecord[] EarlierAttempts { get; init; } = [];

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>One line for people: the evidence of a check, the difference of a change, what a wait waits for.</summary>
    public required string Message { get; init; }

    /// <summary>The error, where the outcome is Failed, Unknown, Drifted or Warning.</summary>
    public Exception? Error { get; init; }

    /// <summary>The environment the run worked on.</summary>
    public string? Environment { get; init; }
}

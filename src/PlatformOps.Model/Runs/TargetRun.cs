namespace PlatformOps.Runs;

/// <summary>One target of a run.</summary>
public sealed record TargetRun
{
    /// <summary>The target, by the name the user gave.</summary>
    public required string Target { get; init; }

    /// <summary>The target's ticket, if it has one.</summary>
    public string? TicketId { get; init; }

    /// <summary>Where the target is.</summary>
    public required RunState State { get; init; }

    /// <summary>Whether it waits for a person: Resume-OpsRun -Approve lets it go on.</summary>
    public bool AwaitsApproval { get; init; }

    /// <summary>How the step ended that it failed at, such as Failed, Drifted, or Unknown where nobody knows what became of it; null where it failed at none.</summary>
    public StepOutcome? Outcome { get; init; }

    /// <summary>The phase the target is in or ended in.</summary>
    public string? Phase { get; init; }

    /// <summary>The last step that was begun.</summary>
    public string? Step { get; init; }

    /// <summary>Why it stopped, waits or failed.</summary>
    public string? Message { get; init; }

    /// <summary>The target and where it is: <c>hv01.example.org Succeeded</c>.</summary>
    public override string ToString() => $"{Target} {(Outcome is StepOutcome.Unknown or StepOutcome.Drifted ? Outcome.ToString() : State.ToString())}";
}

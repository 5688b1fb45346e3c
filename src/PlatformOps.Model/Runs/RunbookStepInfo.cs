namespace PlatformOps.Runs;

/// <summary>One step of a runbook.</summary>
public sealed record RunbookStepInfo
{
    /// <summary>Its number, counted from 1; steps for the case of failure have their own.</summary>
    public required int Number { get; init; }

    /// <summary>Its name, unique in the runbook: what <c>-StartAt</c> takes.</summary>
    public required string Step { get; init; }

    /// <summary>Check, Change, Report or Wait.</summary>
    public required StepKind Kind { get; init; }

    /// <summary>The action, such as <c>openstack.compute-service.disable</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it is about, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>How much its effect matters; None for what changes nothing.</summary>
    public Impact Impact { get; init; }

    /// <summary>With its parameters it destroys, or arms what does: never made after something was left out, nor outside the change window, and never repeated where it is in doubt. True too where variables keep it from being known.</summary>
    public bool IsDestructive { get; init; }

    /// <summary>What it works on beside its targets, such as the cloud's controllers; null where on nothing else.</summary>
    public string? AlsoOn { get; init; }

    /// <summary>Whether Undo-OpsRun can take it back.</summary>
    public bool CanUndo { get; init; }

    /// <summary>It runs only where this holds; null where always.</summary>
    public string? When { get; init; }

    /// <summary>Its failure is a warning.</summary>
    public bool IsOptional { get; init; }

    /// <summary>It runs when another step failed.</summary>
    public bool IsOnFailure { get; init; }

    /// <summary>The sections of the configuration that it needs.</summary>
    public string[] Needs { get; init; } = [];

    /// <summary>The checks that are made again immediately before its effect.</summary>
    public string[] Guards { get; init; } = [];

    /// <summary>The step's name.</summary>
    public override string ToString() => Step;
}

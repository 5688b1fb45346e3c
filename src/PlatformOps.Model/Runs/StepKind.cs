namespace PlatformOps.Runs;

/// <summary>What a step of a runbook does.</summary>
public enum StepKind
{
    /// <summary>Reads, and answers Passed, Failed or Unknown with evidence.</summary>
    Check,

    /// <summary>Moves one external thing to a desired state.</summary>
    Change,

    /// <summary>Reads and tells; its failure is a warning.</summary>
    Report,

    /// <summary>Waits for a condition, or for a person.</summary>
    Wait,
}

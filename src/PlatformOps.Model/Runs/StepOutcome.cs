namespace PlatformOps.Runs;

/// <summary>How a step ended.</summary>
public enum StepOutcome
{
    /// <summary>A check found what it wanted; a wait's condition came true.</summary>
    Passed,

    /// <summary>The step failed; nothing of it is in doubt.</summary>
    Failed,

    /// <summary>Nobody knows: the call may or may not have happened, or the evidence is missing. Never the same as Passed.</summary>
    Unknown,

    /// <summary>The change was made and seen.</summary>
    Done,

    /// <summary>It was already as desired; nothing was sent.</summary>
    Unchanged,

    /// <summary>What would be done: the plan of a <c>-WhatIf</c>.</summary>
    Planned,

    /// <summary>A report was read and told.</summary>
    Reported,

    /// <summary>Something that may fail did fail; the run goes on.</summary>
    Warning,

    /// <summary>The run stopped here until a condition comes true or a person decides.</summary>
    Waiting,

    /// <summary>Left out, by its condition or by a person's decision. Never satisfies the guard of something destructive.</summary>
    Skipped,

    /// <summary>An earlier change no longer holds: somebody else changed it since.</summary>
    Drifted,

    /// <summary>The change was taken back to what was there before.</summary>
    Undone,

    /// <summary>Begun, and a living process is at it.</summary>
    Running,

    /// <summary>Begun, and its process ended or was stopped before it did. Resume-OpsRun looks whether it happened.</summary>
    Interrupted,
}

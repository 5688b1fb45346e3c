namespace PlatformOps.Runs;

/// <summary>A person's decision on a step whose outcome is unknown.</summary>
public enum StepDecision
{
    /// <summary>It did happen: go on after it.</summary>
    Happened,

    /// <summary>It did not happen: run it.</summary>
    NotHappened,

    /// <summary>Go on without it. Never satisfies the guard of something destructive.</summary>
    Skipped,

    /// <summary>Give this target up.</summary>
    Abandon,
}

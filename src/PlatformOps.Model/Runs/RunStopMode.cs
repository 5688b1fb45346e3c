namespace PlatformOps.Runs;

/// <summary>When a run that was asked to stop does so.</summary>
public enum RunStopMode
{
    /// <summary>After the steps that are under way.</summary>
    AfterStep,

    /// <summary>After the targets that are under way; no new one is begun.</summary>
    AfterTarget,

    /// <summary>At once: what is under way is given up, and probed when the run is resumed.</summary>
    Now,
}

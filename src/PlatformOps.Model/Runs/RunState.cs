namespace PlatformOps.Runs;

/// <summary>Where a run is.</summary>
public enum RunState
{
    /// <summary>A living process works on it.</summary>
    Running,

    /// <summary>It waits for a condition or for a person; see <see cref="OpsRun.WaitingFor"/>.</summary>
    Waiting,

    /// <summary>Its process ended before the run did; Resume-OpsRun goes on.</summary>
    Interrupted,

    /// <summary>It was stopped on purpose; Resume-OpsRun goes on.</summary>
    Stopped,

    /// <summary>It ended, and every target succeeded.</summary>
    Succeeded,

    /// <summary>It ended, and at least one target failed or is in doubt.</summary>
    Failed,

    /// <summary>Its changes were taken back.</summary>
    Undone,

    /// <summary>The run of a session that is open: what the session changes is written to it. There is nothing in it to go on with.</summary>
    Open,
}

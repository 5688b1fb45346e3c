namespace PlatformOps.Runs;

/// <summary>What a run was made by.</summary>
public enum RunKind
{
    /// <summary>Runbooks over targets, such as the phases of a migration; Resume-OpsRun goes on with it.</summary>
    Runbook,

    /// <summary>Single cmdlets of a session, in their order; the script is started again instead.</summary>
    Script,
}

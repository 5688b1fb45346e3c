namespace PlatformOps.Core.Services;

/// <summary>Who knows whether a machine is in the middle of a migration. Asked by what ends that from outside.</summary>
internal interface IMigrationState
{
    /// <summary>How far the migration is that a claim stands for, in words; null where the claim is not a migration's.</summary>
    /// <param name="hypervisorName">The machine.</param>
    /// <param name="runId">The run of the claim.</param>
    string? Find(string hypervisorName, string runId);
}

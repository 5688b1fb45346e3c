namespace PlatformOps.Core.Services;

/// <summary>Who knows whom a machine serves. Asked by the effects that take it down, or have its next boot do so, immediately before: whoever makes them, a runbook of a site or a single cmdlet.</summary>
internal interface IMachineUse
{
    /// <summary>What a machine serves, in words; null where it is a hypervisor out of service with nothing on it, or no hypervisor of the cloud.</summary>
    /// <exception cref="Errors.OpsException">One who would know did not tell.</exception>
    Task<string?> FindAsync(string target, CancellationToken cancellationToken);
}

using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services;

/// <summary>Who knows whether a machine's next boot from the network installs it anew. Asked by what puts it into service.</summary>
internal interface IInstallerState
{
    /// <summary>Who would install it and what ends that, in words; null where nobody who is configured would.</summary>
    /// <exception cref="Errors.OpsException">One who would know did not tell.</exception>
    Task<string?> FindAsync(ActionContext context, CancellationToken cancellationToken);
}

using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Migration;

/// <summary>What the BMC says the machine is.</summary>
internal static class BmcIdentity
{
    public static Task<IReadOnlyList<(string Who, string? Serial)>> SerialsAsync(ActionContext context, HypervisorDossier dossier, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<(string, string?)>>([]);
}

using PlatformOps.Compute;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Which nova-compute a machine is. Whoever proves something of a machine asks here, so that one name has one answer.</summary>
internal sealed class ComputeLookup(IServiceScope scope)
{
    /// <returns>Its service; null where it is none of the cloud's, or no cloud is configured.</returns>
    /// <exception cref="RefusedException">It may be one that Nova has by a name that begins as this one: what is not proven of either is proven of neither.</exception>
    /// <exception cref="OpsException">Nova could not be asked: what it does not tell is not that it knows nothing.</exception>
    public async Task<ComputeService?> FindAsync(string target, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<OpenStackConfiguration>())
            return null;
        var nova = scope.Get<NovaClient>();
        try
        {
            return await nova.ServiceAsync(target, cancellationToken);
        }
        catch (ObjectNotFoundException e)
        {
            var alike = (await nova.ServicesAsync(cancellationToken)).Where(service => IsAlike(service.HypervisorName, target)).ToList();
            return alike.Count == 0 ? null : throw new RefusedException($"Nobody can tell whether {target} is a hypervisor, so nothing was changed: Nova has {string.Join(" and ", alike.Select(service => service.HypervisorName))}. Give the name that Nova has, or set host-identity.nova.", e) { TargetName = target };
        }
    }

    // Whatever the domain: a name in DNS or in an inventory has often another.
    private static bool IsAlike(string one, string other) => string.Equals(one.Split('.')[0], other.Split('.')[0], StringComparison.OrdinalIgnoreCase);
}

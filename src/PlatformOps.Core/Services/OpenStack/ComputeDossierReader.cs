using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Reads a <see cref="ComputeDossier"/> from the live services.</summary>
internal sealed class ComputeDossierReader(NovaClient nova, PlacementClient placement)
{
    /// <exception cref="ObjectNotFoundException">Nova has no service or hypervisor of that name.</exception>
    public async Task<ComputeDossier> ReadAsync(string target, CancellationToken cancellationToken)
    {
        var service = await nova.ServiceAsync(target, cancellationToken);
        var hypervisor = await nova.HypervisorAsync(target, cancellationToken);
        if (!string.Equals(hypervisor.ServiceHost, service.HypervisorName, StringComparison.OrdinalIgnoreCase))
            throw new AmbiguousNameException($"{target} names the service on '{service.HypervisorName}' and the hypervisor '{hypervisor.HypervisorName}' of another service host, '{hypervisor.ServiceHost}'. Correct host-identity in the configuration.") { TargetName = target };
        var aggregates = (await nova.AggregatesAsync(cancellationToken)).Where(aggregate => aggregate.Hosts.Contains(service.HypervisorName, StringComparer.OrdinalIgnoreCase));
        var provider = await placement.ProviderOfAsync(hypervisor.Id, hypervisor.HypervisorName, cancellationToken);
        var traits = await placement.TraitsAsync(provider.Uuid, cancellationToken);
        return new ComputeDossier
        {
            ServiceHost = service.HypervisorName,
            ServiceId = service.Id,
            HypervisorHostname = hypervisor.HypervisorName,
            HypervisorId = hypervisor.Id,
            AvailabilityZone = hypervisor.AvailabilityZone,
            Aggregates = [.. aggregates.Select(aggregate => new AggregateMembership(aggregate.Id, aggregate.Uuid, aggregate.Name))],
            CustomTraits = [.. traits.Where(trait => trait.StartsWith("CUSTOM_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
        };
    }
}

using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>What a machine serves as a hypervisor: its nova-compute is enabled, or servers are on it.</summary>
internal sealed class ComputeUse(IServiceScope scope) : IMachineUse
{
    private const int Shown = 5;

    public async Task<string?> FindAsync(ActionContext context, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<OpenStackConfiguration>() || await ServiceAsync(context.Target.Name, cancellationToken) is not { } service)
            return null;
        // A Nova that cannot be asked throws: what it does not tell is not that nothing is there.
        var servers = await context.Client<NovaClient>().ServersOnAsync(service.HypervisorName, cancellationToken);
        List<string> uses = [];
        if (service.Status != "disabled")
            uses.Add($"nova-compute is {service.Status}");
        if (servers.Count > 0)
            uses.Add($"Nova has {Finding.Count(servers.Count, "server")} on it: {string.Join(", ", servers.Take(Shown).Select(server => $"{server.ServerName} ({server.Id})"))}{(servers.Count > Shown ? $", and {servers.Count - Shown} more" : "")}");
        return uses.Count == 0 ? null : string.Join(", and ", uses);
    }

    // Null where Nova has none. A name without its domain may be meant where Nova has the whole one, or the other way round.
    private async Task<ComputeService?> ServiceAsync(string target, CancellationToken cancellationToken)
    {
        var nova = scope.Get<NovaClient>();
        try
        {
            return await nova.ServiceAsync(target, cancellationToken);
        }
        catch (ObjectNotFoundException e)
        {
            var alike = (await nova.ServicesAsync(cancellationToken)).Where(service => IsAlike(service.HypervisorName, target)).ToList();
            return alike.Count == 0 ? null : throw new RefusedException($"Nobody can tell whether {target} is in service, so nothing was changed: Nova has {string.Join(" and ", alike.Select(service => service.HypervisorName))}. Give the whole name.", e) { TargetName = target };
        }
    }

    private static bool IsAlike(string one, string other)
        => one.Contains('.', StringComparison.Ordinal) != other.Contains('.', StringComparison.Ordinal) && string.Equals(one.Split('.')[0], other.Split('.')[0], StringComparison.OrdinalIgnoreCase);
}

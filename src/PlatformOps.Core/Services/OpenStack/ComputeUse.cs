namespace PlatformOps.Core.Services.OpenStack;

/// <summary>What a machine serves as a hypervisor: its nova-compute is enabled, or servers are on it.</summary>
internal sealed class ComputeUse(IServiceScope scope) : IMachineUse
{
    private const int Shown = 5;

    public async Task<string?> FindAsync(string target, CancellationToken cancellationToken)
    {
        if (await scope.Get<ComputeLookup>().FindAsync(target, cancellationToken) is not { } service)
            return null;
        // A Nova that cannot be asked throws: what it does not tell is not that nothing is there.
        var servers = await scope.Get<NovaClient>().ServersOnAsync(service.HypervisorName, cancellationToken);
        List<string> uses = [];
        if (service.Status != "disabled")
            uses.Add($"nova-compute is {service.Status}");
        if (servers.Count > 0)
            uses.Add($"Nova has {Finding.Count(servers.Count, "server")} on it: {string.Join(", ", servers.Take(Shown).Select(server => $"{server.ServerName} ({server.Id})"))}{(servers.Count > Shown ? $", and {servers.Count - Shown} more" : "")}");
        return uses.Count == 0 ? null : string.Join(", and ", uses);
    }
}

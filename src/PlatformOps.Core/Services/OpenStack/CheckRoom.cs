using System.Globalization;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="MaxUnavailable">How many hosts of one aggregate may be out of service, this one included; by default targets.max-unavailable.</param>
internal sealed record CheckRoomParameters(int? MaxUnavailable = null);

/// <summary>Whether the hosts that could take a hypervisor's servers have room for all of them, and not too many are out of service. Necessary, not sufficient.</summary>
internal sealed class CheckRoom : Check<CheckRoomParameters>
{
    private static readonly string[] Classes = ["VCPU", "MEMORY_MB", "DISK_GB"];

    public override string Name => "openstack.room";

    public override string Summary => "room in the group";

    public override IReadOnlyList<string> Needs => ["openstack"];

    /// <summary>Only counts the hosts of its groups that are out of service.</summary>
    /// <param name="serviceHost">The compute service's host, as Nova names it.</param>
    /// <param name="max">How many may be, this one included.</param>
    /// <returns>Why it must stay; null where it may go.</returns>
    internal static async Task<string?> LookAtOutOfServiceAsync(ActionContext context, string serviceHost, int max, CancellationToken cancellationToken)
    {
        var nova = context.Client<NovaClient>();
        var services = await ServicesAsync(context, cancellationToken);
        if (services.FirstOrDefault(service => Same(service.HypervisorName, serviceHost)) is not { } mine)
            return NoService(serviceHost);
        return OutOfService(mine, services, Of(mine, await nova.AggregatesAsync(cancellationToken)), max);
    }

    /// <summary>Looks now: at hosts out of service, and at room.</summary>
    /// <param name="maxUnavailable">As the parameter of that name.</param>
    internal static async Task<CheckResult> LookAsync(ActionContext context, int? maxUnavailable, CancellationToken cancellationToken)
    {
        var nova = context.Client<NovaClient>();
        var hypervisor = await nova.HypervisorAsync(context.Target.Name, cancellationToken);
        var services = await ServicesAsync(context, cancellationToken);
        var mine = services.FirstOrDefault(service => Same(service.HypervisorName, hypervisor.ServiceHost));
        if (mine is null)
            return CheckResult.Unknown(NoService(hypervisor.ServiceHost));
        var silent = services.Where(service => service.Status == "unknown").Select(service => service.HypervisorName).ToList();
        var ours = Of(mine, await nova.AggregatesAsync(cancellationToken));

        if (OutOfService(mine, services, ours, maxUnavailable ?? context.Client<RoomLimits>().MaxUnavailable) is { } tooMany)
            return CheckResult.Failed(tooMany);

        // A server may need any of its host's aggregates: only hosts that are in all of them can take every server.
        var group = services.Where(service => !Same(service.HypervisorName, mine.HypervisorName)
            && service.Zone == mine.Zone
            && ours.TrueForAll(aggregate => aggregate.Hosts.Contains(service.HypervisorName, StringComparer.OrdinalIgnoreCase))).ToList();
        var where = ours.Count > 0 ? $"aggregate{(ours.Count > 1 ? "s" : "")} {string.Join(", ", ours.Select(aggregate => $"'{aggregate.Name}'"))}" : $"zone '{mine.Zone}'";
        var all = await nova.HypervisorsAsync(cancellationToken);
        var others = In(group.Where(service => service is { Status: "enabled", State: "up" }));
        // What is leaving beside us needs the same room until it has left.
        var leaving = In(group.Where(service => service.Status == "disabled"));

        var (needed, free, tooBig, source) = await CountAsync(context, [hypervisor, .. leaving], others, cancellationToken);
        var beside = leaving.Count == 0 ? "" : $", with what {Finding.Count(leaving.Count, "disabled host")} still hold{(leaving.Count == 1 ? "s" : "")}";
        var hosts = Finding.Count(others.Count, "other enabled host");
        List<string> lacks = [.. needed.Where(pair => pair.Value > Free(pair.Key)).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value - Free(pair.Key)} {Words(pair.Key)} short (needs {pair.Value}, free {Free(pair.Key)})")), .. tooBig];
        if (lacks.Count == 0)
        {
            var numbers = string.Join("; ", needed.Where(pair => pair.Value > 0).Select(pair => string.Create(CultureInfo.InvariantCulture, $"needs {pair.Value} {Words(pair.Key)}, free {Free(pair.Key)}")));
            return CheckResult.Passed($"{hosts} in {where}: {(numbers.Length == 0 ? "nothing to move" : numbers + beside)} ({source}). In sum only: it does not say that every server finds a host.");
        }

        var lack = others.Count == 0 ? $"No other enabled host is in {where}: its servers have nowhere to go" : $"{hosts} in {where} {(others.Count == 1 ? "has" : "have")} not enough room: {string.Join("; ", lacks)}{beside} ({source})";
        return silent.Count > 0
            ? CheckResult.Unknown($"{lack}. But {Finding.Count(silent.Count, "host")} in a cell that does not answer may have room")
            : CheckResult.Failed(lack);

        long Free(string name) => free.GetValueOrDefault(name);

        List<Hypervisor> In(IEnumerable<ComputeService> hosts)
        {
            var names = hosts.Select(service => service.HypervisorName).ToHashSet(StringComparer.OrdinalIgnoreCase);
            return [.. all.Where(other => names.Contains(other.ServiceHost))];
        }
    }

    protected override Task<CheckResult> RunAsync(ActionContext context, CheckRoomParameters parameters, CancellationToken cancellationToken)
        => LookAsync(context, parameters.MaxUnavailable, cancellationToken);

    // What a plan takes out of service before is no room, as it will not be when the run comes to it.
    private static async Task<IReadOnlyList<ComputeService>> ServicesAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var services = await context.Client<NovaClient>().ServicesAsync(cancellationToken);
        return context.Plan is { } plan
            ? [.. services.Select(service => service.Status == "enabled" && plan.TakesOut(service.HypervisorName) ? service with { Status = "disabled" } : service)]
            : services;
    }

    private static string NoService(string host) => $"Nova lists no nova-compute service on {host}.";

    private static List<NovaAggregate> Of(ComputeService mine, IEnumerable<NovaAggregate> aggregates)
        => [.. aggregates.Where(aggregate => aggregate.Hosts.Contains(mine.HypervisorName, StringComparer.OrdinalIgnoreCase))];

    private static string? OutOfService(ComputeService mine, IReadOnlyList<ComputeService> services, List<NovaAggregate> ours, int? max)
    {
        var groups = ours.Count > 0
            ? ours.Select(aggregate => (Name: $"aggregate '{aggregate.Name}'", Hosts: services.Where(service => aggregate.Hosts.Contains(service.HypervisorName, StringComparer.OrdinalIgnoreCase))))
            : [(Name: $"zone '{mine.Zone}'", Hosts: services.Where(service => service.Zone == mine.Zone))];
        foreach (var (name, hosts) in groups)
        {
            var others = hosts.Where(service => !Same(service.HypervisorName, mine.HypervisorName) && service is not { Status: "enabled", State: "up" }).Select(service => service.HypervisorName).ToList();
            if (others.Count + 1 > max)
                return $"{others.Count + 1} hosts of {name} would be out of service with this one, at most {max} may be: {string.Join(", ", others.Take(10))}{(others.Count > 10 ? ", …" : "")}";
        }

        return null;
    }

    // What leaves, what is free, and what no host takes in one piece.
    private static async Task<(Dictionary<string, long> Needed, Dictionary<string, long> Free, IReadOnlyList<string> TooBig, string Source)> CountAsync(ActionContext context, IReadOnlyList<Hypervisor> leaving, IReadOnlyList<Hypervisor> others, CancellationToken cancellationToken)
    {
        if (!leaving.All(host => Guid.TryParse(host.Id, out _)) || !await HasPlacementAsync(context, cancellationToken))
        {
            var needs = new Dictionary<string, long> { ["VCPU"] = leaving.Sum(host => host.VCpusUsed ?? 0), ["MEMORY_MB"] = leaving.Sum(host => host.MemoryMiBUsed ?? 0), ["DISK_GB"] = leaving.Sum(host => host.DiskGiBUsed ?? 0) };
            var has = new Dictionary<string, long>
            {
                ["VCPU"] = others.Sum(other => Math.Max(0, (other.VCpus - other.VCpusUsed) ?? 0)),
                ["MEMORY_MB"] = others.Sum(other => Math.Max(0, (other.MemoryMiB - other.MemoryMiBUsed) ?? 0)),
                ["DISK_GB"] = others.Sum(other => Math.Max(0, (other.DiskGiB - other.DiskGiBUsed) ?? 0)),
            };
            return (needs, has, [], "by Nova's hypervisor details, without overcommitment");
        }

        var placement = context.Client<PlacementClient>();
        var usages = await Task.WhenAll(leaving.Select(host => placement.UsagesAsync(host.Id, cancellationToken)));
        var needed = Classes.ToDictionary(name => name, name => usages.Sum(usage => usage.GetValueOrDefault(name)));
        var biggest = await BiggestAsync(placement, leaving, cancellationToken);
        Dictionary<string, long> free = [], pieces = [];
        foreach (var chunk in others.OrderBy(other => other.VCpusUsed).Chunk(8))
        {
            // Enough is enough: a big cloud need not be read to its end.
            if (free.Count > 0 && needed.All(pair => pair.Value <= free.GetValueOrDefault(pair.Key)) && TooBig().Count == 0)
                return (needed, free, [], "by Placement, of the emptiest hosts");
            foreach (var host in await Task.WhenAll(chunk.Select(other => FreeAsync(placement, other.Id, cancellationToken))))
            {
                foreach (var (name, (amount, piece)) in host)
                {
                    free[name] = free.GetValueOrDefault(name) + amount;
                    pieces[name] = Math.Max(pieces.GetValueOrDefault(name), piece);
                }
            }
        }

        return (needed, free, TooBig(), "by Placement");

        List<string> TooBig() => [.. biggest.Where(pair => pair.Value > pieces.GetValueOrDefault(pair.Key))
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"a server has {pair.Value} {Words(pair.Key)}, and no host gives more than {pieces.GetValueOrDefault(pair.Key)} in one piece"))];
    }

    private static async Task<bool> HasPlacementAsync(ActionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.Client<PlacementClient>().Endpoint.HttpAsync(cancellationToken);
            return true;
        }
        catch (ServiceException e) when (e.FaultCode == "endpointNotFound")
        {
            return false;
        }
    }

    // The biggest share of one server in each class.
    private static async Task<Dictionary<string, long>> BiggestAsync(PlacementClient placement, IReadOnlyList<Hypervisor> leaving, CancellationToken cancellationToken)
    {
        var servers = (await Task.WhenAll(leaving.Select(host => placement.AllocationsAsync(host.Id, cancellationToken)))).SelectMany(allocations => allocations.Values).ToList();
        return Classes.ToDictionary(name => name, name => servers.Select(server => server.Resources.GetValueOrDefault(name)).DefaultIfEmpty().Max());
    }

    private static async Task<Dictionary<string, (long Free, long Piece)>> FreeAsync(PlacementClient placement, string provider, CancellationToken cancellationToken)
    {
        var inventories = await placement.InventoriesAsync(provider, cancellationToken);
        var usages = await placement.UsagesAsync(provider, cancellationToken);
        return Classes.ToDictionary(name => name, name => inventories.TryGetValue(name, out var inventory) ? (inventory.FreeOf(usages.GetValueOrDefault(name)), inventory.MaxUnit) : (0, 0));
    }

    private static string Words(string resourceClass) => resourceClass switch
    {
        "VCPU" => "vCPUs",
        "MEMORY_MB" => "MiB of memory",
        _ => "GiB of disk",
    };

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}

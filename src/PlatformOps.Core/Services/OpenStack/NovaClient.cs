using System.Globalization;
using System.Text.Json.Nodes;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Nova: compute services, hypervisors, servers and aggregates. Every call goes at the lowest microversion that has what it needs.</summary>
/// <param name="endpoint">The cloud's compute service.</param>
/// <param name="serviceNames">The names that a target may have as a service host, the likeliest first.</param>
/// <param name="hypervisorNames">The names that it may have as a hypervisor.</param>
/// <remarks>Compute API reference and "REST API Version History" of Nova.</remarks>
internal sealed class NovaClient(CloudEndpoint endpoint, Func<string, IReadOnlyList<string>> serviceNames, Func<string, IReadOnlyList<string>> hypervisorNames)
{
    /// <summary>Nova refuses a longer reason (compute service schema).</summary>
    private const int MaxReason = 255;

    /// <summary>The fault code where a list is not the host's that was asked for.</summary>
    public const string HostIgnored = "hostIgnored";

    private const string ServiceName = KeystoneSession.Service;

    private static readonly Microversion Ids = new(2, 53);
    private static readonly Microversion Pages = new(2, 59);
    private static readonly Microversion DownCells = new(2, 69);
    private static readonly Microversion Uptimes = new(2, 88);

    public CloudEndpoint Endpoint => endpoint;

    /// <summary>All nova-compute services; those of a down cell have status and state <c>unknown</c> (Nova tells of them from 2.69).</summary>
    public Task<IReadOnlyList<ComputeService>> ServicesAsync(CancellationToken cancellationToken) => ServicesAsync(null, cancellationToken);

    /// <summary>The one nova-compute service of a target.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">The target's names lead to several.</exception>
    public async Task<ComputeService> ServiceAsync(string target, CancellationToken cancellationToken)
    {
        List<ComputeService> found = [];
        foreach (var name in serviceNames(target))
            found.AddRange((await ServicesAsync(name, cancellationToken)).Where(service => Same(service.HypervisorName, name) && found.TrueForAll(other => other.Id != service.Id)));
        if (found.Count > 1)
            throw SeveralServices(target, found);
        // Nova's filter minds the case of letters; names do not.
        if (found.Count == 0)
            found.Add(Pick(target, await ServicesAsync(cancellationToken)));
        return Answering(target, found[0]);
    }

    /// <summary>The one service of a target among those that were listed: many names cost one list.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">The target's names lead to several.</exception>
    public ComputeService Pick(string target, IReadOnlyList<ComputeService> all)
    {
        var candidates = serviceNames(target);
        var found = all.Where(service => candidates.Contains(service.HypervisorName, StringComparer.OrdinalIgnoreCase)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw NoService(target, candidates, all),
            _ => throw SeveralServices(target, found),
        };
    }

    /// <summary>The one hypervisor of a target among those that were listed, by its own name or its service's host.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">The target's names lead to several.</exception>
    public Hypervisor Pick(string target, IReadOnlyList<Hypervisor> all)
    {
        var (candidates, hosts) = (hypervisorNames(target), serviceNames(target));
        var found = all.Where(one => candidates.Contains(one.HypervisorName, StringComparer.OrdinalIgnoreCase)).ToList();
        if (found.Count == 0)
            found = [.. all.Where(one => hosts.Contains(one.ServiceHost, StringComparer.OrdinalIgnoreCase))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw NoHypervisor(target, candidates),
            _ => throw SeveralHypervisors(target, found.Select(one => ((string?)one.HypervisorName, (string?)one.ServiceHost))),
        };
    }

    /// <summary>Disables a service with a reason, cut to what Nova takes so that the claim at its end stays whole.</summary>
    public async Task DisableServiceAsync(ComputeService service, string? reason, CancellationToken cancellationToken)
    {
        // An empty reason is a 400; without one, Nova clears what was there.
        reason = string.IsNullOrEmpty(reason) ? null : reason;
        var what = $"disable nova-compute on {service.HypervisorName}";
        if (await endpoint.HasAsync(Ids.Major, Ids.Minor, cancellationToken))
        {
            await endpoint.SendAsync(HttpCall.Put($"os-services/{Uri.EscapeDataString(service.Id)}", what, Body(("status", "disabled"), ("disabled_reason", reason))), Ids, cancellationToken);
            return;
        }

        await endpoint.SendAsync(
            HttpCall.Put(reason is null ? "os-services/disable" : "os-services/disable-log-reason", what, Body(("host", service.HypervisorName), ("binary", "nova-compute"), ("disabled_reason", reason))),
            null, cancellationToken);
    }

    public async Task EnableServiceAsync(ComputeService service, CancellationToken cancellationToken)
    {
        var what = $"enable nova-compute on {service.HypervisorName}";
        if (await endpoint.HasAsync(Ids.Major, Ids.Minor, cancellationToken))
            await endpoint.SendAsync(HttpCall.Put($"os-services/{Uri.EscapeDataString(service.Id)}", what, Body(("status", "enabled"))), Ids, cancellationToken);
        else
            await endpoint.SendAsync(HttpCall.Put("os-services/enable", what, Body(("host", service.HypervisorName), ("binary", "nova-compute"))), null, cancellationToken);
    }

    /// <summary>The reason with the claim behind it, at most as long as Nova takes; what is cut is the reason.</summary>
    public static string Reason(string reason, Claim claim)
    {
        var tail = claim.ToString();
        var room = MaxReason - tail.Length - 1;
        // Nova's tables are utf8mb3 in MySQL: an emoji in a reason is a 500 there.
        var head = ServerText.Clean(string.Concat(reason.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : "?")), MaxReason);
        if (head.Length > room)
            head = head[..(room - 1)] + "…";
        return $"{head} {tail}";
    }

    /// <summary>All hypervisors with their state.</summary>
    public async Task<IReadOnlyList<Hypervisor>> HypervisorsAsync(CancellationToken cancellationToken)
    {
        var services = await ServicesAsync(cancellationToken);
        var aggregates = await AggregatesAsync(cancellationToken);
        var uptimes = await endpoint.HasAsync(Uptimes.Major, Uptimes.Minor, cancellationToken)
            ? (await HypervisorRowsAsync(Uptimes, null, cancellationToken)).ToDictionary(row => NovaValues.Id(row.Id), row => NovaValues.UptimeSeconds(row.Uptime))
            : [];
        return [.. (await HypervisorRowsAsync(null, null, cancellationToken)).Select(row => Hypervisor(row, services, aggregates, uptimes.GetValueOrDefault(NovaValues.Id(row.Id))))];
    }

    /// <summary>The one hypervisor of a target, by its own name or its service's host.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">The target's names lead to several.</exception>
    public async Task<Hypervisor> HypervisorAsync(string target, CancellationToken cancellationToken)
    {
        var row = await HypervisorRowAsync(target, cancellationToken);
        var services = await ServicesAsync(row.Service?.Host, cancellationToken);
        return Hypervisor(row, services, await AggregatesAsync(cancellationToken), await UptimeAsync(row, cancellationToken));
    }

    /// <summary>What Nova calls a target's hypervisor.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">The target's names lead to several.</exception>
    public async Task<string> HypervisorNameAsync(string target, CancellationToken cancellationToken) => (await HypervisorRowAsync(target, cancellationToken)).HypervisorHostname ?? target;

    /// <summary>The hypervisors of a service host, as id and name: one, or several where it was renamed and the old one was not deleted.</summary>
    public async Task<IReadOnlyList<(string Id, string Name)>> NodesAsync(string serviceHost, CancellationToken cancellationToken)
        => [.. (await HypervisorRowsAsync(null, null, cancellationToken)).Where(row => Same(row.Service?.Host, serviceHost)).Select(row => (NovaValues.Id(row.Id), row.HypervisorHostname ?? serviceHost))];

    /// <summary>The names that a target may have on its own machine's services: those of the configuration, without asking Nova.</summary>
    public IReadOnlyList<string> NamesOf(string target) => [.. serviceNames(target).Concat(hypervisorNames(target)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Every service that is not nova-compute, such as conductors and schedulers.</summary>
    /// <returns>The services, and the hosts of cells that do not answer, whose services are not among them (told from 2.69).</returns>
    public async Task<(IReadOnlyList<NovaServiceRow> Services, IReadOnlyList<string> SilentHosts)> OtherServicesAsync(CancellationToken cancellationToken)
    {
        var rows = await ServiceRowsAsync(HttpCall.Get("os-services", "list the compute API's services"), cancellationToken);
        return ([.. rows.Where(row => row.Binary is not "nova-compute")], [.. rows.Where(row => row.Status is not ("enabled" or "disabled")).Select(row => row.Host ?? "?")]);
    }

    /// <summary>Every server on a service host, in any project and of any status, soft-deleted ones included. None is an answer only for a host that Nova knows and whose cell answers.</summary>
    /// <exception cref="ObjectNotFoundException">Nova knows no such service host.</exception>
    /// <exception cref="ServiceException">With <see cref="HostIgnored"/>: the list is another's, as Nova gives it to whoever is no administrator.</exception>
    public async Task<IReadOnlyList<ComputeServer>> ServersOnAsync(string serviceHost, CancellationToken cancellationToken)
    {
        var version = await endpoint.HasAsync(2, 47, cancellationToken) ? new Microversion(2, 47) : (Microversion?)null;
        var rows = await endpoint.ListAsync(
            HttpCall.Get("servers/detail", $"list the servers on {serviceHost}", ("all_tenants", "1"), ("host", serviceHost), ("soft_deleted", "1"), ("limit", "1000")),
            version,
            (NovaServers page) => (page.Servers, page.ServersLinks),
            cancellationToken);
        // The list is empty, and a success, for a host that is misspelt or whose cell does not answer, too.
        if (rows.Count == 0)
        {
            var service = (await ServicesAsync(serviceHost, cancellationToken)).FirstOrDefault(service => Same(service.HypervisorName, serviceHost))
                ?? throw NoService(serviceHost, [serviceHost], await ServicesAsync(cancellationToken));
            Answering(serviceHost, service);
        }

        return [.. rows.Select(row => Server(row, serviceHost))];
    }

    /// <summary>One server, wherever it is; null where there is none. Of a cell that does not answer it says hardly more than its id.</summary>
    public async Task<ComputeServer?> FindServerAsync(string id, CancellationToken cancellationToken)
    {
        var version = await endpoint.HasAsync(DownCells.Major, DownCells.Minor, cancellationToken) ? DownCells : (Microversion?)null;
        var answer = await endpoint.SendAsync(HttpCall.Get($"servers/{Uri.EscapeDataString(id)}", $"read the server {id}") with { Accept = [404] }, version, cancellationToken);
        return answer.Status == 404 ? null : Server(answer.Read<NovaServerShown>(HttpServiceJson.Snake).Server ?? throw answer.Unexpected("no server"));
    }

    /// <summary>Every migration to or from a service host, past or under way, of which Nova keeps a record.</summary>
    /// <exception cref="ServiceException">With <see cref="HostIgnored"/>: the list is another's.</exception>
    public async Task<IReadOnlyList<NovaMigration>> MigrationsAsync(string serviceHost, CancellationToken cancellationToken)
    {
        var what = $"list the migrations of {serviceHost}";
        var hasPages = await endpoint.HasAsync(Pages.Major, Pages.Minor, cancellationToken);
        var version = hasPages ? Pages : await endpoint.HasAsync(2, 23, cancellationToken) ? new Microversion(2, 23) : (Microversion?)null;
        var rows = await endpoint.ListAsync(
            HttpCall.Get("os-migrations", what, ("host", serviceHost), ("limit", hasPages ? "1000" : null)),
            version,
            (NovaMigrations page) => (page.Migrations, page.MigrationsLinks),
            cancellationToken);
        return rows.FirstOrDefault(row => !Same(row.SourceCompute, serviceHost) && !Same(row.DestCompute, serviceHost)) is { } other
            ? throw new ServiceException(ServiceName, $"Could not {what}: Nova answered with {other}; it ignored the host, so nothing is concluded from the list.") { TargetName = serviceHost, FaultCode = HostIgnored }
            : rows;
    }

    public async Task<IReadOnlyList<NovaAggregate>> AggregatesAsync(CancellationToken cancellationToken)
    {
        var version = await endpoint.HasAsync(2, 41, cancellationToken) ? new Microversion(2, 41) : (Microversion?)null;
        var answer = await endpoint.SendAsync(HttpCall.Get("os-aggregates", "list the host aggregates"), version, cancellationToken);
        return answer.Read<NovaAggregates>(HttpServiceJson.Snake).Aggregates ?? throw answer.Unexpected("no list of aggregates");
    }

    public Task AddToAggregateAsync(NovaAggregate aggregate, string serviceHost, CancellationToken cancellationToken)
        => endpoint.SendAsync(HttpCall.Post(Action(aggregate), $"add {serviceHost} to the aggregate '{aggregate.Name}'", new { add_host = new { host = serviceHost } }), null, cancellationToken);

    /// <summary>One that is not in it is left as it is.</summary>
    public Task RemoveFromAggregateAsync(NovaAggregate aggregate, string serviceHost, CancellationToken cancellationToken)
        => endpoint.SendAsync(
            HttpCall.Post(Action(aggregate), $"remove {serviceHost} from the aggregate '{aggregate.Name}'", new { remove_host = new { host = serviceHost } }) with { Accept = [404] }, null, cancellationToken);

    private static string Action(NovaAggregate aggregate) => string.Create(CultureInfo.InvariantCulture, $"os-aggregates/{aggregate.Id}/action");

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static JsonObject Body(params (string Name, string? Value)[] values)
    {
        var body = new JsonObject();
        foreach (var (name, value) in values)
        {
            if (value is not null)
                body[name] = value;
        }

        return body;
    }

    private static ComputeService Answering(string target, ComputeService service) => service.Status != "unknown" ? service
        : throw new ServiceException(ServiceName, $"Nova cannot tell about nova-compute on '{service.HypervisorName}': its cell does not answer. Look at the cell's database and message queue, then try again.") { TargetName = target, FaultCode = "cellDown" };

    private static AmbiguousNameException SeveralServices(string target, List<ComputeService> found)
        => new($"{target} names {found.Count} nova-compute services: {string.Join(", ", found.Select(service => $"'{service.HypervisorName}' (id {service.Id})"))}. Correct host-identity in the configuration.") { TargetName = target };

    private static ObjectNotFoundException NoHypervisor(string target, IReadOnlyList<string> candidates)
        => new($"No hypervisor {string.Join(" or ", candidates.Select(name => $"'{name}'"))} in Nova, neither by its name nor by its service's host. A new one must be discovered first (nova-manage cell_v2 discover_hosts); a wrong name is corrected by host-identity in the configuration.") { TargetName = target };

    private static AmbiguousNameException SeveralHypervisors(string target, IEnumerable<(string? Name, string? Host)> found)
    {
        var all = found.Select(one => $"'{ServerText.Clean(one.Name, 100)}' (service host '{ServerText.Clean(one.Host, 100)}')").ToList();
        return new($"{target} names {all.Count} hypervisors: {string.Join(", ", all)}. Correct host-identity in the configuration.") { TargetName = target };
    }

    private static ObjectNotFoundException NoService(string target, IReadOnlyList<string> candidates, IReadOnlyList<ComputeService> all)
    {
        var label = target.Split('.')[0];
        var near = all.Where(service => service.HypervisorName.StartsWith(label, StringComparison.OrdinalIgnoreCase)).Select(service => ServerText.Clean(service.HypervisorName, 100)).ToList();
        var hint = near.Count == 0
            ? $"; none of the {all.Count} services begins with '{label}'"
            : $" ({near.Count} {(near.Count == 1 ? "service matches" : "services match")} '{label}*': {string.Join(", ", near.Take(5))}{(near.Count > 5 ? ", …" : "")})";
        return new ObjectNotFoundException($"No nova-compute service on host {string.Join(" or ", candidates.Select(name => $"'{name}'"))}{hint}. Correct the name, or host-identity in the configuration.") { TargetName = target };
    }

    private async Task<IReadOnlyList<ComputeService>> ServicesAsync(string? host, CancellationToken cancellationToken)
    {
        var what = host is null ? "list the nova-compute services" : $"read nova-compute on {host}";
        var rows = await ServiceRowsAsync(HttpCall.Get("os-services", what, ("binary", "nova-compute"), ("host", host)), cancellationToken);
        return [.. rows.Where(row => row.Host is not null && row.Binary is null or "nova-compute").Select(Service)];
    }

    private async Task<IReadOnlyList<NovaServiceRow>> ServiceRowsAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var max = await endpoint.MaxAsync(cancellationToken);
        Microversion? version = max >= DownCells ? DownCells : max >= Ids ? Ids : max >= new Microversion(2, 11) ? new Microversion(2, 11) : null;
        var answer = await endpoint.SendAsync(call, version, cancellationToken);
        return answer.Read<NovaServices>(HttpServiceJson.Snake).Services ?? throw answer.Unexpected("no list of services");
    }

    private static ComputeService Service(NovaServiceRow row)
    {
        var reason = row.DisabledReason is null ? null : ServerText.Clean(row.DisabledReason);
        var claim = row.Status == "disabled" ? Claim.Find(reason) : null;
        return new ComputeService
        {
            HypervisorName = row.Host!,
            Id = NovaValues.Id(row.Id),
            Status = row.Status is "enabled" or "disabled" ? row.Status : "unknown",
            State = row.State is "up" or "down" ? row.State : "unknown",
            DisabledReason = reason,
            IsOurs = claim is not null,
            Owner = claim?.Person,
            RunId = claim?.RunId,
            TicketId = claim?.TicketId,
            Zone = row.Zone,
            UpdatedAt = NovaValues.Time(row.UpdatedAt),
            ForcedDown = row.ForcedDown ?? false,
        };
    }

    private async Task<NovaHypervisorRow> HypervisorRowAsync(string target, CancellationToken cancellationToken)
    {
        var candidates = hypervisorNames(target);
        var hosts = serviceNames(target);
        Dictionary<string, NovaHypervisorRow> found = [];
        foreach (var name in candidates)
        {
            // The pattern matches any part of the hypervisor's name: what is exact is decided here.
            foreach (var row in (await HypervisorRowsAsync(null, name, cancellationToken)).Where(row => Same(row.HypervisorHostname, name)))
                found[NovaValues.Id(row.Id)] = row;
        }

        if (found.Count == 0)
        {
            // Known by its service's host only.
            foreach (var row in (await HypervisorRowsAsync(null, null, cancellationToken)).Where(row => hosts.Any(name => Same(row.Service?.Host, name))))
                found[NovaValues.Id(row.Id)] = row;
        }

        return found.Count switch
        {
            1 => found.Values.First(),
            0 => throw NoHypervisor(target, candidates),
            _ => throw SeveralHypervisors(target, found.Values.Select(row => (row.HypervisorHostname, row.Service?.Host))),
        };
    }

    /// <summary>Rows with vcpus and memory (gone from 2.88), of all hypervisors or those whose name contains a pattern.</summary>
    private async Task<IReadOnlyList<NovaHypervisorRow>> HypervisorRowsAsync(Microversion? version, string? pattern, CancellationToken cancellationToken)
    {
        var max = await endpoint.MaxAsync(cancellationToken);
        var hasPattern = max >= Ids;
        version ??= hasPattern ? Ids : null;
        if (pattern is null || !hasPattern)
        {
            return await endpoint.ListAsync(
                HttpCall.Get("os-hypervisors/detail", "list the hypervisors", ("limit", hasPattern ? "1000" : null)),
                version,
                (NovaHypervisors page) => (page.Hypervisors, page.HypervisorsLinks),
                cancellationToken);
        }

        // A pattern that matches nothing is a 404, and patterns and pages do not go together.
        var found = await endpoint.SendAsync(HttpCall.Get("os-hypervisors/detail", $"find the hypervisor {pattern}", ("hypervisor_hostname_pattern", pattern)) with { Accept = [404] }, version, cancellationToken);
        return found.Status == 404 ? [] : found.Read<NovaHypervisors>(HttpServiceJson.Snake).Hypervisors ?? throw found.Unexpected("no list of hypervisors");
    }

    private async Task<long?> UptimeAsync(NovaHypervisorRow row, CancellationToken cancellationToken)
    {
        var id = Uri.EscapeDataString(NovaValues.Id(row.Id));
        var what = $"read the uptime of {row.HypervisorHostname}";
        // Below 2.88 a hypervisor that cannot tell, or whose service is down, is a 400, 404 or 501.
        var hasDetail = await endpoint.HasAsync(Uptimes.Major, Uptimes.Minor, cancellationToken);
        var version = hasDetail ? Uptimes : await endpoint.HasAsync(Ids.Major, Ids.Minor, cancellationToken) ? Ids : (Microversion?)null;
        var answer = await endpoint.SendAsync(HttpCall.Get(hasDetail ? $"os-hypervisors/{id}" : $"os-hypervisors/{id}/uptime", what) with { Accept = [400, 404, 501] }, version, cancellationToken);
        return answer.IsSuccess ? NovaValues.UptimeSeconds(answer.Read<NovaUptime>(HttpServiceJson.Snake).Hypervisor?.Uptime) : null;
    }

    private static Hypervisor Hypervisor(NovaHypervisorRow row, IReadOnlyList<ComputeService> services, IReadOnlyList<NovaAggregate> aggregates, long? uptime)
    {
        var host = row.Service?.Host ?? "";
        var service = services.FirstOrDefault(service => Same(service.HypervisorName, host));
        var mine = aggregates.Where(aggregate => aggregate.Hosts.Any(name => Same(name, host))).ToList();
        return new Hypervisor
        {
            HypervisorName = row.HypervisorHostname ?? host,
            ServiceHost = host,
            Id = NovaValues.Id(row.Id),
            State = State(service, row.RunningVms, uptime),
            ServerCount = row.RunningVms,
            VCpus = row.Vcpus,
            VCpusUsed = row.VcpusUsed,
            MemoryMiB = row.MemoryMb,
            MemoryMiBUsed = row.MemoryMbUsed,
            DiskGiB = row.LocalGb,
            DiskGiBUsed = row.LocalGbUsed,
            HypervisorType = row.HypervisorType,
            Version = row.HypervisorVersion,
            HostIp = row.HostIp,
            Aggregates = [.. mine.Select(aggregate => aggregate.Name)],
            AvailabilityZone = mine.Select(aggregate => aggregate.AvailabilityZone).FirstOrDefault(zone => zone is not null) ?? service?.Zone,
            UptimeSeconds = uptime,
        };
    }

    internal static HypervisorState State(ComputeService? service, int? servers, long? uptimeSeconds) => service switch
    {
        null or { Status: "unknown" } or { State: "unknown" } => HypervisorState.Unknown,
        { State: "down" } => HypervisorState.Down,
        { Status: "disabled", IsOurs: false } => HypervisorState.Disabled,
        _ when servers is null => HypervisorState.Unknown,
        { Status: "disabled" } when servers > 0 => HypervisorState.Draining,
        { Status: "disabled" } => uptimeSeconds < 86400 ? HypervisorState.Rebooted : HypervisorState.Drained,
        _ => servers > 0 ? HypervisorState.Running : HypervisorState.Empty,
    };

    private static ComputeServer Server(NovaServerRow row, string serviceHost)
    {
        if (row.Host is null)
            throw new ServiceAuthenticationException(ServiceName, $"Could not list the servers on {serviceHost}: Nova does not tell which host a server is on, so our account is no administrator, and the list is not the host's. Nothing is concluded from it. Use an account with the admin role.", 403) { TargetName = serviceHost, FaultCode = HostIgnored };
        if (!Same(row.Host, serviceHost))
            throw new ServiceException(ServiceName, $"Could not list the servers on {serviceHost}: Nova answered with server {ServerText.Clean(row.Id, 60)} on '{ServerText.Clean(row.Host, 100)}'; it ignored the host, so nothing is concluded from the list.") { TargetName = serviceHost, FaultCode = HostIgnored };
        return Server(row);
    }

    private static ComputeServer Server(NovaServerRow row)
        => new()
        {
            ServerName = ServerText.Clean(row.Name ?? row.Id, 255),
            Id = row.Id ?? "",
            Status = row.Status ?? "UNKNOWN",
            TaskState = row.TaskState,
            PowerState = row.PowerState,
            HypervisorName = row.Host ?? "",
            ProjectId = row.TenantId,
            UserId = row.UserId,
            FlavorName = row.Flavor?.OriginalName ?? row.Flavor?.Id,
            VCpus = row.Flavor?.Vcpus,
            MemoryMiB = row.Flavor?.Ram,
            DiskGiB = row.Flavor?.Disk,
            IsLocked = row.Locked ?? false,
            Created = NovaValues.Time(row.Created),
            Metadata = row.Metadata ?? [],
        };
}

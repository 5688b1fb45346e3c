using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary><c>/os-hypervisors</c>: uuids and patterns from 2.53, capacity only until 2.87.</summary>
internal sealed class HypervisorList(LabContext lab, string root)
{
    private readonly DateTimeOffset _booted = lab.Clock.Now.AddDays(-42);

    public Answer List(NovaCall call, bool detail)
    {
        call.RequireAdmin(detail ? "os_compute_api:os-hypervisors:list-detail" : "os_compute_api:os-hypervisors:list");
        call.AllowOnly(call.Version >= 53 ? 75 : 33, "hypervisor_hostname_pattern", "with_servers", "limit", "marker");
        var all = Live();
        var pattern = call.Version >= 53 ? call.Query("hypervisor_hostname_pattern") : null;
        if (pattern is not null)
        {
            if (call.Query("limit") is not null || call.Query("marker") is not null)
                throw NovaErrors.Bad("Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.");
            all = [.. all.Where(hypervisor => hypervisor.Fqdn.Contains(pattern, OrdinalIgnoreCase))];
            if (all.Count == 0)
                throw NovaErrors.NotFound($"No hypervisor matching '{pattern}' could be found.");
        }

        var (page, links) = call.Version >= 33
            ? Paging.Page(call.Call, root + (detail ? "/os-hypervisors/detail" : "/os-hypervisors"), all, hypervisor => IdOf(hypervisor, call.Version).ToString())
            : (all, null);
        var withServers = call.Version >= 53 && call.Flag("with_servers");
        var body = new JsonObject { ["hypervisors"] = JsonText.Array(page.Select(hypervisor => Row(hypervisor, call.Version, detail, withServers))) };
        // From 2.33 a page is limited; the link is there only when the client asked for pages.
        if (links is not null && call.Query("limit") is not null)
            body["hypervisors_links"] = links;
        return Answer.Ok(body);
    }

    public Answer Show(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-hypervisors:show");
        return Answer.Ok(new JsonObject { ["hypervisor"] = Row(Find(call), call.Version, detail: true, call.Version >= 53 && call.Flag("with_servers")) });
    }

    public Answer Uptime(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-hypervisors:uptime");
        call.RequireVersion(1, 87);
        var hypervisor = Find(call);
        var row = Row(hypervisor, call.Version, detail: false, withServers: false);
        row["uptime"] = UptimeText();
        return Answer.Ok(new JsonObject { ["hypervisor"] = row });
    }

    /// <summary><c>/os-hypervisors/{pattern}/search|servers</c>, gone in 2.53.</summary>
    public Answer Search(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-hypervisors:search");
        call.RequireVersion(1, 52);
        var found = Live().Where(hypervisor => hypervisor.Fqdn.Contains(call.Id, OrdinalIgnoreCase)).ToList();
        if (found.Count == 0)
            throw NovaErrors.NotFound($"No hypervisor matching '{call.Id}' could be found.");
        var withServers = call.Call.Path.EndsWith("/servers", OrdinalIgnoreCase);
        return Answer.Ok(new JsonObject { ["hypervisors"] = JsonText.Array(found.Select(hypervisor => Row(hypervisor, call.Version, detail: false, withServers))) });
    }

    public Answer Statistics(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-hypervisors:statistics");
        call.RequireVersion(1, 87);
        var all = Live();
        long Used(Func<Server, int> part) => all.SelectMany(lab.World.ServersOn).Sum(server => (long)part(server));
        var statistics = new JsonObject
        {
            ["count"] = all.Count,
            ["vcpus"] = all.Sum(hypervisor => hypervisor.Profile.Vcpus),
            ["vcpus_used"] = Used(server => server.Flavor.Vcpus),
            ["memory_mb"] = all.Sum(hypervisor => (long)hypervisor.Profile.MemoryMiB),
            ["memory_mb_used"] = Used(server => server.Flavor.RamMiB),
            ["local_gb"] = all.Sum(hypervisor => (long)hypervisor.Profile.LocalDiskGiB),
            ["local_gb_used"] = Used(server => server.Flavor.DiskGiB),
            ["running_vms"] = all.Sum(hypervisor => lab.World.ServersOn(hypervisor).Count()),
        };
        statistics["free_ram_mb"] = (long)statistics["memory_mb"]! - (long)statistics["memory_mb_used"]!;
        statistics["free_disk_gb"] = (long)statistics["local_gb"]! - (long)statistics["local_gb_used"]!;
        statistics["disk_available_least"] = (long)statistics["free_disk_gb"]!;
        statistics["current_workload"] = 0;
        return Answer.Ok(new JsonObject { ["hypervisor_statistics"] = statistics });
    }

    private static JsonNode IdOf(Hypervisor hypervisor, int version) => version >= 53 ? hypervisor.Id.ToString() : hypervisor.Number;

    /// <summary>Nova asks one cell after the other, and fails at the first that does not answer.</summary>
    private List<Hypervisor> Live()
    {
        var live = lab.World.Hypervisors.Where(hypervisor => !hypervisor.ServiceDeleted).ToList();
        return live.Exists(lab.World.IsDown) ? throw NovaErrors.CellDown() : live;
    }

    private Hypervisor Find(NovaCall call)
    {
        if (call.Version >= 53 && !Guid.TryParse(call.Id, out _))
            throw NovaErrors.Bad($"Invalid uuid {call.Id}");
        return Live().FirstOrDefault(hypervisor => IdOf(hypervisor, call.Version).ToString() == call.Id)
            ?? throw NovaErrors.NotFound($"Hypervisor with ID '{call.Id}' could not be found.");
    }

    private string UptimeText() => $" {lab.Clock.Now.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} up {(int)(lab.Clock.Now - _booted).TotalDays} days,  3:04,  0 users,  load average: 4.20, 4.01, 3.98";

    private JsonObject Row(Hypervisor hypervisor, int version, bool detail, bool withServers)
    {
        var row = new JsonObject
        {
            ["id"] = IdOf(hypervisor, version),
            ["hypervisor_hostname"] = hypervisor.Fqdn,
            ["state"] = hypervisor.ServiceUp && !hypervisor.ForcedDown ? "up" : "down",
            ["status"] = hypervisor.ServiceDisabled ? "disabled" : "enabled",
        };
        var servers = lab.World.ServersOn(hypervisor).ToList();
        if (detail)
        {
            row["hypervisor_type"] = "QEMU";
            row["hypervisor_version"] = hypervisor.OsVersion.StartsWith('9') ? 9_001_000 : 6_002_000;
            row["host_ip"] = hypervisor.ManagementAddress;
            row["service"] = new JsonObject
            {
                ["id"] = version >= 53 ? hypervisor.ServiceId.ToString() : hypervisor.Number,
                ["host"] = hypervisor.ServiceHost,
                ["disabled_reason"] = hypervisor.DisabledReason,
            };
            if (version < 88)
                AddCapacity(row, hypervisor, servers, version);
            else
                row["uptime"] = hypervisor.ServiceUp ? UptimeText() : null;
        }

        // Without servers the key was missing until 2.74.
        if (withServers && (servers.Count > 0 || version >= 75))
            row["servers"] = JsonText.Array(servers.Select(server => (JsonNode)new JsonObject { ["name"] = server.LibvirtName, ["uuid"] = server.Id.ToString() }));
        return row;
    }

    private static void AddCapacity(JsonObject row, Hypervisor hypervisor, List<Server> servers, int version)
    {
        var profile = hypervisor.Profile;
        var cpu = new JsonObject
        {
            ["arch"] = "x86_64",
            ["model"] = "EPYC-Rome",
            ["vendor"] = "AMD",
            ["topology"] = new JsonObject { ["cells"] = 2, ["sockets"] = 1, ["cores"] = profile.Vcpus / 4, ["threads"] = 2 },
            ["features"] = new JsonArray("avx2", "sse4.2", "svm"),
        };
        var ram = servers.Sum(server => server.Flavor.RamMiB) + 512;
        var disk = servers.Sum(server => server.Flavor.DiskGiB);
        row["cpu_info"] = version >= 28 ? cpu : cpu.ToJsonString();
        row["vcpus"] = profile.Vcpus;
        row["vcpus_used"] = servers.Sum(server => server.Flavor.Vcpus);
        row["memory_mb"] = profile.MemoryMiB;
        row["memory_mb_used"] = ram;
        row["free_ram_mb"] = profile.MemoryMiB - ram;
        row["local_gb"] = profile.LocalDiskGiB;
        row["local_gb_used"] = disk;
        row["free_disk_gb"] = profile.LocalDiskGiB - disk;
        row["disk_available_least"] = profile.LocalDiskGiB - disk;
        row["running_vms"] = servers.Count;
        row["current_workload"] = 0;
    }
}

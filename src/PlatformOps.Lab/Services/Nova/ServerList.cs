using System.Text.RegularExpressions;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary><c>/servers</c>: lists with their filters, one server, the power actions.</summary>
internal sealed class ServerList(LabContext lab, string root, ServerMoves moves)
{
    private static readonly string[] KnownFilters =
    [
        "all_tenants", "host", "name", "status", "flavor", "image", "project_id", "tenant_id", "user_id", "uuid", "limit", "marker", "sort_key", "sort_dir",
        "changes-since", "changes-before", "deleted", "ip", "ip6", "reservation_id", "node", "hostname", "availability_zone", "task_state", "vm_state", "power_state",
        "locked", "tags", "tags-any", "not-tags", "not-tags-any", "description", "key_name", "access_ip_v4", "access_ip_v6", "config_drive", "soft_deleted",
        "auto_disk_config", "created_at", "display_description", "display_name", "instance_type_id", "image_ref", "kernel_id", "launch_index", "launched_at",
        "locked_by", "progress", "ramdisk_id", "root_device_name", "terminated_at", "limit",
    ];

    public Answer List(NovaCall call, bool detail)
    {
        call.AllowOnly(75, KnownFilters);
        var allTenants = call.Flag("all_tenants");
        if (allTenants && !call.IsAdmin)
            throw NovaErrors.Forbidden($"os_compute_api:servers:{(detail ? "detail" : "index")}:get_all_tenants");

        // A list that is filtered or paged leaves out, without a word, what is in a cell that does not answer; from 2.69 a plain one has stubs of it.
        var isPlain = call.Call.Http.Request.Query.Keys.All(key => key == "all_tenants");
        var found = lab.World.Servers.Where(server => !lab.World.IsDown(server.Host) || (isPlain && call.Version >= 69));
        if (!allTenants)
            found = found.Where(server => server.Project == call.Token.Project);
        if (call.Query("name") is { Length: > 0 } name)
            found = found.Where(server => Matches(server.Name, name));
        if (call.Query("status") is { Length: > 0 })
        {
            var wanted = call.Call.Queries("status");
            found = found.Where(server => wanted.Contains(server.Status, StringComparer.OrdinalIgnoreCase));
        }

        if (call.Query("flavor") is { Length: > 0 } flavor)
            found = found.Where(server => server.Flavor.Id == flavor);
        if (call.Query("ip") is { Length: > 0 } address)
            found = found.Where(server => Matches(server.Address, address));

        // Only an administrator sees what waits to be reclaimed, and where asked for.
        if (!call.IsAdmin || (!call.Flag("soft_deleted") && !call.Flag("deleted")))
            found = found.Where(server => server.Status != "SOFT_DELETED");
        else if (call.Flag("deleted"))
            found = found.Where(server => server.Status == "SOFT_DELETED");

        // These are for administrators; from others Nova drops them without a word.
        if (call.IsAdmin)
        {
            if (call.Query("host") is { Length: > 0 } host)
                found = found.Where(server => server.Host.ServiceHost == host);
            if (call.Query("node") is { Length: > 0 } node)
                found = found.Where(server => server.Host.Fqdn == node);
            if ((call.Query("project_id") ?? call.Query("tenant_id")) is { Length: > 0 } project && allTenants)
                found = found.Where(server => server.Project.Id == project);
            if (call.Query("task_state") is { Length: > 0 } task)
                found = found.Where(server => server.TaskState == task);
        }

        // Newest first, as Nova sorts by default.
        var sorted = found.OrderByDescending(server => server.Created).ThenByDescending(server => server.Number).ToList();
        var (page, links) = Paging.Page(call.Call, root + (detail ? "/servers/detail" : "/servers"), sorted, server => server.Id.ToString());
        var body = new JsonObject { ["servers"] = JsonText.Array(page.Select(server => detail || lab.World.IsDown(server.Host) ? Detail(call, server) : Brief(server))) };
        if (links is not null)
            body["servers_links"] = links;
        return Answer.Ok(body);
    }

    public Answer Show(NovaCall call)
    {
        var server = Find(call);
        return lab.World.IsDown(server.Host) && call.Version < 69 ? throw NovaErrors.CellDown() : Answer.Ok(new JsonObject { ["server"] = Detail(call, server) });
    }

    public Answer Act(NovaCall call)
    {
        var server = Find(call);
        if (lab.World.IsDown(server.Host))
            throw NovaErrors.CellDown();
        var action = (call.Call.Json as JsonObject)?.FirstOrDefault().Key ?? throw NovaErrors.Bad("Malformed request body");
        if (!call.Token.Roles.Contains("member") && !call.IsAdmin)
            throw NovaErrors.Forbidden($"os_compute_api:servers:{action.Replace("os-", "", Ordinal)}");
        var body = call.Call.Json![action];
        switch (action)
        {
            case "os-migrateLive":
                return moves.Live(call, server, body);
            case "migrate":
                return moves.Cold(call, server, body);
            case "confirmResize":
                return moves.Confirm(call, server);
            case "revertResize":
                return moves.Revert(call, server);
        }

        var (from, to) = action switch
        {
            "os-stop" => ("ACTIVE", "SHUTOFF"),
            "os-start" => ("SHUTOFF", "ACTIVE"),
            "pause" => ("ACTIVE", "PAUSED"),
            "unpause" => ("PAUSED", "ACTIVE"),
            "suspend" => ("ACTIVE", "SUSPENDED"),
            "resume" => ("SUSPENDED", "ACTIVE"),
            _ => throw NovaErrors.Bad($"There is no such action: {action}"),
        };
        if (server.Status != from)
        {
            throw NovaErrors.Conflict($"Cannot '{action.Replace("os-", "", Ordinal)}' instance {server.Id} while it is in vm_state {server.VmState}");
        }

        server.Status = to;
        server.Updated = lab.Clock.Now;
        call.Call.Wrote(server.Name, $"{action} on {server.Host.ServiceHost}");
        return Answer.Empty(202);
    }

    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException)
        {
            throw NovaErrors.Bad($"Invalid filter: regular expression '{pattern}'");
        }
    }

    public Server Find(NovaCall call) =>
        lab.World.Servers.Find(server => server.Id.ToString() == call.Id && (call.IsAdmin || server.Project == call.Token.Project))
            ?? throw NovaErrors.NotFound($"Instance {call.Id} could not be found.");

    private JsonArray Links(string kind, string id) => new(
        new JsonObject { ["rel"] = "self", ["href"] = $"{root}/{kind}/{id}" },
        new JsonObject { ["rel"] = "bookmark", ["href"] = $"{lab.Address}compute/{kind}/{id}" });

    private JsonObject Brief(Server server) => new()
    {
        ["id"] = server.Id.ToString(),
        ["name"] = server.Name,
        ["links"] = Links("servers", server.Id.ToString()),
    };

    private JsonObject Detail(NovaCall call, Server server)
    {
        var version = call.Version;
        if (lab.World.IsDown(server.Host))
        {
            return new JsonObject
            {
                ["id"] = server.Id.ToString(), ["status"] = "UNKNOWN", ["tenant_id"] = server.Project.Id, ["created"] = NovaTime.Second(server.Created),
                ["links"] = Links("servers", server.Id.ToString()),
            };
        }

        var row = Brief(server);
        row["status"] = server.Status;
        row["tenant_id"] = server.Project.Id;
        row["user_id"] = server.UserId;
        row["metadata"] = new JsonObject(server.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        row["hostId"] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(server.Project.Id + server.Host.ServiceHost)))[..56].ToLowerInvariant();
        row["image"] = new JsonObject { ["id"] = server.ImageId.ToString(), ["links"] = new JsonArray(Links("images", server.ImageId.ToString())[1]!.DeepClone()) };
        row["flavor"] = version >= 47 ? FlavorList.Embedded(server.Flavor) : new JsonObject
        {
            ["id"] = server.Flavor.Id,
            ["links"] = new JsonArray(Links("flavors", server.Flavor.Id)[1]!.DeepClone()),
        };
        row["created"] = NovaTime.Second(server.Created);
        row["updated"] = NovaTime.Second(server.Updated);
        row["addresses"] = new JsonObject
        {
            ["internal"] = new JsonArray(new JsonObject
            {
                ["version"] = 4, ["addr"] = server.Address, ["OS-EXT-IPS:type"] = "fixed", ["OS-EXT-IPS-MAC:mac_addr"] = server.Mac,
            }),
        };
        row["accessIPv4"] = "";
        row["accessIPv6"] = "";
        row["OS-DCF:diskConfig"] = "AUTO";
        if (server.Status is "ACTIVE")
            row["progress"] = 0;
        row["OS-EXT-AZ:availability_zone"] = lab.World.ZoneOf(server.Host);
        row["config_drive"] = "";
        row["key_name"] = null;
        row["OS-SRV-USG:launched_at"] = NovaTime.Micro(server.Created.AddSeconds(5));
        row["OS-SRV-USG:terminated_at"] = null;
        row["security_groups"] = new JsonArray(new JsonObject { ["name"] = "default" });
        row["os-extended-volumes:volumes_attached"] = new JsonArray();
        row["OS-EXT-STS:task_state"] = server.TaskState;
        row["OS-EXT-STS:vm_state"] = server.VmState;
        row["OS-EXT-STS:power_state"] = server.PowerState;
        if (version >= 9)
            row["locked"] = server.Locked;
        if (version >= 19)
            row["description"] = server.Name;
        if (version >= 26)
            row["tags"] = new JsonArray();
        if (version >= 63)
            row["trusted_image_certificates"] = null;
        if (version >= 71)
            row["server_groups"] = new JsonArray();
        if (version >= 73)
            row["locked_reason"] = null;
        if (version >= 90)
            row["OS-EXT-SRV-ATTR:hostname"] = server.Name;
        if (version >= 96)
            row["pinned_availability_zone"] = null;
        if (call.IsAdmin)
            AddForAdmin(row, server, version);
        return row;
    }

    private static void AddForAdmin(JsonObject row, Server server, int version)
    {
        row["OS-EXT-SRV-ATTR:host"] = server.Host.ServiceHost;
        row["OS-EXT-SRV-ATTR:hypervisor_hostname"] = server.Host.Fqdn;
        row["OS-EXT-SRV-ATTR:instance_name"] = server.LibvirtName;
        if (version >= 3)
        {
            row["OS-EXT-SRV-ATTR:reservation_id"] = $"r-{server.Number:x8}";
            row["OS-EXT-SRV-ATTR:launch_index"] = 0;
            row["OS-EXT-SRV-ATTR:hostname"] = server.Name;
            row["OS-EXT-SRV-ATTR:kernel_id"] = "";
            row["OS-EXT-SRV-ATTR:ramdisk_id"] = "";
            row["OS-EXT-SRV-ATTR:root_device_name"] = "/dev/vda";
            row["OS-EXT-SRV-ATTR:user_data"] = null;
            row["os-extended-volumes:volumes_attached"] = new JsonArray();
        }

        if (version >= 16)
            row["host_status"] = server.Host.ForcedDown ? "DOWN" : server.Host.ServiceDisabled ? "MAINTENANCE" : server.Host.ServiceUp ? "UP" : "UNKNOWN";
    }
}

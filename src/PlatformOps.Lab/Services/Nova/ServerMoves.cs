using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary>Live and cold migrations: accepted with 202, done in lab time, and able to fail afterwards.</summary>
internal sealed class ServerMoves(LabContext lab, string root)
{
    private static readonly string[] Filters = ["hidden", "host", "instance_uuid", "source_compute", "status", "migration_type", "limit", "marker", "changes-since"];

    private LabWorld World => lab.World;

    public Answer Live(NovaCall call, Server server, JsonNode? body)
    {
        call.RequireAdmin("os_compute_api:os-migrate-server:migrate_live");
        if (body is not JsonObject given || !given.ContainsKey("host") || !given.ContainsKey("block_migration"))
            throw NovaErrors.Bad($"Invalid input for field/attribute os-migrateLive. Value: {body?.ToJsonString()}. 'host' and 'block_migration' are required properties");
        string[] allowed = call.Version switch
        {
            < 25 => ["host", "block_migration", "disk_over_commit"],
            >= 30 and < 68 => ["host", "block_migration", "force"],
            _ => ["host", "block_migration"],
        };
        if (given.FirstOrDefault(pair => !allowed.Contains(pair.Key)).Key is { } odd)
            throw NovaErrors.Bad($"Additional properties are not allowed ('{odd}' was unexpected)");
        RequireStatus(server, "os-migrateLive", "ACTIVE", "PAUSED");
        var action = Log(server, "live-migration", "compute_live_migration");
        var target = Choose(server, given.Text("host"));
        if (target is null)
        {
            // From 2.34 the check is not waited for: the failure is in the action log only.
            if (call.Version < 34)
                throw NovaErrors.Bad("No valid host was found. There are not enough hosts available.");
            End(action, "Error", "No valid host was found. There are not enough hosts available.");
            return Accepted(call, server, "os-migrateLive: no valid host");
        }

        if (call.Version < 34 && IsPassthrough(server))
            throw NovaErrors.Bad("Migration pre-check error: instance has PCI devices");
        var migration = Add(server, "live-migration", target);
        server.Status = "MIGRATING";
        server.TaskState = "migrating";
        _ = RunLiveAsync(migration, action);
        return Accepted(call, server, $"os-migrateLive {migration.Source.ServiceHost} -> {target.ServiceHost}");
    }

    public Answer Cold(NovaCall call, Server server, JsonNode? body)
    {
        call.RequireAdmin("os_compute_api:os-migrate-server:migrate");
        if (body is JsonObject && call.Version < 56)
            throw NovaErrors.Bad($"Invalid input for field/attribute migrate. Value: {body.ToJsonString()}. {body.ToJsonString()} is not of type 'null'");
        RequireStatus(server, "migrate", "ACTIVE", "SHUTOFF");
        var action = Log(server, "migrate", "compute_prep_resize");
        var target = Choose(server, body.Text("host"));
        if (target is null)
        {
            End(action, "Error", "No valid host was found. No valid host found for cold migrate");
            throw NovaErrors.Bad("No valid host was found. No valid host found for cold migrate");
        }

        var migration = Add(server, "migration", target);
        server.Status = "RESIZE";
        server.TaskState = "resize_migrating";
        _ = RunColdAsync(migration, action);
        return Accepted(call, server, $"migrate {migration.Source.ServiceHost} -> {target.ServiceHost}");
    }

    public Answer Confirm(NovaCall call, Server server)
    {
        RequireStatus(server, "confirmResize", "VERIFY_RESIZE");
        var migration = World.Migrations.Last(known => known.Server == server && known.Status == "finished");
        SetStatus(migration, "confirmed");
        server.Status = migration.StatusBefore;
        End(Log(server, "confirmResize", "compute_confirm_resize"), "Success", null);
        call.Call.Wrote(server.Name, "confirmResize");
        return Answer.Empty(204);
    }

    public Answer Revert(NovaCall call, Server server)
    {
        RequireStatus(server, "revertResize", "VERIFY_RESIZE");
        var migration = World.Migrations.Last(known => known.Server == server && known.Status == "finished");
        SetStatus(migration, "reverted");
        server.Host = migration.Source;
        server.Status = migration.StatusBefore;
        End(Log(server, "revertResize", "compute_revert_resize"), "Success", null);
        return Accepted(call, server, "revertResize");
    }

    /// <summary>Live migrations of a server that are going on (2.23).</summary>
    public Answer Current(NovaCall call, Server server)
    {
        call.RequireAdmin("os_compute_api:servers:migrations:index");
        call.RequireVersion(23);
        return Answer.Ok(new JsonObject { ["migrations"] = JsonText.Array(Going(server).Select(migration => CurrentRow(migration, call.Version))) });
    }

    public Answer ShowCurrent(NovaCall call, Server server)
    {
        call.RequireAdmin("os_compute_api:servers:migrations:show");
        call.RequireVersion(23);
        return Answer.Ok(new JsonObject { ["migration"] = CurrentRow(FindGoing(call, server), call.Version) });
    }

    /// <summary><c>force_complete</c> (2.22).</summary>
    public Answer Force(NovaCall call, Server server)
    {
        call.RequireAdmin("os_compute_api:servers:migrations:force_complete");
        call.RequireVersion(22);
        if (!call.Call.Json.Has("force_complete"))
            throw NovaErrors.Bad("'force_complete' is a required property");
        var migration = FindGoing(call, server);
        migration.Decision.TrySetResult(true);
        return Accepted(call, server, $"force_complete {migration.Id}");
    }

    /// <summary>Abort (2.24).</summary>
    public Answer Abort(NovaCall call, Server server)
    {
        call.RequireAdmin("os_compute_api:servers:migrations:delete");
        call.RequireVersion(24);
        var migration = FindGoing(call, server);
        migration.Decision.TrySetResult(false);
        return Accepted(call, server, $"abort migration {migration.Id}");
    }

    /// <summary><c>/os-migrations</c>: all of them, newest first.</summary>
    public Answer History(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-migrations:index");
        call.AllowOnly(59, [.. Filters, .. call.Version >= 66 ? ["changes-before"] : Array.Empty<string>(), .. call.Version >= 80 ? ["user_id", "project_id"] : Array.Empty<string>()]);
        // Without pages Nova asks one cell after the other, and fails at the first that does not answer; with them it leaves out what is there.
        if (call.Version < 59 && World.Hypervisors.Exists(World.IsDown))
            throw NovaErrors.CellDown();
        var found = World.Migrations.AsEnumerable().Reverse()
            .Where(migration => !World.IsDown(migration.Source) && !World.IsDown(migration.Destination))
            .Where(migration => call.Query("instance_uuid") is not { } server || migration.Server.Id.ToString() == server)
            .Where(migration => call.Query("host") is not { } host || migration.Source.ServiceHost == host || migration.Destination.ServiceHost == host)
            .Where(migration => call.Query("source_compute") is not { } source || migration.Source.ServiceHost == source)
            .Where(migration => call.Query("migration_type") is not { } type || migration.Type == type)
            .Where(migration => call.Query("status") is not { } status || migration.Status == status);
        // Pages, and links to them, came with 2.59.
        var (page, links) = call.Version >= 59 ? Paging.Page(call.Call, root + "/os-migrations", [.. found], migration => migration.Uuid.ToString()) : ([.. found], null);
        var body = new JsonObject { ["migrations"] = JsonText.Array(page.Select(migration => HistoryRow(migration, call.Version))) };
        if (links is not null)
            body["migrations_links"] = links;
        return Answer.Ok(body);
    }

    public Answer Actions(NovaCall call, Server server) => Answer.Ok(new JsonObject
    {
        ["instanceActions"] = JsonText.Array(World.Actions.Where(action => action.ServerId == server.Id).Reverse()
            .Select(action => ActionRow(action, server, call.Version)).Append(CreateRow(server, call.Version))),
    });

    public Answer ShowAction(NovaCall call, Server server)
    {
        var id = call.Call.Route("action");
        var action = World.Actions.Find(known => known.ServerId == server.Id && known.RequestId == id);
        var row = action is not null ? ActionRow(action, server, call.Version)
            : id == $"req-{server.Id}" ? CreateRow(server, call.Version)
            : throw NovaErrors.NotFound($"Action for request_id {id} on instance {server.Id} could not be found.");
        row["events"] = action is null ? new JsonArray() : new JsonArray(EventRow(action, call));
        return Answer.Ok(new JsonObject { ["instanceAction"] = row });
    }

    private static bool IsPassthrough(Server server) => server.Flavor.ExtraSpecs.ContainsKey("pci_passthrough:alias");

    private static void RequireStatus(Server server, string action, params string[] statuses)
    {
        if (server.TaskState is { } task)
            throw NovaErrors.Conflict($"Cannot '{action}' instance {server.Id} while it is in task_state {task}");
        if (!statuses.Contains(server.Status))
            throw NovaErrors.Conflict($"Cannot '{action}' instance {server.Id} while it is in vm_state {server.VmState}");
    }

    private static Answer Accepted(NovaCall call, Server server, string detail)
    {
        call.Call.Wrote(server.Name, detail);
        return Answer.Empty(202);
    }

    /// <summary>The host named, or the emptiest that takes servers, of the same kind and zone and with room.</summary>
    private Hypervisor? Choose(Server server, string? wanted)
    {
        if (wanted is not null && !World.Hypervisors.Exists(known => known.ServiceHost == wanted && !known.ServiceDeleted))
            throw NovaErrors.Bad($"Compute host {wanted} could not be found.");
        return World.Hypervisors
            .Where(known => known != server.Host && !known.ServiceDeleted && !known.ServiceDisabled && !known.ForcedDown && known.ServiceUp)
            .Where(known => wanted is null || known.ServiceHost == wanted)
            .Where(known => known.Profile.HasGpu == server.Host.Profile.HasGpu && World.ZoneOf(known) == World.ZoneOf(server.Host))
            .Where(known => World.ServersOn(known).Sum(other => other.Flavor.RamMiB) + server.Flavor.RamMiB + 512 <= known.Profile.MemoryMiB)
            .MinBy(known => World.ServersOn(known).Sum(other => other.Flavor.RamMiB));
    }

    private Migration Add(Server server, string type, Hypervisor target)
    {
        var now = lab.Clock.Now;
        var migration = new Migration
        {
            Id = World.Migrations.Count + 1, Uuid = Guid.NewGuid(), Type = type, Server = server, Source = server.Host, Destination = target, StatusBefore = server.Status, Created = now, Updated = now,
        };
        World.Migrations.Add(migration);
        return migration;
    }

    private InstanceAction Log(Server server, string name, string @event)
    {
        var now = lab.Clock.Now;
        var action = new InstanceAction { ServerId = server.Id, Name = name, RequestId = $"req-{Guid.NewGuid()}", Started = now, Updated = now, Event = @event };
        World.Actions.Add(action);
        return action;
    }

    private void End(InstanceAction action, string result, string? details)
    {
        action.Result = result;
        action.Details = details;
        action.Message = result == "Error" ? "Error" : null;
        action.Updated = lab.Clock.Now;
    }

    private void SetStatus(Migration migration, string status)
    {
        migration.Status = status;
        migration.Updated = lab.Clock.Now;
    }

    private async Task RunLiveAsync(Migration migration, InstanceAction action)
    {
        await lab.Clock.DelayAsync(2, CancellationToken.None);
        var server = migration.Server;
        bool fails;
        bool hangs;
        lock (World.Gate)
        {
            // What the source's checks refuse comes back after the 202.
            fails = server.Moves == MoveBehaviour.Fails || IsPassthrough(server);
            hangs = server.Moves == MoveBehaviour.Hangs;
            if (!fails)
                SetStatus(migration, "running");
        }

        // Memory goes over at about a GiB in a lab second.
        var copied = hangs ? Task.Delay(Timeout.Infinite) : lab.Clock.DelayAsync(fails ? 1 : 3 + (server.Flavor.RamMiB / 1024.0), CancellationToken.None);
        var decided = await Task.WhenAny(copied, migration.Decision.Task) == migration.Decision.Task ? await migration.Decision.Task : (bool?)null;
        lock (World.Gate)
        {
            server.TaskState = null;
            server.Status = migration.StatusBefore;
            server.Updated = lab.Clock.Now;
            if (decided == false)
            {
                SetStatus(migration, "cancelled");
                End(action, "Error", "Live migration was aborted");
            }
            else if (fails)
            {
                SetStatus(migration, "error");
                End(action, "Error", "Migration pre-check error: the instance cannot be migrated live");
            }
            else
            {
                if (server.Moves != MoveBehaviour.Stays)
                    server.Host = migration.Destination;
                SetStatus(migration, "completed");
                End(action, "Success", null);
            }
        }
    }

    private async Task RunColdAsync(Migration migration, InstanceAction action)
    {
        var server = migration.Server;
        await lab.Clock.DelayAsync(5 + (server.Flavor.DiskGiB / 10.0), CancellationToken.None);
        lock (World.Gate)
        {
            server.TaskState = null;
            server.Updated = lab.Clock.Now;
            if (server.Moves == MoveBehaviour.Fails)
            {
                server.Status = migration.StatusBefore;
                SetStatus(migration, "error");
                End(action, "Error", "Resize error: not able to execute ssh command");
                return;
            }

            server.Host = migration.Destination;
            server.Status = "VERIFY_RESIZE";
            SetStatus(migration, "finished");
            End(action, "Success", null);
        }
    }

    private IEnumerable<Migration> Going(Server server) =>
        World.Migrations.Where(migration => migration.Server == server && migration.Type == "live-migration" && migration.Status is ("preparing" or "running"));

    private Migration FindGoing(NovaCall call, Server server) =>
        Going(server).FirstOrDefault(migration => $"{migration.Id}" == call.Call.Route("migration"))
            ?? throw NovaErrors.NotFound($"Migration {call.Call.Route("migration")} for server {server.Id} is not found or not in progress.");

    private static JsonObject Row(Migration migration, int version)
    {
        var row = new JsonObject
        {
            ["id"] = migration.Id,
            ["status"] = migration.Status,
            ["source_compute"] = migration.Source.ServiceHost,
            ["source_node"] = migration.Source.Fqdn,
            ["dest_compute"] = migration.Destination.ServiceHost,
            ["dest_node"] = migration.Destination.Fqdn,
            ["dest_host"] = migration.Destination.ManagementAddress,
            ["created_at"] = NovaTime.Micro(migration.Created),
            ["updated_at"] = NovaTime.Micro(migration.Updated),
        };
        if (version >= 59)
            row["uuid"] = migration.Uuid.ToString();
        if (version >= 80)
        {
            row["user_id"] = migration.Server.UserId;
            row["project_id"] = migration.Server.Project.Id;
        }

        return row;
    }

    private static JsonObject CurrentRow(Migration migration, int version)
    {
        var row = Row(migration, version);
        var memory = migration.Server.Flavor.RamMiB * 1024L * 1024;
        row["server_uuid"] = migration.Server.Id.ToString();
        row["memory_total_bytes"] = memory;
        row["memory_processed_bytes"] = memory / 2;
        row["memory_remaining_bytes"] = memory - (memory / 2);
        row["disk_total_bytes"] = 0;
        row["disk_processed_bytes"] = 0;
        row["disk_remaining_bytes"] = 0;
        return row;
    }

    private static JsonObject HistoryRow(Migration migration, int version)
    {
        var row = Row(migration, version);
        row["instance_uuid"] = migration.Server.Id.ToString();
        row["old_instance_type_id"] = 1;
        row["new_instance_type_id"] = 1;
        if (version >= 23)
            row["migration_type"] = migration.Type;
        return row;
    }

    private static JsonObject ActionRow(InstanceAction action, Server server, int version)
    {
        var row = new JsonObject
        {
            ["action"] = action.Name,
            ["instance_uuid"] = action.ServerId.ToString(),
            ["message"] = action.Message,
            ["project_id"] = server.Project.Id,
            ["request_id"] = action.RequestId,
            ["start_time"] = NovaTime.Micro(action.Started),
            ["user_id"] = server.UserId,
        };
        if (version >= 58)
            row["updated_at"] = NovaTime.Micro(action.Updated);
        return row;
    }

    private static JsonObject CreateRow(Server server, int version) => ActionRow(
        new InstanceAction { ServerId = server.Id, Name = "create", RequestId = $"req-{server.Id}", Started = server.Created, Updated = server.Created.AddSeconds(5), Event = "compute__do_build_and_run_instance" },
        server, version);

    private static JsonObject EventRow(InstanceAction action, NovaCall call)
    {
        var row = new JsonObject
        {
            ["event"] = action.Event,
            ["start_time"] = NovaTime.Micro(action.Started),
            ["finish_time"] = action.Result is null ? null : NovaTime.Micro(action.Updated),
            ["result"] = action.Result,
            ["traceback"] = null,
        };
        if (call.Version >= 84)
            row["details"] = action.Details;
        return row;
    }
}

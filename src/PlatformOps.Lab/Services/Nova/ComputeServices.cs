using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary><c>/os-services</c>: by uuid from 2.53, by host and binary before.</summary>
internal sealed class ComputeServices(LabContext lab)
{
    private const string Binary = "nova-compute";
    private static readonly string[] Updatable = ["status", "disabled_reason", "forced_down"];
    private static readonly Guid ControlSeed = new("7e3e1d36-0f0c-4b3c-9d6b-6a0c9f3c1a00");

    public Answer List(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-services:list");
        call.AllowOnly(75, "host", "binary");
        // Of a cell that does not answer there are the names of its hosts, from 2.69.
        var rows = Control(call.Version)
            .Concat(Live().Where(hypervisor => !lab.World.IsDown(hypervisor)).Select(hypervisor => Row(hypervisor, call.Version)))
            .Concat(Live().Where(hypervisor => lab.World.IsDown(hypervisor) && call.Version >= 69)
                .Select(hypervisor => new JsonObject { ["binary"] = Binary, ["host"] = hypervisor.ServiceHost, ["status"] = "UNKNOWN" }))
            .Where(row => call.Query("host") is not { Length: > 0 } host || row.Text("host") == host)
            .Where(row => call.Query("binary") is not { Length: > 0 } binary || row.Text("binary") == binary);
        return Answer.Ok(new JsonObject { ["services"] = JsonText.Array(rows) });
    }

    public Answer Update(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-services:update");
        return call.Version >= 53 ? UpdateById(call) : UpdateByHost(call);
    }

    public Answer Delete(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-services:delete");
        var hypervisor = call.Version >= 53 ? ById(call) : Live().FirstOrDefault(known => known.Number.ToString(CultureInfo.InvariantCulture) == call.Id)
            ?? throw NovaErrors.NotFound($"Service {call.Id} could not be found.");
        if (lab.World.ServersOn(hypervisor).Any())
            throw NovaErrors.Conflict("Unable to delete compute service that is hosting instances. Migrate or delete the instances first.");
        hypervisor.ServiceDeleted = true;
        foreach (var aggregate in lab.World.Aggregates)
            aggregate.Hosts.Remove(hypervisor.ServiceHost);
        call.Call.Wrote(hypervisor.ServiceHost, "deleted");
        return Answer.Empty(204);
    }

    private IEnumerable<Hypervisor> Live() => lab.World.Hypervisors.Where(hypervisor => !hypervisor.ServiceDeleted);

    private IEnumerable<JsonObject> Control(int version)
    {
        IEnumerable<(string Binary, string Host)> all =
        [
            ("nova-conductor", "ctl01.lab.example"), ("nova-scheduler", "ctl01.lab.example"),
            .. Live().Where(hypervisor => hypervisor.Tenants.Contains(Tenant.NovaConductor) && !lab.World.IsDown(hypervisor)).Select(hypervisor => ("nova-conductor", hypervisor.Fqdn)),
            .. Live().Where(hypervisor => hypervisor.Tenants.Contains(Tenant.NovaScheduler)).Select(hypervisor => ("nova-scheduler", hypervisor.Fqdn)),
        ];
        return all.Select((service, index) =>
        {
            var id = ControlSeed.ToByteArray();
            id[15] = (byte)(index + 1);
            return With(version, new JsonObject
            {
                ["id"] = version >= 53 ? new Guid(id).ToString() : 1001 + index,
                ["binary"] = service.Binary,
                ["host"] = service.Host,
                ["zone"] = "internal",
                ["status"] = "enabled",
                ["state"] = "up",
                ["updated_at"] = NovaTime.Micro(lab.Clock.Now),
                ["disabled_reason"] = null,
            }, forcedDown: false);
        });
    }

    private JsonObject Row(Hypervisor hypervisor, int version) => With(version, new JsonObject
    {
        ["id"] = version >= 53 ? hypervisor.ServiceId.ToString() : hypervisor.Number,
        ["binary"] = Binary,
        ["host"] = hypervisor.ServiceHost,
        ["zone"] = lab.World.ZoneOf(hypervisor),
        ["status"] = hypervisor.ServiceDisabled ? "disabled" : "enabled",
        ["state"] = hypervisor.ServiceUp && !hypervisor.ForcedDown ? "up" : "down",
        // A live service reports every few seconds.
        ["updated_at"] = NovaTime.Micro(hypervisor.ServiceUp ? lab.Clock.Now : hypervisor.ServiceChanged),
        ["disabled_reason"] = hypervisor.DisabledReason,
    }, hypervisor.ForcedDown);

    private static JsonObject With(int version, JsonObject row, bool forcedDown)
    {
        if (version >= 11)
            row["forced_down"] = forcedDown;
        return row;
    }

    private Hypervisor ById(NovaCall call)
    {
        if (!Guid.TryParse(call.Id, out var id))
            throw NovaErrors.Bad($"Invalid uuid {call.Id}");
        var found = Live().FirstOrDefault(known => known.ServiceId == id) ?? throw NovaErrors.NotFound($"Service {call.Id} could not be found.");
        return lab.World.IsDown(found) ? throw NovaErrors.CellDown() : found;
    }

    private Answer UpdateById(NovaCall call)
    {
        var hypervisor = ById(call);
        if (call.Call.Json is not JsonObject body)
            throw NovaErrors.Bad("Malformed request body");
        if (body.FirstOrDefault(pair => !Updatable.Contains(pair.Key)).Key is { } odd)
            throw NovaErrors.Bad($"Additional properties are not allowed ('{odd}' was unexpected)");

        var status = body.Text("status");
        if (body.Has("status") && status is not ("enabled" or "disabled"))
            throw NovaErrors.Bad($"Invalid input for field/attribute status. Value: {status}. '{status}' is not one of ['enabled', 'disabled']");
        var reason = body.Text("disabled_reason");
        if (reason is not null && status != "disabled")
            throw NovaErrors.Bad("Specifying disabled_reason requires that status is 'disabled'.");
        if (reason is { Length: 0 or > 255 })
            throw NovaErrors.Bad($"Invalid input for field/attribute disabled_reason. Value: {reason}. '{reason}' is too {(reason.Length == 0 ? "short" : "long")}");
        var forced = body.Has("forced_down") ? Flag(body["forced_down"]) : (bool?)null;
        if (status is null && forced is null)
            throw NovaErrors.Bad("No updates were requested. Fields 'status' or 'forced_down' should be specified.");

        if (status is not null)
            SetStatus(hypervisor, status == "disabled", reason);
        if (forced is { } down)
            SetForced(hypervisor, down);
        call.Call.Wrote(hypervisor.ServiceHost, body.ToJsonString(JsonText.Options));
        return Answer.Ok(new JsonObject { ["service"] = Row(hypervisor, call.Version) });
    }

    private Answer UpdateByHost(NovaCall call)
    {
        var body = call.Call.Json as JsonObject ?? throw NovaErrors.Bad("Malformed request body");
        var host = body.Text("host");
        var binary = body.Text("binary");
        if (host is null || binary is null)
            throw NovaErrors.Bad($"'{(host is null ? "host" : "binary")}' is a required property");
        if (call.Id is not ("enable" or "disable" or "disable-log-reason" or "force-down") || (call.Id == "force-down" && call.Version < 11))
            throw NovaErrors.NotFound("Unknown action");
        var hypervisor = Live().FirstOrDefault(known => known.ServiceHost == host && binary == Binary)
            ?? throw NovaErrors.NotFound($"Could not find binary {binary} on host {host}.");

        var row = new JsonObject { ["host"] = host, ["binary"] = binary };
        switch (call.Id)
        {
            case "enable":
                SetStatus(hypervisor, disabled: false, null);
                row["status"] = "enabled";
                break;
            case "disable":
                SetStatus(hypervisor, disabled: true, null);
                row["status"] = "disabled";
                break;
            case "disable-log-reason":
                var reason = body.Text("disabled_reason") ?? throw NovaErrors.Bad("Missing disabled reason field");
                SetStatus(hypervisor, disabled: true, reason);
                row["status"] = "disabled";
                row["disabled_reason"] = reason;
                break;
            default:
                SetForced(hypervisor, Flag(body["forced_down"]));
                row["forced_down"] = hypervisor.ForcedDown;
                break;
        }

        call.Call.Wrote(host, $"{call.Id} {body.ToJsonString(JsonText.Options)}");
        return Answer.Ok(new JsonObject { ["service"] = row });
    }

    private static bool Flag(JsonNode? node) => node?.ToString().ToLowerInvariant() switch
    {
        "true" or "1" or "on" or "yes" => true,
        "false" or "0" or "off" or "no" => false,
        var other => throw NovaErrors.Bad($"Invalid input for field/attribute forced_down. Value: {other}. {other} is not a boolean"),
    };

    private void SetStatus(Hypervisor hypervisor, bool disabled, string? reason)
    {
        hypervisor.ServiceDisabled = disabled;
        hypervisor.DisabledReason = disabled ? reason : null;
        hypervisor.ServiceChanged = lab.Clock.Now;
        // The scheduler hears of it through Placement.
        hypervisor.Traits.Remove("COMPUTE_STATUS_DISABLED");
        if (disabled)
            hypervisor.Traits.Add("COMPUTE_STATUS_DISABLED");
        hypervisor.ProviderGeneration++;
    }

    private void SetForced(Hypervisor hypervisor, bool down)
    {
        hypervisor.ForcedDown = down;
        hypervisor.ServiceChanged = lab.Clock.Now;
    }
}

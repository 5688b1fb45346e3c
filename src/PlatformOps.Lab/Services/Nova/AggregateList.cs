using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary><c>/os-aggregates</c> and the availability zones that they make.</summary>
internal sealed class AggregateList(LabContext lab)
{
    public Answer List(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-aggregates:index");
        return Answer.Ok(new JsonObject { ["aggregates"] = JsonText.Array(lab.World.Aggregates.Select(aggregate => Row(aggregate, call.Version))) });
    }

    public Answer Show(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-aggregates:show");
        return Answer.Ok(new JsonObject { ["aggregate"] = Row(Find(call), call.Version) });
    }

    public Answer Act(NovaCall call)
    {
        call.RequireAdmin("os_compute_api:os-aggregates:action");
        var aggregate = Find(call);
        var body = call.Call.Json as JsonObject;
        var action = body?.FirstOrDefault().Key;
        switch (action)
        {
            case "add_host":
            {
                var host = Host(body![action]);
                if (aggregate.Hosts.Contains(host))
                    throw NovaErrors.Conflict($"Cannot add host {host} in aggregate {aggregate.Id}: host exists");
                var other = lab.World.Aggregates.Find(known => known != aggregate && known.AvailabilityZone is not null && known.Hosts.Contains(host));
                if (aggregate.AvailabilityZone is { } zone && other is not null && other.AvailabilityZone != zone)
                    throw NovaErrors.Conflict($"Cannot add host to aggregate {aggregate.Id}. Reason: One or more hosts already in availability zone(s) ['{other.AvailabilityZone}'].");
                aggregate.Hosts.Add(host);
                call.Call.Wrote(host, $"add_host to {aggregate.Name}");
                break;
            }

            case "remove_host":
            {
                var host = Host(body![action]);
                if (!aggregate.Hosts.Remove(host))
                    throw NovaErrors.NotFound($"Cannot remove host {host} in aggregate {aggregate.Id}: not found");
                call.Call.Wrote(host, $"remove_host from {aggregate.Name}");
                break;
            }

            case "set_metadata":
            {
                foreach (var (key, value) in body![action].Part("metadata") as JsonObject ?? [])
                {
                    if (value is null)
                        aggregate.Metadata.Remove(key);
                    else
                        aggregate.Metadata[key] = value.ToString();
                }

                aggregate.AvailabilityZone = aggregate.Metadata.GetValueOrDefault("availability_zone");
                call.Call.Wrote(aggregate.Name, "set_metadata");
                break;
            }

            default:
                throw NovaErrors.Bad($"There is no such action: {action}");
        }

        return Answer.Ok(new JsonObject { ["aggregate"] = Row(aggregate, call.Version) });
    }

    public Answer Zones(NovaCall call, bool detail)
    {
        if (detail)
            call.RequireAdmin("os_compute_api:os-availability-zone:detail");
        var zones = lab.World.Hypervisors.Where(hypervisor => !hypervisor.ServiceDeleted).GroupBy(lab.World.ZoneOf).OrderBy(group => group.Key, StringComparer.Ordinal);
        return Answer.Ok(new JsonObject
        {
            ["availabilityZoneInfo"] = JsonText.Array(zones.Select(zone => (JsonNode)new JsonObject
            {
                ["zoneName"] = zone.Key,
                ["zoneState"] = new JsonObject { ["available"] = zone.Any(hypervisor => !hypervisor.ServiceDisabled) },
                ["hosts"] = !detail ? null : new JsonObject(zone.Select(hypervisor => KeyValuePair.Create(hypervisor.ServiceHost, (JsonNode?)new JsonObject
                {
                    ["nova-compute"] = new JsonObject
                    {
                        ["available"] = hypervisor.ServiceUp, ["active"] = !hypervisor.ServiceDisabled, ["updated_at"] = NovaTime.Micro(lab.Clock.Now),
                    },
                }))),
            })),
        });
    }

    private static JsonObject Row(Aggregate aggregate, int version)
    {
        var row = new JsonObject
        {
            ["id"] = aggregate.Id,
            ["name"] = aggregate.Name,
            ["availability_zone"] = aggregate.AvailabilityZone,
            ["created_at"] = NovaTime.Micro(aggregate.Created),
            ["updated_at"] = null,
            ["deleted"] = false,
            ["deleted_at"] = null,
            ["hosts"] = JsonText.Strings(aggregate.Hosts),
            ["metadata"] = new JsonObject(aggregate.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        if (version >= 41)
            row["uuid"] = aggregate.Uuid.ToString();
        return row;
    }

    private Aggregate Find(NovaCall call) => lab.World.Aggregates.Find(aggregate => aggregate.Id.ToString(CultureInfo.InvariantCulture) == call.Id)
        ?? throw NovaErrors.NotFound($"Aggregate {call.Id} could not be found.");

    private string Host(JsonNode? action)
    {
        var host = action.Text("host") ?? throw NovaErrors.Bad("'host' is a required property");
        return lab.World.Hypervisors.Any(hypervisor => hypervisor.ServiceHost == host && !hypervisor.ServiceDeleted)
            ? host
            : throw NovaErrors.NotFound($"Compute host {host} could not be found.");
    }
}

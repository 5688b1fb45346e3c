using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary><c>/lab/aquilon</c>: what a test may set in Aquilon; <c>/lab/aquilon/{fqdn}</c>: of one host there.</summary>
internal sealed class AquilonEndpoint(LabContext lab)
{
    private AquilonData Data => lab.World.Aquilon;

    public void Map(IEndpointRouteBuilder routes)
    {
        ControlEndpoint.Post(routes, "/aquilon", body => Locked(body, (key, value) => Set(key, value)));
        routes.MapPost("/aquilon/{fqdn}", async http =>
        {
            var fqdn = (string)http.Request.RouteValues["fqdn"]!;
            try
            {
                var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
                await ControlEndpoint.AnswerAsync(http, 200, Locked(body, (key, value) => Set(fqdn, key, value)));
            }
            catch (Exception failure) when (failure is LabException or System.Text.Json.JsonException)
            {
                await ControlEndpoint.AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
            }
        });
    }

    /// <summary>Everything that Aquilon has, for tests that look at the state reached.</summary>
    public static JsonObject Describe(AquilonData data) => new()
    {
        ["host"] = data.Host,
        ["password"] = data.Password,
        ["machines"] = JsonText.Array(data.Machines.Select(machine => (JsonNode)new JsonObject
        {
            ["label"] = machine.Label,
            ["model"] = machine.Model.Name,
            ["rack"] = machine.Rack,
            ["serial"] = machine.Serial,
            ["disks"] = JsonText.Strings(machine.Disks.Select(disk => disk.Name)),
            ["interfaces"] = JsonText.Array(machine.Interfaces.Select(port => (JsonNode)new JsonObject
            {
                ["name"] = port.Name, ["mac"] = port.Mac, ["type"] = port.Type, ["boot"] = port.IsBoot, ["defaultRoute"] = port.IsDefaultRoute, ["addresses"] = JsonText.Strings(port.Addresses.Select(address => address.Ip)),
            })),
            ["hostname"] = machine.Host?.Fqdn,
            ["buildStatus"] = machine.Host?.BuildStatus,
            ["personality"] = machine.Host?.Personality,
            ["os"] = machine.Host is { } host ? $"{host.OsName} {host.OsVersion}" : null,
            ["branch"] = machine.Host?.Branch,
            ["cluster"] = machine.Host?.Cluster,
            ["bootserver"] = machine.Host?.Bootserver,
            ["compilations"] = machine.Host?.Compilations,
        })),
        ["pxe"] = new JsonObject(data.PxeLinks.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    private JsonObject Locked(JsonNode? body, Action<string, JsonNode?> set)
    {
        if (body is not JsonObject given)
            throw new LabException("a JSON object is expected");
        lock (lab.World.Gate)
        {
            foreach (var (key, value) in given)
                set(key, value);
            return Describe(Data);
        }
    }

    private void Set(string key, JsonNode? value)
    {
        switch (key)
        {
            case "role":
                Data.Roles["ops"] = Text(value);
                break;
            case "needsJustification":
                Data.NeedsJustification = Text(value) == "true";
                break;
            case "unpublished":
                Data.Unpublished.Clear();
                Data.Unpublished.UnionWith((value as JsonArray ?? []).Select(Text));
                break;
            case "models":
                var kept = (value as JsonArray ?? []).Select(Text).ToList();
                Data.Models.RemoveAll(model => !kept.Contains(model.Name));
                break;
            case "addresses":
                // Names that an address has for itself, on no machine of the lab: they are in the way of who wants them.
                foreach (var ip in (value as JsonArray ?? []).Select(Text))
                    Data.Machines.Add(Squatter(ip));
                break;
            default:
                throw new LabException($"'{key}' cannot be set in Aquilon (can be: role, needsJustification, unpublished, models, addresses)");
        }
    }

    private AquilonMachine Squatter(string ip)
    {
        var machine = new AquilonMachine { Label = $"other-{ip.Replace('.', '-')}", Model = Data.Models[0], Rack = Data.Racks[0] };
        var port = new AquilonInterface { Name = "eth0", Mac = lab.World.Random.Mac("00:50:56") };
        port.Addresses.Add(new AquilonAddress(ip, $"other.{Data.Host.Split('.', 2)[1]}", "internal"));
        machine.Interfaces.Add(port);
        return machine;
    }

    private void Set(string fqdn, string key, JsonNode? value)
    {
        if (key == "pxe")
        {
            Data.PxeLinks[fqdn] = Text(value);
            return;
        }

        var host = Data.FindHost(fqdn) ?? throw new LabException($"Aquilon has no host '{fqdn}'");
        switch (key)
        {
            case "buildStatus":
                host.BuildStatus = Text(value);
                break;
            case "cluster":
                host.Cluster = value?.ToString();
                break;
            case "bootserver":
                host.Bootserver = value?.ToString();
                break;
            case "branch":
                host.Branch = Text(value);
                break;
            case "personality":
                host.Personality = Text(value);
                break;
            case "master":
                // eth0 as a part of a bridge or bond.
                Data.MachineOf(host)!.Interfaces.Find(port => port.Name == "eth0")!.Master = value?.ToString();
                break;
            default:
                throw new LabException($"'{key}' cannot be set on a host in Aquilon (can be: buildStatus, cluster, bootserver, branch, personality, master, pxe)");
        }
    }

    private static string Text(JsonNode? value) => value?.ToString() ?? throw new LabException("a value is expected");
}

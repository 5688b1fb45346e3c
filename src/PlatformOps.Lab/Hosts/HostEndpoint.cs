using PlatformOps.Lab.Control;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary><c>/lab/hosts</c>: the hosts, and what a test may set on one.</summary>
internal sealed class HostEndpoint(LabContext lab, HostFleet fleet)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/hosts", async http =>
        {
            JsonArray hosts;
            lock (lab.World.Gate)
                hosts = JsonText.Array(lab.World.Hypervisors.Select(hypervisor => Describe(fleet.Of(hypervisor))));
            await ControlEndpoint.AnswerAsync(http, 200, hosts);
        });
        routes.MapGet("/hosts/{name}", async http =>
        {
            JsonObject? found;
            lock (lab.World.Gate)
                found = fleet.Find((string)http.Request.RouteValues["name"]!) is { } host ? Describe(host) : null;
            await ControlEndpoint.AnswerAsync(http, found is null ? 404 : 200, found ?? new JsonObject { ["error"] = "no such host" });
        });
        routes.MapPost("/hosts/{name}", async http =>
        {
            var host = fleet.Find((string)http.Request.RouteValues["name"]!);
            try
            {
                var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) as JsonObject
                    ?? throw new LabException("a JSON object is expected");
                if (host is null)
                {
                    await ControlEndpoint.AnswerAsync(http, 404, new JsonObject { ["error"] = "no such host" });
                    return;
                }

                JsonObject answer;
                lock (lab.World.Gate)
                {
                    foreach (var (name, value) in body)
                        Set(host, name, value);
                    answer = Describe(host);
                }

                await ControlEndpoint.AnswerAsync(http, 200, answer);
            }
            catch (Exception failure) when (failure is LabException or System.Text.Json.JsonException)
            {
                await ControlEndpoint.AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
            }
        });
    }

    private static JsonObject Describe(LabHost host)
    {
        var row = host.Hypervisor is { } hypervisor ? WorldState.Hypervisor(host.Lab.World, hypervisor) : WorldState.Machine(host.Machine);
        row["bootId"] = host.BootId;
        row["up"] = host.IsUp;
        row["rootAccess"] = host.AcceptsOperatorAsRoot;
        row["bootMode"] = host.IsEfi ? "uefi" : "bios";
        row["diskFull"] = host.Files.IsFull;
        row["repositoriesBroken"] = host.RepositoriesBroken;
        row["packages"] = new JsonObject(host.Packages.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        row["updates"] = new JsonObject(host.Updates.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        row["sessions"] = JsonText.Strings(host.Sessions);
        row["hostKey"] = Setup.LabKeys.HostKeyLine(host.Machine.HostKey);
        return row;
    }

    private static void Set(LabHost host, string name, JsonNode? value)
    {
        var machine = host.Machine;
        switch (name)
        {
            case "osId":
                machine.OsId = Text();
                break;
            case "osVersion":
                machine.OsVersion = Text();
                break;
            case "reachable":
                machine.Reachable = Flag();
                break;
            case "rootAccess":
                host.SetRootAccess(Flag());
                break;
            case "serviceUp":
                Hypervisor().ServiceUp = Flag();
                break;
            case "serviceHost":
                Hypervisor().ServiceHost = Text();
                break;
            case "serviceDisabled":
                Hypervisor().ServiceDisabled = Flag();
                if (!Hypervisor().ServiceDisabled)
                    Hypervisor().DisabledReason = null;
                break;
            case "disabledReason":
                Hypervisor().DisabledReason = value is null ? null : Text();
                break;
            case "diskFull":
                host.Files.IsFull = Flag();
                break;
            case "repositoriesBroken":
                host.RepositoriesBroken = Flag();
                break;
            case "bootMode":
                host.IsEfi = Text() switch { "uefi" => true, "bios" => false, var other => throw new LabException($"bootMode is uefi or bios, not '{other}'") };
                if (host.IsEfi)
                    host.Files.InstallFolder("/sys/firmware/efi");
                else
                    host.Files.Uninstall("/sys/firmware/efi");
                break;
            case "packages" or "updates":
                foreach (var (package, version) in value as JsonObject ?? throw new LabException($"'{name}' is an object of names and versions"))
                {
                    var list = name == "packages" ? host.Packages : host.Updates;
                    if (version is null)
                        list.Remove(package);
                    else
                        list[package] = version.ToString();
                }

                break;
            case "files":
                foreach (var (path, content) in value as JsonObject ?? throw new LabException("'files' is an object of paths and contents"))
                {
                    if (content is null)
                        host.Files.Uninstall(path);
                    else
                        host.Files.Install(path, content.ToString());
                }

                break;
            case "sessions":
                host.Sessions.Clear();
                host.Sessions.AddRange((value as JsonArray ?? []).Select(user => user!.ToString()));
                break;
            case "processes":
                host.Processes.Clear();
                host.Processes.AddRange((value as JsonArray ?? []).Select(process => new HostProcess(host.NextPid(), process!.ToString().Split(' ')[0], process.ToString(), "root")));
                break;
            case "reboot":
                host.Reboot(0);
                break;
            case "reinstall":
                host.Reinstall(value.Text("osId") ?? machine.OsId, value.Text("osVersion") ?? "9.5");
                break;
            default:
                throw new LabException($"'{name}' cannot be set on a host (can be: osId, osVersion, reachable, rootAccess, serviceUp, serviceHost, serviceDisabled, disabledReason, diskFull, repositoriesBroken, bootMode, packages, updates, files, sessions, processes, reboot, reinstall)");
        }

        Hypervisor Hypervisor() => host.Hypervisor ?? throw new LabException($"'{name}' is a hypervisor's");

        string Text() => value is JsonValue ? value.ToString() : throw new LabException($"'{name}' needs a text");

        bool Flag() => value?.ToString() switch { "true" => true, "false" => false, _ => throw new LabException($"'{name}' is true or false") };
    }
}

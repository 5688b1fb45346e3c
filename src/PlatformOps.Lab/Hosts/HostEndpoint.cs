using PlatformOps.Lab.Control;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary><c>/lab/hosts</c>: the hosts, and what a test may set on one.</summary>
internal sealed class HostEndpoint(LabContext lab, HostFleet fleet)
{
    private const string NewVersion = "9.5";

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
        Post("/hosts/{name}", 200, (host, body) =>
        {
            foreach (var (name, value) in body)
                Set(host, name, value);
        });
        // What a boot from the installer does: it takes lab time, and the answer comes before it.
        Post("/hosts/{name}/reinstall", 202, (host, body) =>
        {
            if (body.FirstOrDefault(pair => pair.Key is not ("osId" or "osVersion")).Key is { } odd)
                throw new LabException($"'{odd}' is not known (can be: osId, osVersion)");
            host.BeginReinstall(body.Text("osId") ?? host.Machine.OsId, body.Text("osVersion") ?? NewVersion);
        });

        void Post(string pattern, int status, Action<LabHost, JsonObject> change) => routes.MapPost(pattern, async http =>
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
                    change(host, body);
                    answer = Describe(host);
                }

                await ControlEndpoint.AnswerAsync(http, status, answer);
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
        row["poweredOn"] = host.IsPoweredOn;
        row["rootAccess"] = host.AcceptsOperatorAsRoot;
        row["bootMode"] = host.IsEfi ? "uefi" : "bios";
        row["diskFull"] = host.Files.IsFull;
        row["repositoriesBroken"] = host.RepositoriesBroken;
        row["packages"] = new JsonObject(host.Packages.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        row["updates"] = new JsonObject(host.Updates.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        row["containers"] = JsonText.Strings(host.Containers.Select(container => container.Name));
        row["mounts"] = new JsonObject(HostReports.Mounted(host).Select(disk => KeyValuePair.Create(disk.MountPoint!, (JsonNode?)$"{disk.FileSystem} on {disk.Path}")));
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
            case "scraped":
                Hypervisor().IsScraped = Flag();
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
            case "cell":
                Hypervisor().Cell = Text();
                break;
            case "cellDown":
                if (Flag())
                    host.Lab.World.DownCells.Add(Hypervisor().Cell);
                else
                    host.Lab.World.DownCells.Remove(Hypervisor().Cell);
                break;
            case "tenants":
                var tenants = (value as JsonArray ?? throw new LabException("'tenants' is a list of names")).Select(tenant => Tenants.Parse(tenant!.ToString())).ToList();
                Hypervisor().Tenants.Clear();
                Hypervisor().Tenants.UnionWith(tenants);
                break;
            case "serversMoved":
                // What operators do: every server to the host in service that has the fewest.
                if (Flag())
                {
                    foreach (var server in host.Lab.World.ServersOn(Hypervisor()).ToList())
                        server.Host = host.Lab.World.Hypervisors.Where(other => other != Hypervisor() && other is { ServiceDisabled: false, ServiceUp: true }).MinBy(other => host.Lab.World.ServersOn(other).Count()) ?? throw new LabException("no other host is in service");
                }

                break;
            case "leakedAllocations":
                var leaked = int.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw new LabException("'leakedAllocations' is a whole number");
                Hypervisor().LeakedAllocations.Clear();
                Hypervisor().LeakedAllocations.AddRange(Enumerable.Range(0, leaked).Select(_ => Guid.NewGuid()));
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
            case "containers":
                host.Containers.Clear();
                host.Containers.AddRange(Rows().Select(row => row is JsonObject given
                    ? new HostContainer(given.Text("name") ?? throw new LabException("a container needs a name"), given.Text("tool") ?? "docker", given.Text("state") != "exited")
                    : new HostContainer(row!.ToString())));
                break;
            case "units":
                foreach (var (unit, state) in value as JsonObject ?? throw new LabException("'units' is an object of names and states, or of objects with state and enabled"))
                    host.SetUnit(unit, state is JsonObject ? state.Text("state") ?? throw new LabException("a unit needs a state") : state?.ToString(), (state as JsonObject).Text("enabled"));
                break;
            case "mounts":
                host.Mounts.Clear();
                host.Mounts.AddRange(Rows().Select(row => new HostMount(
                    row.Text("target") ?? throw new LabException("a mount needs a target"), row.Text("source") ?? "filer:/export", row.Text("fileSystem") ?? "nfs4", "rw,relatime")));
                break;
            case "domains":
                host.StrayDomains.Clear();
                host.StrayDomains.AddRange(Rows().Select(row => row!.ToString()));
                break;
            case "missing":
                host.MissingPrograms.Clear();
                host.MissingPrograms.UnionWith(Rows().Select(row => row!.ToString()));
                break;
            case "disks":
                foreach (var (disk, content) in value as JsonObject ?? throw new LabException("'disks' is an object of names and what they carry"))
                    host.Disks.Put(disk, content as JsonObject);
                break;
            case "reboot":
                host.Reboot(0);
                break;
            case "reinstall":
                host.Reinstall(value.Text("osId") ?? machine.OsId, value.Text("osVersion") ?? NewVersion);
                break;
            default:
                throw new LabException($"'{name}' cannot be set on a host (can be: osId, osVersion, reachable, scraped, rootAccess, serviceUp, serviceHost, serviceDisabled, disabledReason, cell, cellDown, tenants, serversMoved, leakedAllocations, diskFull, repositoriesBroken, bootMode, packages, updates, files, sessions, processes, containers, units, mounts, domains, missing, disks, reboot, reinstall)");
        }

        Hypervisor Hypervisor() => host.Hypervisor ?? throw new LabException($"'{name}' is a hypervisor's");

        string Text() => value is JsonValue ? value.ToString() : throw new LabException($"'{name}' needs a text");

        JsonArray Rows() => value as JsonArray ?? throw new LabException($"'{name}' is a list");

        bool Flag() => value?.ToString() switch { "true" => true, "false" => false, _ => throw new LabException($"'{name}' is true or false") };
    }
}

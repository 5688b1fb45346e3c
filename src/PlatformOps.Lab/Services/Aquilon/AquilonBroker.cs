using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Aquilon;

/// <summary>
/// The Aquilon broker: its commands, their checks and what they answer (quattor/aquilon, <c>lib/aquilon/worker/commands</c>).
/// The caller holds the world's lock.
/// </summary>
internal sealed class AquilonBroker(LabContext lab)
{
    private static readonly string[] Deletable = ["blind", "build", "decommissioned", "failed", "install"];

    private static readonly Dictionary<string, string[]> Transitions = new(StringComparer.Ordinal)
    {
        ["blind"] = ["build", "decommissioned", "failed"],
        ["build"] = ["almostready", "decommissioned", "failed", "ready"],
        ["install"] = ["build", "decommissioned", "failed", "reinstall"],
        ["almostready"] = ["decommissioned", "failed", "ready", "rebuild", "reinstall"],
        ["ready"] = ["almostready", "decommissioned", "failed", "rebuild", "reinstall"],
        ["reinstall"] = ["decommissioned", "failed", "rebuild"],
        ["rebuild"] = ["almostready", "decommissioned", "failed", "ready", "reinstall"],
        ["failed"] = ["decommissioned", "rebuild", "reinstall"],
        ["decommissioned"] = ["build", "install", "rebuild", "reinstall"],
    };

    private AquilonData Data => lab.World.Aquilon;

    /// <summary>How long a command takes, in lab seconds.</summary>
    public static double SecondsOf(string command) => command switch
    {
        "make" => 20,
        "manage" or "pxeswitch" or "change_status" => 8,
        _ => AqSyntax.Commands[command].IsWrite ? 3 : 0.5,
    };

    /// <summary>Runs a command.</summary>
    /// <returns>What goes to standard output, and the messages about it for standard error.</returns>
    /// <exception cref="BrokerRefusal">It failed, and changed nothing.</exception>
    public (string Text, string Messages) Run(AqOptions call, string principal)
    {
        if (!AqSyntax.Commands[call.Command].IsWrite || (call.Command == "pxeswitch" && call.Has("status")))
            return Read(call, principal);
        if (Data.Roles.GetValueOrDefault(principal, "nobody") == "nobody")
            throw new BrokerRefusal(401, $"Unauthorized access attempt by {principal}@{AquilonData.Realm} to {call.Command} on /{call.Command}.  Request permission from the Aquilon administrators.");
        if (call.Has("cm_check"))
            throw BrokerRefusal.Bad("aborting upon user request (option --cm_check used).  Please find the list of in-scope objects you have requested below:\n");
        if (Data.NeedsJustification && !call.Has("justification"))
            throw new BrokerRefusal(401, "The operation has production impact, --justification is required.");
        var messages = call.Command switch
        {
            "change_status" => ChangeStatus(call),
            "del_host" => DeleteHost(call),
            "del_machine" => DeleteMachine(call),
            "del_interface" => DeleteInterface(call),
            "del_interface_address" => DeleteAddress(call),
            "update_interface" => UpdateInterface(call),
            "add_machine" => AddMachine(call),
            "add_interface" => AddInterface(call),
            "add_interface_address" => AddAddress(call),
            "add_host" => AddHost(call),
            "add_disk" => AddDisk(call),
            "del_disk" => DeleteDisk(call),
            "manage" => Manage(call),
            "make" => Make(call),
            _ => SwitchPxe(call),
        };
        lab.Journal.Wrote("aquilon", call.Command, TargetOf(call), string.Join(' ', call.Values.Select(pair => $"--{pair.Key} {pair.Value}".TrimEnd())));
        return ("", messages);
    }

    /// <summary>The names of what a call is about, for the target of a fault.</summary>
    public IEnumerable<string> TargetsOf(AqOptions call)
    {
        if (call["hostname"] is { } hostname)
            yield return hostname;
        if (call["machine"] is { } label)
        {
            yield return label;
            if (Data.Machines.Find(machine => machine.Label == label)?.Host is { } host)
                yield return host.Fqdn;
        }
    }

    private static string TargetOf(AqOptions call) => call["hostname"] ?? call["machine"] ?? call["mac"] ?? "";

    private (string, string) Read(AqOptions call, string principal) => call.Command switch
    {
        "status" => ($"Aquilon Broker 1.12.94\nServer: {Data.Host}\nDatabase: postgresql://aqd@localhost/aquilon\nSandboxes: /var/quattor/templates\nConnected as: {principal}@{AquilonData.Realm} [{Data.Roles.GetValueOrDefault(principal, "nobody")}]", ""),
        "show_host" => (call["hostname"] is { } name ? AquilonText.Of(Data.MachineOf(Host(name))!) : string.Join('\n', Hosts().Select(host => host.Fqdn)), ""),
        "search_host" => (string.Join('\n', Hosts().Where(host => Fits(host, call)).Select(host => host.Fqdn)), ""),
        "show_machine" => (string.Join('\n', (call["machine"] is { } label ? [Machine(label)] : Data.Machines).Select(machine => call["format"] == "csv" ? AquilonText.Csv(machine) : AquilonText.Of(machine))), ""),
        "search_machine" => (string.Join('\n', Data.Machines.Where(machine => Fits(machine, call)).Select(machine => machine.Label)), ""),
        "show_model" => (Model(call["model"]!, call["vendor"]) is var model ? $"Vendor: {model.Vendor} Model: {model.Name}\n  Model Type: rackmount" : "", ""),
        "show_rack" => ($"Rack: {Known(Data.Racks, call["rack"]!, "Rack")}", ""),
        "show_archetype" => ($"Archetype: {Known(Data.Archetypes, call["archetype"]!, "Archetype")} [compilable]", ""),
        "show_personality" => (string.Join('\n', (call.Has("all") ? Data.Personalities : [Known(Data.Personalities, $"{call["archetype"]}/{call["personality"]}", "Personality", notFound: call["personality"])]).Select(AquilonText.Personality)), ""),
        "show_os" => (ShowOs(call), ""),
        "show_domain" => (string.Join('\n', (call["domain"] is { } domain ? [Known(Domains, domain, "Domain")] : Domains).Select(AquilonText.Domain)), ""),
        "show_sandbox" => (string.Join('\n', (call["sandbox"] is { } sandbox ? [Sandboxes.Find(known => known.Split('/')[1] == sandbox.Split('/')[^1]) ?? throw BrokerRefusal.NotFound($"Sandbox {sandbox}")] : Sandboxes).Select(AquilonText.Sandbox)), ""),
        _ => ("", PxeStatus(call)),
    };

    private IEnumerable<AquilonHost> Hosts() => Data.Machines.Select(machine => machine.Host).OfType<AquilonHost>().OrderBy(host => host.Fqdn, StringComparer.Ordinal);

    private static bool Fits(AquilonHost host, AqOptions call) =>
        (call["hostname"] is not { } name || host.Fqdn == name) && (call["archetype"] is not { } archetype || host.Archetype == archetype)
        && (call["personality"] is not { } personality || host.Personality == personality) && ((call["domain"] ?? call["sandbox"]) is not { } branch || host.Branch == branch)
        && (call["buildstatus"] is not { } status || host.BuildStatus == status);

    private static bool Fits(AquilonMachine machine, AqOptions call) =>
        (call["machine"] is not { } label || machine.Label == label) && (call["hostname"] is not { } name || machine.Host?.Fqdn == name)
        && (call["mac"] is not { } mac || machine.Interfaces.Exists(port => Same(port.Mac, mac)))
        && (call["ip"] is not { } ip || machine.Interfaces.Exists(port => port.Addresses.Exists(address => address.Ip == ip && address.Environment == (call["network_environment"] ?? "internal"))))
        && (call["model"] is not { } model || machine.Model.Name == model) && (call["serial"] is not { } serial || machine.Serial == serial);

    private string ShowOs(AqOptions call)
    {
        var found = Data.OperatingSystems.Select(os => os.Split('/'))
            .Where(os => (call["archetype"] is not { } archetype || os[0] == archetype) && (call["osname"] is not { } name || os[1] == name) && (call["osversion"] is not { } version || os[2] == version)).ToList();
        return found.Count == 0
            ? throw BrokerRefusal.NotFound($"Operating System {call["osname"]}, version {call["osversion"]}, archetype {call["archetype"]}")
            : string.Join('\n', found.Select(os => $"Operating System: {os[1]}\n  Version: {os[2]}\n  Archetype: {os[0]}\n  Lifecycle: production"));
    }

    private string ChangeStatus(AqOptions call)
    {
        var host = Host(call["hostname"]!);
        var wanted = call["buildstatus"]!;
        if (!Transitions.ContainsKey(wanted))
            throw BrokerRefusal.Bad($"Unknown host lifecycle '{wanted}'.");
        if (wanted == host.BuildStatus)
            return "";
        if (!Transitions[host.BuildStatus].Contains(wanted))
            throw BrokerRefusal.Bad($"Cannot change state to {wanted} from {host.BuildStatus}. Legal states are: {string.Join(", ", Transitions[host.BuildStatus])}");
        if (wanted == "decommissioned" && host.Cluster is { } cluster)
            throw BrokerRefusal.Bad($"Cannot change state to decommissioned, as Compute Cluster {cluster}'s state is not decommissioned.");
        host.BuildStatus = wanted;
        return "";
    }

    private string DeleteHost(AqOptions call)
    {
        var host = Host(call["hostname"]!);
        if (!Deletable.Contains(host.BuildStatus))
            throw BrokerRefusal.Bad($"This host status \"{host.BuildStatus}\" combined with its archetype configuration prevents it from being deleted.  In case of archetype \"{host.Archetype}\", only hosts with the following status can be deleted: {string.Join(", ", Deletable)}.");
        if (host.Cluster is { } cluster)
            throw BrokerRefusal.Bad($"Host {host.Fqdn} is still a member of compute cluster {cluster}, and cannot be deleted.  Please remove it from the cluster first.");
        var machine = Data.MachineOf(host)!;
        foreach (var port in machine.Interfaces)
            port.Addresses.RemoveAll(address => address.Ip == host.PrimaryAddress);
        machine.Host = null;
        return "";
    }

    private string DeleteMachine(AqOptions call)
    {
        var machine = Machine(call["machine"]!);
        if (machine.Host is { } host)
            throw BrokerRefusal.Bad($"Host {host.Fqdn} is still using the machine, so the machine cannot be deleted.");
        if (machine.Interfaces.SelectMany(port => port.Addresses).ToList() is { Count: > 0 } addresses)
            throw BrokerRefusal.Bad($"Machine {machine.Label} still provides the following addresses, delete them first: {string.Join(", ", addresses.Select(address => address.Ip).Order(StringComparer.Ordinal))}.");
        Data.Machines.Remove(machine);
        return "";
    }

    private string DeleteInterface(AqOptions call)
    {
        var machine = call["machine"] is { } label ? Machine(label)
            : Data.Machines.Find(known => known.Interfaces.Exists(port => Same(port.Mac, call["mac"]))) ?? throw BrokerRefusal.NotFound($"Interface, MAC {call["mac"]}");
        var port = machine.Interfaces.Find(known => (call["interface"] is not { } name || known.Name == name) && (call["mac"] is not { } mac || Same(known.Mac, mac)))
            ?? throw BrokerRefusal.NotFound($"Interface {call["interface"]}, machine {machine.Label}");
        if (machine.Interfaces.Where(other => other.Type == "vlan" && other.Name.StartsWith(port.Name + ".", Ordinal)).Select(other => other.Name).ToList() is { Count: > 0 } children)
            throw BrokerRefusal.Bad($"{Label(port, machine)} is the parent of the following VLAN interfaces, delete them first: {string.Join(", ", children)}.");
        if (machine.Interfaces.Where(other => other.Master == port.Name).Select(other => other.Name).ToList() is { Count: > 0 } slaves)
            throw BrokerRefusal.Bad($"{Label(port, machine)} is the master of the following slave interfaces, delete them first: {string.Join(", ", slaves)}.");
        if (machine.Host is { } host && port.Addresses.Exists(address => address.Ip == host.PrimaryAddress))
            throw BrokerRefusal.Bad($"{Label(port, machine)} holds the primary address of the machine, therefore it cannot be deleted.  You should delete the host first.");
        if (port.Addresses.Count > 0)
            throw BrokerRefusal.Bad($"{Label(port, machine)} still has the following addresses configured, delete them first: {string.Join(", ", port.Addresses.Select(address => $"{port.Name}: {address.Ip}"))}.");
        machine.Interfaces.Remove(port);
        return "";
    }

    private string DeleteAddress(AqOptions call)
    {
        var machine = Hardware(call);
        var port = Port(machine, call["interface"]!);
        var address = (call["ip"], call["fqdn"]) switch
        {
            (null, null) => throw BrokerRefusal.Bad("Please specify the address to be removed using either --ip, --label, or --fqdn."),
            ({ } ip, _) => port.Addresses.Find(known => known.Ip == ip) ?? throw BrokerRefusal.Bad($"{Label(port, machine)} does not have IP address {ip} assigned to it."),
            (_, var fqdn) => port.Addresses.Find(known => known.Fqdn == fqdn) ?? throw BrokerRefusal.NotFound($"DNS Record {fqdn}, DNS environment internal"),
        };
        var environment = call["network_environment"] ?? "internal";
        if (address.Environment != environment)
            throw BrokerRefusal.Bad($"The specified address lives in network environment {address.Environment}, not in network environment {environment}.  Use the --network_environment option to select the correct environment.");
        if (address.Ip == machine.Host?.PrimaryAddress)
            throw BrokerRefusal.Bad("The primary IP address of a hardware entity cannot be removed.");
        port.Addresses.Remove(address);
        return "";
    }

    private string UpdateInterface(AqOptions call)
    {
        var machine = Hardware(call);
        var port = Port(machine, call["interface"]!);
        if (call.Has("clear_master") && port.Master is null)
            throw BrokerRefusal.Bad($"{Label(port, machine)} is not a slave.");
        if (call.Has("boot") && port.Mac is null)
            throw BrokerRefusal.Bad("Bootable interfaces require a MAC address.");
        if (call.Has("clear_master"))
            port.Master = null;
        if (call["master"] is { } master)
            port.Master = Port(machine, master).Name;
        if (call.Has("boot"))
        {
            foreach (var other in machine.Interfaces)
                other.IsBoot = other == port;
        }

        if (call.Has("default_route") || call.Has("boot"))
        {
            foreach (var other in machine.Interfaces)
                other.IsDefaultRoute = other == port || (other.IsDefaultRoute && !call.Has("boot"));
        }

        return "";
    }

    private string AddMachine(AqOptions call)
    {
        var label = call["machine"]!;
        var model = Model(call["model"]!, call["vendor"]);
        var rack = Known(Data.Racks, call["rack"]!, "Rack");
        if (Data.Machines.Exists(known => known.Label == label))
            throw BrokerRefusal.Bad($"Machine {label} already exists.");
        var machine = new AquilonMachine { Label = label, Model = model, Rack = rack, Serial = call["serial"] };
        // What every machine of the model begins with, whatever is in this one.
        machine.Disks.Add(model.Disk);
        Data.Machines.Add(machine);
        return "";
    }

    private string AddInterface(AqOptions call)
    {
        var machine = Hardware(call);
        var name = call["interface"]!;
        if (machine.Interfaces.Exists(known => known.Name == name))
            throw BrokerRefusal.Bad($"Public Interface {name} of machine {machine.Label} already exists.");
        if (call["mac"] is { } mac && Data.Machines.Find(known => known.Interfaces.Exists(port => Same(port.Mac, mac))) is { } owner)
            throw BrokerRefusal.Bad($"MAC address {mac.ToLowerInvariant()} is already used by {Label(owner.Interfaces.Find(port => Same(port.Mac, mac))!, owner).ToLowerInvariant()}.");
        var type = call["iftype"] ?? (name.StartsWith("bmc", Ordinal) ? "management" : name.StartsWith("br", Ordinal) ? "bridge" : name.Contains('.', Ordinal) ? "vlan" : "public");
        machine.Interfaces.Add(new AquilonInterface
        {
            Name = name,
            Mac = call["mac"]?.ToLowerInvariant(),
            Type = type,
            // The first one with a name that the broker takes for bootable.
            IsBoot = name == "eth0",
            IsDefaultRoute = name == "eth0",
        });
        return "";
    }

    private string AddAddress(AqOptions call)
    {
        var machine = Hardware(call);
        var port = Port(machine, call["interface"]!);
        var ip = call["ip"] ?? throw BrokerRefusal.Bad("Please specify one of the --ip, --ipfromip, --ipfromsystem, or --autoip parameters.");
        FreeAddress(ip);
        var fqdn = call["fqdn"] ?? (machine.Host is { } host ? $"{host.Fqdn.Split('.')[0]}{(port.Type == "management" ? "r" : "-" + port.Name)}.{host.Fqdn.Split('.', 2)[1]}"
            : throw BrokerRefusal.Bad($"Machine {machine.Label} has no primary name, can not auto-generate the DNS record.  Please specify --fqdn."));
        port.Addresses.Add(new AquilonAddress(ip, fqdn, call["network_environment"] ?? "internal"));
        return "";
    }

    private string AddHost(AqOptions call)
    {
        var fqdn = call["hostname"]!;
        var archetype = Known(Data.Archetypes, call["archetype"]!, "Archetype");
        var machine = Machine(call["machine"]!);
        if (machine.Host is { } present)
            throw BrokerRefusal.Bad($"Machine {machine.Label} is already allocated to host {present.Fqdn}.");
        Domain(fqdn);
        var branch = Branch(call);
        if (branch == "prod")
            throw BrokerRefusal.Bad("Adding hosts to domain prod is not allowed.");
        var personality = call["personality"] ?? "inventory";
        Known(Data.Personalities, $"{archetype}/{personality}", "Personality", $"{personality}, archetype {archetype}");
        var (osName, osVersion) = (call["osname"] ?? "rocky", call["osversion"] ?? "8x-x86_64");
        Known(Data.OperatingSystems, $"{archetype}/{osName}/{osVersion}", "Operating System", $"{osName}, version {osVersion}, archetype {archetype}");
        if (Data.FindHost(fqdn) is not null)
            throw BrokerRefusal.Bad($"DNS Record {fqdn} already exists.");
        var boot = machine.BootInterface ?? throw BrokerRefusal.Bad($"You have specified an IP address for the host, but machine {machine.Label} does not have a bootable interface.");
        FreeAddress(call["ip"]!);
        boot.Addresses.Add(new AquilonAddress(call["ip"]!, fqdn, "internal"));
        machine.Host = new AquilonHost
        {
            Fqdn = fqdn,
            PrimaryAddress = call["ip"]!,
            Archetype = archetype,
            Personality = personality,
            OsName = osName,
            OsVersion = osVersion,
            Branch = branch,
            BuildStatus = call["buildstatus"] ?? "build",
        };
        return "";
    }

    private string AddDisk(AqOptions call)
    {
        var machine = Hardware(call);
        if (machine.Disks.Exists(known => known.Name == call["disk"]))
            throw BrokerRefusal.Bad($"Machine {machine.Label} already has a disk named {call["disk"]}.");
        if (!int.TryParse(call["size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            throw BrokerRefusal.Bad("Expected an integer for size.");
        machine.Disks.Add(new AquilonDisk(call["disk"]!, size, call["controller"]!, call.Has("boot")));
        return "";
    }

    private string DeleteDisk(AqOptions call)
    {
        var machine = Hardware(call);
        if (machine.Disks.RemoveAll(disk => call.Has("all") || disk.Name == call["disk"]) == 0 && !call.Has("all"))
            throw BrokerRefusal.NotFound($"Disk {call["disk"]}, machine {machine.Label}");
        return "";
    }

    private string Manage(AqOptions call)
    {
        var branch = Branch(call);
        if (branch == "prod")
            throw BrokerRefusal.Bad("Managing objects to domain prod is not allowed.");
        var host = Host(call["hostname"]!);
        if (host.Cluster is { } cluster)
            throw BrokerRefusal.Bad($"Cluster nodes must be managed at the cluster level; this host is a member of Compute Cluster {cluster}.");
        if (Data.Unpublished.Contains(host.Branch) && !call.Has("force"))
            throw BrokerRefusal.Bad($"The source {KindOf(host.Branch)} {host.Branch.Split('/')[^1]} contains uncommitted files.");
        if (host.Branch == branch)
            return "";
        var message = $"Moving host {host.Fqdn} from {KindOf(host.Branch)} {host.Branch.Split('/')[^1]} to {KindOf(branch)} {branch.Split('/')[^1]}";
        host.Branch = branch;
        return message;
    }

    private string Make(AqOptions call)
    {
        var host = Host(call["hostname"]!);
        var personality = call["personality"] ?? host.Personality;
        Known(Data.Personalities, $"{host.Archetype}/{personality}", "Personality", $"{personality}, archetype {host.Archetype}");
        var (osName, osVersion) = (call["osname"] ?? host.OsName, call["osversion"] ?? host.OsVersion);
        Known(Data.OperatingSystems, $"{host.Archetype}/{osName}/{osVersion}", "Operating System", $"{osName}, version {osVersion}, archetype {host.Archetype}");
        (host.Personality, host.OsName, host.OsVersion) = (personality, osName, osVersion);
        // The personality inventory requires no services.
        host.Bootserver = personality == "inventory" ? null : host.Bootserver ?? Data.MachineOf(host)!.Rack.Split("-r")[0];
        host.Compilations++;
        return $"sent 1 server notifications\n{host.Fqdn}: 1 compiled, 0 failed";
    }

    private string SwitchPxe(AqOptions call)
    {
        var host = Bound(call);
        if (call.Has("install") && host.BuildStatus is "ready" or "almostready")
            throw BrokerRefusal.Bad($"Invalid hosts in list:\nHost {host.Fqdn}: You should change the build status before switching the PXE link to install.");
        Data.PxeLinks[host.Fqdn] = call.Has("install") ? "install" : call.Has("rescue") ? "rescue" : call.Has("firmware") ? "firmware" : "boot";
        return $"[INFO] aii-shellfe: configuring {host.Fqdn}";
    }

    private string PxeStatus(AqOptions call)
    {
        var host = Bound(call);
        var link = Data.PxeLinks.GetValueOrDefault(host.Fqdn);
        return $"[INFO] NCM::Component::PXELINUX::pxelinux status for {host.Fqdn}: {host.PrimaryAddress} {link ?? "undefined"} since: {(link is null ? "unknown" : "Fri Nov 20 08:00:00 2026")} (PXE variant=PXELINUX)";
    }

    private AquilonHost Bound(AqOptions call)
    {
        var host = Host(call["hostname"]!);
        return host.Bootserver is not null ? host : throw BrokerRefusal.Bad($"Invalid hosts in list:\nHost {host.Fqdn} has no bootserver.");
    }

    private void Domain(string fqdn)
    {
        var domain = fqdn.Split('.', 2) is [_, var rest] ? rest : throw BrokerRefusal.Bad($"FQDN '{fqdn}' is not valid, it does not contain a domain.");
        if (!lab.World.Hypervisors.Exists(machine => machine.Fqdn.EndsWith("." + domain, OrdinalIgnoreCase)))
            throw BrokerRefusal.NotFound($"DNS Domain {domain}");
    }

    private AquilonHost Host(string fqdn)
    {
        Domain(fqdn);
        return Data.FindHost(fqdn) ?? throw BrokerRefusal.NotFound($"Host {fqdn}");
    }

    private AquilonMachine Machine(string label) => Data.Machines.Find(machine => machine.Label == label) ?? throw BrokerRefusal.NotFound($"Machine {label}");

    private AquilonMachine Hardware(AqOptions call) => call["machine"] is { } label ? Machine(label) : Data.MachineOf(Host(call["hostname"]!))!;

    private AquilonModel Model(string name, string? vendor) => Data.Models.Find(model => model.Name == name && (vendor is null || model.Vendor == vendor))
        ?? throw BrokerRefusal.NotFound($"Model {name}{(vendor is null ? "" : $", vendor {vendor}")}");

    private string Branch(AqOptions call) => call["domain"] is { } domain
        ? Known(Domains, domain, "Domain")
        : Known(Sandboxes, call["sandbox"]!, "Sandbox", call["sandbox"]!.Split('/')[^1]);

    private void FreeAddress(string ip)
    {
        foreach (var machine in Data.Machines)
        {
            if (machine.Interfaces.Find(port => port.Addresses.Exists(address => address.Ip == ip)) is { } port)
                throw BrokerRefusal.Bad($"IP address {ip} is already in use by {Label(port, machine).ToLowerInvariant()}.");
        }
    }

    private static AquilonInterface Port(AquilonMachine machine, string name) => machine.Interfaces.Find(port => port.Name == name)
        ?? throw BrokerRefusal.NotFound($"Interface {name}, machine {machine.Label}");

    private List<string> Domains => [.. Data.Branches.Where(branch => !branch.Contains('/', Ordinal))];

    private List<string> Sandboxes => [.. Data.Branches.Where(branch => branch.Contains('/', Ordinal))];

    private static string Known(List<string> all, string name, string kind, string? notFound = null) => all.Contains(name) ? name : throw BrokerRefusal.NotFound($"{kind} {notFound ?? name}");

    private static string KindOf(string branch) => branch.Contains('/', Ordinal) ? "sandbox" : "domain";

    private static string Label(AquilonInterface port, AquilonMachine machine) => $"{char.ToUpperInvariant(port.Type[0])}{port.Type[1..]} Interface {port.Name} of machine {machine.Label}";

    private static bool Same(string? a, string? b) => a is not null && string.Equals(a, b, OrdinalIgnoreCase);
}

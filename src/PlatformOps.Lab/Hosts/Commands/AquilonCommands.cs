using Microsoft.AspNetCore.WebUtilities;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.Services.Aquilon;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>The Aquilon client <c>aq</c> and the importer <c>netbox2aquilon</c>: found where <c>PATH</c> names their folders.</summary>
internal static class AquilonCommands
{
    public static void Register(CommandTable table)
    {
        table.AddSlow(AquilonData.ClientPath, call => AqAsync(call, [.. call.Arguments.Skip(1)]));
        table.AddSlow(AquilonData.ImporterPath, ImportAsync);
    }

    /// <summary>One run of the client: 0, or the HTTP status ÷ 100; 1 and 2 are its own.</summary>
    private static async Task<int> AqAsync(CommandCall call, string[] arguments)
    {
        var lab = call.Host.Lab;
        var (options, usage, exit) = AqSyntax.Parse(arguments);
        if (options is null)
            return call.Fail(usage!, exit);
        var broker = new AquilonBroker(lab);
        string? principal;
        Fault[] faults;
        lock (lab.World.Gate)
        {
            var server = options["aqhost"] ?? call.State.Variables.GetValueOrDefault("AQHOST") ?? call.Host.Machine.Fqdn;
            if (lab.World.FindMachine(server) is not { } machine || machine.Fqdn != lab.World.Aquilon.Host)
                return call.Fail($"Failed to connect to {server}: Unknown host.", 1);
            var service = options["aqservice"] ?? call.State.Variables.GetValueOrDefault("AQSERVICE") ?? call.User.Name;
            if (service != AquilonData.Service)
                return call.Fail($"Error: BadStatusLine(\"''\",): gss_init_sec_context: Server {service}/{server}@{AquilonData.Realm} not found in Kerberos database", 1);
            principal = KerberosCommands.PrincipalOf(call);
            if (principal is null)
                return call.Fail($"Error: BadStatusLine(\"''\",): gss_init_sec_context: No Kerberos credentials available (default cache: FILE:{KerberosCommands.CacheOf(call)})", 1);
            lab.Journal.Count("aquilon", options.Command);
            faults = lab.Faults.Take("aquilon", [options.Command], () => broker.TargetsOf(options));
        }

        await lab.DelayAsync(faults, call.State.Cancellation);
        if (faults.Any(fault => fault.Kind == FaultKind.Reset))
            return call.Fail($"Failed to connect to {lab.World.Aquilon.Host} port 6900: Connection refused.", 1);
        if (faults.FirstOrDefault(fault => fault.Kind == FaultKind.Status) is { } refused)
            return Refuse(call, refused.Status, "the lab was asked to fail this");

        // What has reached the broker is done, whether or not anybody waits for it.
        var (status, text, messages) = await Task.Run(() => AnswerAsync(lab, broker, options, principal), CancellationToken.None).WaitAsync(call.State.Cancellation);
        if (faults.Any(fault => fault.Kind is FaultKind.ResetAfterCommit or FaultKind.Truncate))
            return call.Fail("Error: IncompleteRead(0 bytes read): b''", 1);
        if (messages.Length > 0)
            call.Error(messages);
        if (status != 200)
            return Refuse(call, status, text);
        if (text.Length > 0)
            call.Out(text + "\n");
        return 0;
    }

    private static async Task<(int Status, string Text, string Messages)> AnswerAsync(LabContext lab, AquilonBroker broker, AqOptions options, string principal)
    {
        await lab.Clock.DelayAsync(AquilonBroker.SecondsOf(options.Command), CancellationToken.None);
        lock (lab.World.Gate)
        {
            try
            {
                var (text, messages) = broker.Run(options, principal);
                return (200, text, messages);
            }
            catch (BrokerRefusal refusal)
            {
                return (refusal.Status, refusal.Message, "");
            }
        }
    }

    // Under Python 3 the client prints the answer's bytes as it finds them.
    private static int Refuse(CommandCall call, int status, string text)
        => call.Fail($"{ReasonPhrases.GetReasonPhrase(status)}: b'{text.Replace("\\", "\\\\", Ordinal).Replace("'", "\\'", Ordinal).Replace("\n", "\\n", Ordinal)}'", status / 100);

    /// <summary>Copies a device from NetBox: shows what it would do, or does it by aq and takes it back where one command fails.</summary>
    private static async Task<int> ImportAsync(CommandCall call)
    {
        var options = call.Options("sdnma", "sandbox", "domain", "hostname", "netboxname", "archetype", "osname", "osversion");
        if (options.Has("help", "h"))
            return SystemCommands.Print(call, "usage: netbox2aquilon [-h] [--sandbox SANDBOX | --domain DOMAIN] (--hostname HOSTNAME | --netboxname NETBOXNAME) [--archetype ARCHETYPE] [--osname OSNAME] [--osversion OSVERSION] [--dryrun] [--debug]");
        if (options.Value("hostname") is not { } hostname)
            return call.Fail("usage: netbox2aquilon [-h] …\nnetbox2aquilon: error: one of the arguments --hostname --netboxname/-n --magdb_id/-m is required", 2);
        List<string[]>? commands;
        lock (call.Host.Lab.World.Gate)
            commands = Adds(call, hostname, options);
        if (commands is null)
            return 1;
        if (options.Has("dryrun"))
        {
            foreach (var command in commands)
                call.Out($"# aq {string.Join(' ', command)}\n");
            // It counts what it ran, and that was nothing.
            return call.Fail("  ERROR All commands failed, nothing to undo", 1);
        }

        List<string[]> done = [];
        foreach (var command in commands)
        {
            if (await AqAsync(call, command) != 0)
                break;
            done.Add(command);
        }

        if (done.Count == commands.Count)
            return 0;
        if (done.Count == 0)
            return call.Fail("  ERROR All commands failed, nothing to undo", 1);
        call.Error("  ERROR Command failed, attempting to undo changes");
        foreach (var undo in done.Select(Undo).OfType<string[]>().Reverse())
        {
            if (await AqAsync(call, undo) != 0)
                return call.Fail("  ERROR Unable to undo all commands", 1);
        }

        return 1;
    }

    private static List<string[]>? Adds(CommandCall call, string hostname, CommandOptions options)
    {
        var box = call.Host.Lab.World.NetBox;
        var primary = box.Addresses.Find(address => address.DnsName.Equals(hostname, OrdinalIgnoreCase));
        var device = primary is null ? null : box.Devices.Find(known => box.Interfaces.Exists(port => port.Id == primary.InterfaceId && port.DeviceId == known.Id));
        if (device is null)
        {
            call.Error($"  ERROR Device {hostname} not found in NetBox");
            return null;
        }

        if (device.PrimaryAddress is null)
        {
            call.Error("  ERROR No primary IP defined for host");
            return null;
        }

        var machine = $"netbox-{device.Id}";
        List<string[]> commands = [["add_machine", "--machine", machine, "--model", device.Type.Slug, "--rack", $"{device.Rack!.Name}".ToLowerInvariant()]];
        foreach (var port in box.Interfaces.Where(port => port.DeviceId == device.Id))
        {
            commands.Add(["add_interface", "--machine", machine, "--mac", port.Mac, "--interface", port.Name, .. port.ManagementOnly ? ["--iftype", "management"] : Array.Empty<string>()]);
            if (port.IsBootable)
                commands.Add(["update_interface", "--machine", machine, "--interface", port.Name, "--boot"]);
        }

        commands.Add(["add_host", "--hostname", primary!.DnsName, "--machine", machine, "--archetype", options.Value("archetype", "a") ?? "cloud", "--ip", Plain(primary), "--personality", "inventory",
            .. options.Value("sandbox", "s") is { } sandbox ? ["--sandbox", sandbox] : new[] { "--domain", options.Value("domain", "d") ?? "prod_cloud" },
            "--osname", options.Value("osname") ?? "rocky", "--osversion", options.Value("osversion") ?? "8x-x86_64"]);
        foreach (var address in box.Addresses.Where(address => address != primary))
        {
            if (box.Interfaces.Find(port => port.Id == address.InterfaceId && port.DeviceId == device.Id) is { } port)
                commands.Add(["add_interface_address", "--machine", machine, "--interface", port.Name, "--ip", Plain(address), "--fqdn", address.DnsName, .. address.Vrf is { } vrf ? ["--network_environment", vrf] : Array.Empty<string>()]);
        }

        return commands;

        static string Plain(NetBoxAddress address) => address.Address.Split('/')[0];
    }

    private static string[]? Undo(string[] command)
    {
        string[]? keep = command[0] switch
        {
            "add_host" => ["--hostname"],
            "add_interface" => ["--interface", "--machine"],
            "add_interface_address" => ["--machine", "--interface", "--ip"],
            "add_machine" => ["--machine"],
            _ => null,
        };
        return keep is null ? null : [command[0].Replace("add_", "del_", Ordinal), .. command.Zip(command.Skip(1)).Where(pair => keep.Contains(pair.First)).SelectMany(pair => new[] { pair.First, pair.Second })];
    }
}

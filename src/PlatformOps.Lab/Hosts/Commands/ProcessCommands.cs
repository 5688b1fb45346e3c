namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Programs that look at processes.</summary>
internal static class ProcessCommands
{
    public static void Register(CommandTable table)
    {
        table.Add("pgrep", Find);
        table.Add("ps", call =>
        {
            call.Out("    PID COMMAND\n" + string.Concat(Running(call.Host).Select(process => $"{process.Id,7} {process.CommandLine}\n")));
            return 0;
        });
        table.Add("kill", call => Kill(call));
    }

    private static IEnumerable<HostProcess> Running(LabHost host) =>
    [
        new(1, "systemd", "/usr/lib/systemd/systemd --switched-root --system", "root"),
        .. host.Units.Values.Where(unit => unit.MainPid > 0).Select(unit => new HostProcess(unit.MainPid, unit.Name.Replace(".service", "", Ordinal), "/usr/sbin/" + unit.Name.Replace(".service", "", Ordinal), "root")),
        .. host.Lab.World.ServersOn(host.Machine).Where(server => server.PowerState is 1 or 3)
            .Select(server => new HostProcess(10_000 + server.Number, "qemu-kvm", $"/usr/libexec/qemu-kvm -name guest={server.LibvirtName},debug-threads=on -uuid {server.Id}", "qemu")),
        .. host.Shells.Where(shell => host.Units.Values.All(unit => unit.MainPid != shell.Id)),
        .. host.Processes,
    ];

    private static int Find(CommandCall call)
    {
        var options = call.Options("uU", "euid");
        var pattern = options.Rest.FirstOrDefault() ?? "";
        var regex = new System.Text.RegularExpressions.Regex(options.Has("x", "exact") ? $"^(?:{pattern})$" : pattern, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        var found = Running(call.Host).Where(process => regex.IsMatch(options.Has("f", "full") ? process.CommandLine : process.Name))
            .Where(process => options.Value("u", "U", "euid") is not { } user || process.User == user).ToList();
        if (options.Has("c", "count"))
            call.Out($"{found.Count}\n");
        else
            call.Out(string.Concat(found.Select(process => options.Has("a") ? $"{process.Id} {process.CommandLine}\n" : options.Has("l") ? $"{process.Id} {process.Name}\n" : $"{process.Id}\n")));
        return found.Count > 0 ? 0 : 1;
    }

    private static int Kill(CommandCall call)
    {
        var words = call.Arguments.Skip(1).ToList();
        var signal = "TERM";
        // The first word with a minus is the signal; after it, one is a group.
        if (words is ["-s", var named, ..])
        {
            signal = named;
            words.RemoveRange(0, 2);
        }
        else if (words is [['-', .. var given], ..] && given != "-")
        {
            signal = given;
            words.RemoveAt(0);
        }

        if (SignalNumber(signal) is not { } number)
            return call.Fail($"bash: line 1: kill: {signal}: invalid signal specification", 1);

        if (words is ["--", ..])
            words.RemoveAt(0);
        var status = 0;
        foreach (var word in words)
        {
            if (!int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
                return call.Fail($"bash: line 1: kill: {word}: arguments must be process or job IDs", 1);
            status = Math.Max(status, Kill(call, id, number));
        }

        return status;
    }

    private static int? SignalNumber(string name) => (name.StartsWith("SIG", Ordinal) ? name[3..] : name) switch
    {
        "HUP" => 1,
        "INT" => 2,
        "KILL" => 9,
        "TERM" => 15,
        var digits => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 65 ? number : null,
    };

    private static int Kill(CommandCall call, int id, int signal)
    {
        var host = call.Host;
        var found = id < 0 ? host.Shells.Where(shell => shell.Group == -id).ToList() : Running(host).Where(process => process.Id == id).ToList();
        if (found.Count == 0)
            return call.Fail($"bash: line 1: kill: ({id}) - No such process", 1);
        if (!call.User.IsRoot && found.TrueForAll(process => process.User != call.User.Name))
            return call.Fail($"bash: line 1: kill: ({id}) - Operation not permitted", 1);
        if (signal == 0)
            return 0;
        host.Effects++;
        // A leader is the oldest of its group, and is told first: else it would record how its children ended.
        foreach (var process in found)
        {
            _ = host.Units.Values.FirstOrDefault(unit => unit.MainPid == process.Id)?.Stop.CancelAsync();
            process.Signal = signal;
            _ = process.End?.CancelAsync();
        }

        return 0;
    }
}

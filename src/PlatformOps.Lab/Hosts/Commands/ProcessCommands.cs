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
        var id = call.Arguments.LastOrDefault(word => word.All(char.IsAsciiDigit)) ?? "";
        if (call.Host.Units.Values.FirstOrDefault(unit => unit.MainPid.ToString(CultureInfo.InvariantCulture) == id) is { } unit)
        {
            if (call.Arguments.Contains("-0"))
                return 0;
            unit.Stop.Cancel();
            call.Host.Effects++;
            return 0;
        }

        return Running(call.Host).Any(process => process.Id.ToString(CultureInfo.InvariantCulture) == id) ? 0 : call.Fail($"bash: line 1: kill: ({id}) - No such process", 1);
    }
}

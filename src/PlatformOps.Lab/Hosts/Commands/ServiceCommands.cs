using PlatformOps.Lab.Hosts.Shell;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>systemctl, systemd-run, journalctl.</summary>
internal static class ServiceCommands
{
    public static void Register(CommandTable table)
    {
        table.Add("systemctl", Control);
        table.Add("journalctl", Journal);
        table.AddSlow("systemd-run", Run);
    }

    private static string UnitName(string name) => name.Contains('.', Ordinal) ? name : name + ".service";

    private static int Control(CommandCall call)
    {
        var options = call.Options("pnt", "property", "lines", "type", "state");
        var verb = options.Rest.FirstOrDefault() ?? "list-units";
        var names = options.Rest.Skip(1).Select(UnitName).ToList();
        var units = call.Host.Units;
        switch (verb)
        {
            case "is-active" or "is-failed":
            {
                var good = false;
                foreach (var name in names)
                {
                    var state = units.GetValueOrDefault(name)?.ActiveState ?? "inactive";
                    good |= state == (verb == "is-active" ? "active" : "failed");
                    if (!options.Has("q", "quiet"))
                        call.Out(state + "\n");
                }

                return good ? 0 : verb == "is-active" ? 3 : 1;
            }

            case "is-enabled":
                foreach (var name in names)
                {
                    if (!units.TryGetValue(name, out var known))
                        return call.Fail($"Failed to get unit file state for {name}: No such file or directory", 1);
                    call.Out(known.Enabled + "\n");
                }

                return names.TrueForAll(name => units[name].Enabled == "enabled") ? 0 : 1;
            case "is-system-running":
                return SystemCommands.Print(call, "running");
            case "show":
                for (var i = 0; i < names.Count; i++)
                {
                    // A blank line between one and the next.
                    if (i > 0)
                        call.Out("\n");
                    Show(call, names[i], options);
                }

                return 0;
            case "status":
                foreach (var name in names)
                {
                    if (!units.TryGetValue(name, out var unit))
                        return call.Fail($"Unit {name} could not be found.", 4);
                    call.Out($"● {name}\n   Loaded: loaded\n   Active: {unit.ActiveState} ({unit.SubState})\n Main PID: {unit.MainPid}\n");
                    if (unit.ActiveState != "active")
                        return 3;
                }

                return 0;
            case "list-units" or "list-unit-files":
                foreach (var unit in units.Values.Where(IsListed).OrderBy(unit => unit.Name, StringComparer.Ordinal))
                    call.Out(verb == "list-units" ? $"{unit.Name} loaded {unit.ActiveState} {unit.SubState}\n" : $"{unit.Name} {unit.Enabled}\n");
                return 0;

                // What stands still is in the list of units only when it is asked for.
                bool IsListed(HostUnit unit) => options.Value("state") is { } state ? unit.ActiveState == state || unit.SubState == state
                    : verb == "list-unit-files" || unit.ActiveState != "inactive" || options.Has("a", "all");
            case "reboot" or "poweroff":
                return SystemCommandsOf(call, verb);
            case "daemon-reload" or "reset-failed" or "start" or "stop" or "restart" or "enable" or "disable" or "reload" or "mask" or "unmask" or "kill":
                return Change(call, verb, names, options);
            default:
                return call.Fail($"Unknown command verb {verb}.", 1);
        }
    }

    private static int SystemCommandsOf(CommandCall call, string verb)
    {
        if (!call.User.IsRoot)
            return call.Fail($"Call to {verb} failed: Interactive authentication required.", 1);
        if (verb == "reboot")
            call.Host.Reboot(1);
        else
            call.Host.PowerOff(1);
        return 0;
    }

    private static int Change(CommandCall call, string verb, List<string> names, CommandOptions options)
    {
        if (!call.User.IsRoot)
            return call.Fail($"Failed to {verb} {names.FirstOrDefault()}: Interactive authentication required.", 1);
        var units = call.Host.Units;
        foreach (var name in names)
        {
            if (!units.TryGetValue(name, out var unit))
            {
                return verb is "reset-failed" or "stop"
                    ? call.Fail($"Failed to {verb} {name}: Unit {name} not loaded.", 5)
                    : call.Fail($"Failed to {verb} {name}: Unit {name} not found.", 5);
            }

            call.Host.Effects++;
            switch (verb)
            {
                case "stop" or "kill" when unit.IsTransient:
                    unit.Stop.Cancel();
                    if (unit.HasExited)
                        units.Remove(name);
                    break;
                case "stop" or "kill":
                    (unit.ActiveState, unit.SubState, unit.MainPid) = ("inactive", "dead", 0);
                    break;
                case "start" or "restart":
                    (unit.ActiveState, unit.SubState, unit.MainPid) = ("active", "running", call.Host.NextPid());
                    break;
                case "reset-failed" when unit is { IsTransient: true, ActiveState: "failed" }:
                    units.Remove(name);
                    break;
                case "enable" or "disable":
                    unit.Enabled = verb + "d";
                    if (options.Has("now"))
                        (unit.ActiveState, unit.SubState) = verb == "enable" ? ("active", "running") : ("inactive", "dead");
                    break;
                case "mask":
                    unit.Enabled = "masked";
                    break;
            }
        }

        if (verb == "reset-failed" && names.Count == 0)
        {
            foreach (var failed in units.Values.Where(unit => unit is { IsTransient: true, ActiveState: "failed" }).ToList())
                units.Remove(failed.Name);
        }

        return 0;
    }

    private static void Show(CommandCall call, string name, CommandOptions options)
    {
        call.Host.Units.TryGetValue(name, out var unit);
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Id"] = name,
            ["LoadState"] = unit is null ? "not-found" : "loaded",
            ["ActiveState"] = unit?.ActiveState ?? "inactive",
            ["SubState"] = unit?.SubState ?? "dead",
            ["Result"] = unit?.Result ?? "success",
            ["ExecMainStatus"] = $"{unit?.ExitStatus ?? 0}",
            ["ExecMainCode"] = unit is { HasExited: true } ? "1" : "0",
            ["MainPID"] = $"{unit?.MainPid ?? 0}",
            ["InvocationID"] = unit?.InvocationId ?? "",
            ["UnitFileState"] = unit is { IsTransient: false } ? unit.Enabled : unit is null ? "" : "transient",
        };
        // -p may be given several times: the parser keeps the last one only.
        var wanted = call.Arguments.Select((word, i) => word.StartsWith("--property=", Ordinal) ? word[11..]
                : word is "-p" or "--property" && i + 1 < call.Arguments.Length ? call.Arguments[i + 1]
                : word.StartsWith("-p", Ordinal) && word.Length > 2 && word[1] == 'p' ? word[2..] : null)
            .OfType<string>().SelectMany(list => list.Split(',')).ToList();
        foreach (var (key, value) in all.Where(pair => wanted.Count == 0 || wanted.Contains(pair.Key)))
            call.Out(options.Has("value") ? value + "\n" : $"{key}={value}\n");
    }

    private static int Journal(CommandCall call)
    {
        var options = call.Options("unop", "unit", "lines", "output", "since");
        var unit = options.Value("u", "unit") is { } name ? call.Host.Units.GetValueOrDefault(UnitName(name)) : null;
        var lines = (unit?.Output.ToString() ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var count = int.TryParse(options.Value("n", "lines"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : lines.Length;
        call.Out(lines.Length == 0 ? "-- No entries --\n" : string.Concat(lines.TakeLast(count).Select(line => line + "\n")));
        return 0;
    }

    private static async Task<int> Run(CommandCall call)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var child = call.State.Subshell();
        // A unit has the manager's environment, not its caller's.
        child.Exported.IntersectWith(["PATH", "LANG"]);
        var i = 1;
        for (; i < call.Arguments.Length && call.Arguments[i].StartsWith('-'); i++)
        {
            var word = call.Arguments[i];
            if (word == "--")
            {
                i++;
                break;
            }

            var (key, value) = word.Split('=', 2) is [var name, var given] ? (name, given) : (word, "");
            if (key is "-p" or "-E" or "-u" && value.Length == 0 && i + 1 < call.Arguments.Length)
                value = call.Arguments[++i];
            else if (key is "--unit" or "--property" or "--setenv" or "--description" or "--working-directory" or "--uid" && value.Length == 0 && i + 1 < call.Arguments.Length && !word.Contains('=', Ordinal))
                value = call.Arguments[++i];
            switch (key)
            {
                case "-p" or "--property":
                    properties[value.Split('=', 2)[0]] = value.Split('=', 2).ElementAtOrDefault(1) ?? "";
                    break;
                case "-E" or "--setenv":
                    child.Variables[value.Split('=', 2)[0]] = value.Split('=', 2).ElementAtOrDefault(1) ?? "";
                    child.Exported.Add(value.Split('=', 2)[0]);
                    break;
                default:
                    options[key] = value;
                    break;
            }
        }

        if (!call.User.IsRoot)
            return call.Fail("Failed to start transient service unit: Interactive authentication required.", 1);
        if (i >= call.Arguments.Length)
            return call.Fail("Command line to execute required.", 1);
        var command = call.Arguments[i..];
        var unitName = UnitName(options.GetValueOrDefault("--unit") ?? options.GetValueOrDefault("-u") ?? $"run-r{Guid.NewGuid():N}");
        var host = call.Host;
        var unit = call.State.Locked(() =>
        {
            if (host.Units.ContainsKey(unitName))
                return null;
            host.Effects++;
            return host.Units[unitName] = new HostUnit
            {
                Name = unitName,
                IsTransient = true,
                RemainsAfterExit = options.ContainsKey("-r") || options.ContainsKey("--remain-after-exit") || properties.GetValueOrDefault("RemainAfterExit") is "yes" or "true" or "1",
                IsCollected = options.ContainsKey("-G") || options.ContainsKey("--collect"),
                InvocationId = Guid.NewGuid().ToString("N"),
                MainPid = host.NextPid(),
                Enabled = "transient",
            };
        });
        if (unit is null)
            return call.Fail($"Failed to start transient service unit: Unit {unitName} was already loaded or has a fragment file.", 1);
        if (!options.ContainsKey("-q") && !options.ContainsKey("--quiet"))
            call.Error($"Running as unit: {unitName}");

        var pipe = options.ContainsKey("--pipe") || options.ContainsKey("-P");
        var stdout = pipe ? call.State.Stdout : Sink(call, unit, properties.GetValueOrDefault("StandardOutput"));
        child = child with
        {
            Leader = unit.MainPid,
            Umask = 0b000_010_010,
            Folder = options.GetValueOrDefault("--working-directory") is { Length: > 0 } folder ? folder : properties.GetValueOrDefault("WorkingDirectory") ?? "/",
            Stdin = pipe ? call.State.Stdin : [],
            Stdout = stdout,
            Stderr = pipe ? call.State.Stderr : properties.TryGetValue("StandardError", out var error) ? Sink(call, unit, error) : stdout,
            Shared = new ShellShared(),
        };
        var running = Task.Run(() => RunUnitAsync(host, unit, command, child), CancellationToken.None);
        return options.ContainsKey("--wait") || pipe ? await running.WaitAsync(call.State.Cancellation) : 0;
    }

    private static Action<byte[]> Sink(CommandCall call, HostUnit unit, string? target)
    {
        if (target?.Split(':', 2) is not [("file" or "append" or "truncate") and var kind, var path])
            return data => unit.Output.Append(Encoding.UTF8.GetString(data));
        var root = call.Host.Accounts["root"];
        if (kind == "truncate" || call.Host.Files.Find(path) is null)
            call.State.Locked(() => Write([], append: kind == "append"));
        return data => call.State.Locked(() => Write(data, append: true));

        int Write(byte[] data, bool append)
        {
            call.Host.Files.Write(path, data, root, append, 0b110_100_100);
            return 0;
        }
    }

    private static async Task<int> RunUnitAsync(LabHost host, HostUnit unit, string[] command, ShellState state)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(unit.Stop.Token, host.Power.Token);
        int? status;
        try
        {
            status = await ShellRunner.RunProgramAsync(command, state with { Cancellation = stop.Token });
        }
        catch (OperationCanceledException)
        {
            status = null;
        }

        lock (host.Lab.World.Gate)
        {
            unit.HasExited = true;
            unit.MainPid = 0;
            unit.ExitStatus = status ?? 15;
            unit.Result = status is 0 or null ? "success" : "exit-code";
            (unit.ActiveState, unit.SubState) = status switch
            {
                0 when unit.RemainsAfterExit => ("active", "exited"),
                0 or null => ("inactive", "dead"),
                _ => ("failed", "failed"),
            };
            if (state.Shared.HasEffects)
                host.Lab.Journal.Wrote("ssh", "systemd-run", host.Machine.Fqdn, string.Join(' ', command));
            // systemd forgets a transient unit that ended well; a failed one stays until reset-failed.
            if (unit.ActiveState == "inactive" || (unit.ActiveState == "failed" && unit.IsCollected))
                host.Units.Remove(unit.Name);
        }

        unit.Ended.TrySetResult();
        return status ?? 143;
    }
}

using PlatformOps.Lab.Hosts.Shell;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Programs about the system, the user and time; those that start others.</summary>
internal static class SystemCommands
{
    public static void Register(CommandTable table)
    {
        table.Add("true", _ => 0);
        table.Add("false", _ => 1);
        table.Add("pwd", call => Print(call, call.State.Folder));
        table.Add("hostname", call => Print(call, call.Options().Has("s", "short") ? call.Host.Machine.ShortName : call.Options().Has("I") ? call.Host.Machine.ManagementAddress + " " : call.Host.Machine.Fqdn));
        table.Add("hostnamectl", call => Print(call, $" Static hostname: {call.Host.Machine.Fqdn}\n         Boot ID: {call.Host.BootId.Replace("-", "", Ordinal)}"));
        table.Add("nproc", call => Print(call, $"{call.Host.Machine.Profile.Vcpus}"));
        table.Add("arch", call => Print(call, "x86_64"));
        table.Add("uname", call => Print(call, call.Options() switch
        {
            var options when options.Has("r") => Kernel(call),
            var options when options.Has("n") => call.Host.Machine.Fqdn,
            var options when options.Has("m") => "x86_64",
            var options when options.Has("a") => $"Linux {call.Host.Machine.Fqdn} {Kernel(call)} #1 SMP x86_64 GNU/Linux",
            _ => "Linux",
        }));
        table.Add("id", Id);
        table.Add("which", call =>
        {
            var missing = call.Arguments.Skip(1).Where(name => !call.Host.Has(name)).ToList();
            call.Out(string.Concat(call.Arguments.Skip(1).Except(missing).Select(name => $"/usr/bin/{name}\n")));
            return missing.Count == 0 ? 0 : call.Fail($"/usr/bin/which: no {missing[0]} in ({call.State.Variables["PATH"]})", 1);
        });
        table.Add("whoami", call => Print(call, call.User.Name));
        table.Add("groups", call => Print(call, call.User.Name));
        table.Add("getent", call => call.Arguments is [_, "passwd", var name] && call.Host.AccountOf(name) is { } account
            ? Print(call, $"{account.Name}:x:{account.Id}:{account.Id}::{account.Home}:/bin/bash") : 2);
        table.Add("date", Date);
        table.Add("uptime", Uptime);
        table.Add("printenv", call => Environment(call));
        table.AddSlow("env", RunEnvironment);
        table.AddSlow("sleep", Sleep);
        table.AddSlow("sudo", Sudo);
        table.AddSlow("sh", RunShell);
        table.AddSlow("bash", RunShell);
        table.AddSlow("nohup", call => call.Arguments.Length < 2 ? Task.FromResult(call.Fail("nohup: missing operand", 125)) : ShellRunner.RunProgramAsync(call.Arguments[1..], call.State));
        table.AddSlow("setsid", call => RunDetached(call));
        table.AddSlow("timeout", Timeout);
        table.AddSlow("flock", LockFile);
        table.AddSlow("nice", call => RunRest(call, "n"));
        table.AddSlow("ionice", call => RunRest(call, "cnp"));
        table.Add("loginctl", Sessions);
        table.Add("who", call =>
        {
            foreach (var (user, i) in call.Host.Sessions.Select((user, i) => (user, i)))
                call.Out($"{user,-8} pts/{i}        {call.Host.Lab.Clock.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} (10.20.254.{i + 10})\n");
            return 0;
        });
        table.Add("shutdown", Shutdown);
        table.Add("reboot", call => Reboot(call));
        table.Add("poweroff", call => PowerOff(call));
    }

    public static int Print(CommandCall call, string text)
    {
        call.Out(text + "\n");
        return 0;
    }

    private static string Kernel(CommandCall call) => call.Host.Packages.GetValueOrDefault("kernel", "4.18.0-553.el8_10") + ".x86_64";

    private static int Id(CommandCall call)
    {
        var options = call.Options();
        var account = options.Rest.Count == 0 ? call.User : call.Host.AccountOf(options.Rest[0]);
        if (account is null)
            return call.Fail($"id: '{options.Rest[0]}': no such user", 1);
        return Print(call, options.Has("u", "g") ? options.Has("n") ? account.Name : $"{account.Id}"
            : $"uid={account.Id}({account.Name}) gid={account.Id}({account.Name}) groups={account.Id}({account.Name})");
    }

    private static int Date(CommandCall call)
    {
        var now = call.Host.Lab.Clock.Now.UtcDateTime;
        var format = call.Arguments.LastOrDefault(word => word.StartsWith('+'))?[1..];
        if (format is null)
            return Print(call, call.Options("I").Has("I", "iso-8601") ? now.ToString("yyyy-MM-ddTHH:mm:ss+00:00", CultureInfo.InvariantCulture) : now.ToString("ddd MMM d HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture));
        var text = format.Replace("%s", $"{new DateTimeOffset(now).ToUnixTimeSeconds()}", Ordinal).Replace("%F", "%Y-%m-%d", Ordinal).Replace("%T", "%H:%M:%S", Ordinal);
        foreach (var (letter, net) in new[] { ("%Y", "yyyy"), ("%m", "MM"), ("%d", "dd"), ("%H", "HH"), ("%M", "mm"), ("%S", "ss"), ("%N", "fffffff00") })
            text = text.Replace(letter, now.ToString(net, CultureInfo.InvariantCulture), Ordinal);
        return Print(call, text.Replace("%z", "+0000", Ordinal).Replace("%Z", "UTC", Ordinal));
    }

    private static int Uptime(CommandCall call)
    {
        var options = call.Options();
        if (options.Has("s", "since"))
            return Print(call, call.Host.BootedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        var now = call.Host.Lab.Clock.Now;
        var up = now - call.Host.BootedAt;
        return Print(call, $" {now.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} up {(int)up.TotalDays} days, {up.Hours,2}:{up.Minutes:00},  {call.Host.Sessions.Count} users,  load average: 0.42, 0.40, 0.38");
    }

    private static int Environment(CommandCall call)
    {
        foreach (var name in call.State.Exported.Where(call.State.Variables.ContainsKey).Order(StringComparer.Ordinal))
            call.Out($"{name}={call.State.Variables[name]}\n");
        return 0;
    }

    private static Task<int> RunEnvironment(CommandCall call)
    {
        var child = call.State.Subshell();
        var i = 1;
        for (; i < call.Arguments.Length; i++)
        {
            var word = call.Arguments[i];
            if (word is "-i")
                child.Exported.Clear();
            else if (word is "-u" && i + 1 < call.Arguments.Length)
                child.Variables.Remove(call.Arguments[++i]);
            else if (word == "--")
                continue;
            else if (word.IndexOf('=', Ordinal) is > 0 and var at)
                child.Exported.Add(Assign(child, word[..at], word[(at + 1)..]));
            else
                break;
        }

        return i < call.Arguments.Length ? ShellRunner.RunProgramAsync(call.Arguments[i..], child) : Task.FromResult(Environment(call with { State = child }));

        static string Assign(ShellState state, string name, string value)
        {
            state.Variables[name] = value;
            return name;
        }
    }

    private static async Task<int> Sleep(CommandCall call)
    {
        double seconds = 0;
        foreach (var word in call.Arguments.Skip(1))
        {
            var unit = word.Length > 0 ? word[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 } : 0;
            if (!double.TryParse(unit > 0 ? word[..^1] : word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return call.Fail($"sleep: invalid time interval '{word}'\nTry 'sleep --help' for more information.", 1);
            seconds += number * Math.Max(unit, 1);
        }

        await call.Host.Lab.Clock.DelayAsync(seconds, call.State.Cancellation);
        return 0;
    }

    // Held while the program runs; the kernel lets go of it when that is gone.
    private static async Task<int> LockFile(CommandCall call)
    {
        var at = Array.FindIndex(call.Arguments, 1, word => word.StartsWith('/'));
        if (at < 0 || at + 1 >= call.Arguments.Length)
            return call.Fail("flock: bad usage", 64);
        var options = CommandOptions.Parse(call.Arguments[..at], "wE", []);
        var patience = options.Has("n") ? 0 : double.TryParse(options.Value("w"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? seconds : double.PositiveInfinity;
        var path = call.PathOf(call.Arguments[at]);
        if (!call.State.Locked(() => call.Host.Files.Find(path) is not null))
            return call.Fail($"flock: cannot open lock file {path}: No such file or directory", 66);
        for (var waited = 0; !call.State.Locked(() => call.Host.FileLocks.Add(path)); waited++)
        {
            if (waited >= patience)
                return int.Parse(options.Value("E") ?? "1", CultureInfo.InvariantCulture);
            await call.Host.Lab.Clock.DelayAsync(1, call.State.Cancellation);
        }

        try
        {
            return await ShellRunner.RunProgramAsync(call.Arguments[(at + 1)..], call.State);
        }
        finally
        {
            call.State.Locked(() => call.Host.FileLocks.Remove(path));
        }
    }

    private static Task<int> Sudo(CommandCall call)
    {
        var target = "root";
        var i = 1;
        for (; i < call.Arguments.Length && call.Arguments[i].StartsWith('-'); i++)
        {
            if (call.Arguments[i] is "-u" or "--user" && i + 1 < call.Arguments.Length)
                target = call.Arguments[++i];
            else if (call.Arguments[i] == "--")
            {
                i++;
                break;
            }
        }

        if (!call.User.MaySudo)
            return Task.FromResult(call.Fail("sudo: a password is required", 1));
        if (call.Host.AccountOf(target) is not { } account)
            return Task.FromResult(call.Fail($"sudo: unknown user {target}", 1));
        if (call.Arguments.Skip(1).Contains("-l") || call.Arguments.Skip(1).Contains("-v"))
            return Task.FromResult(0);
        if (i >= call.Arguments.Length)
            return Task.FromResult(call.Fail("usage: sudo -h | -K | -k | -V", 1));

        // sudo gives the program a clean environment.
        var child = call.State.Subshell() with { User = account };
        child.Variables["HOME"] = account.Home;
        child.Variables["USER"] = child.Variables["LOGNAME"] = account.Name;
        child.Exported.IntersectWith(["HOME", "USER", "LOGNAME", "PATH", "LANG", "SHELL"]);
        for (; i < call.Arguments.Length && call.Arguments[i].IndexOf('=', Ordinal) is > 0 and var at && !call.Arguments[i].StartsWith('/'); i++)
        {
            child.Variables[call.Arguments[i][..at]] = call.Arguments[i][(at + 1)..];
            child.Exported.Add(call.Arguments[i][..at]);
        }

        return i < call.Arguments.Length ? ShellRunner.RunProgramAsync(call.Arguments[i..], child) : Task.FromResult(0);
    }

    private static async Task<int> RunShell(CommandCall call)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.State.Cancellation);
        var process = call.State.Locked(() =>
        {
            var id = call.State.Leader ?? call.Host.NextPid();
            var begun = new HostProcess(id, call.Name, string.Join(' ', call.Arguments), call.User.Name) { Group = call.State.Leader ?? call.State.Group, End = end };
            call.Host.Begin(begun);
            return begun;
        });
        try
        {
            return await RunShell(call, call.State.Subshell() with { Id = process.Id, Group = process.Group, Leader = null, Cancellation = end.Token });
        }
        catch (OperationCanceledException) when (!call.State.Cancellation.IsCancellationRequested)
        {
            // By a signal to it, not with all around it.
            return 128 + process.Signal;
        }
        finally
        {
            call.State.Locked(() =>
            {
                call.Host.End(process);
                return 0;
            });
        }
    }

    private static async Task<int> RunShell(CommandCall call, ShellState child)
    {
        // A child sees only what was exported.
        foreach (var name in child.Variables.Keys.Where(name => !child.Exported.Contains(name)).ToList())
            child.Variables.Remove(name);
        child.StopsOnError = false;
        for (var i = 1; i < call.Arguments.Length; i++)
        {
            var word = call.Arguments[i];
            if (word.StartsWith('-') && word.Length > 1 && word != "--" && word != "-s")
            {
                child.StopsOnError |= word.Contains('e', Ordinal) && !word.StartsWith("--", Ordinal);
                child.RefusesUnset |= word.Contains('u', Ordinal) && !word.StartsWith("--", Ordinal);
                if (!word.Contains('c', Ordinal) || word.StartsWith("--", Ordinal))
                    continue;
                if (i + 1 >= call.Arguments.Length)
                    return call.Fail($"{call.Name}: -c: option requires an argument", 2);
                child.Name = call.Arguments.ElementAtOrDefault(i + 2) ?? call.Name;
                child.Arguments = [.. call.Arguments.Skip(i + 3)];
                return await ShellRunner.RunTextAsync(call.Arguments[i + 1], child);
            }

            if (word is "-s" or "--" or "-")
            {
                child.Arguments = [.. call.Arguments.Skip(i + 1).SkipWhile(next => next == "--")];
                break;
            }

            string script;
            try
            {
                script = Encoding.UTF8.GetString(call.State.Locked(() => call.Host.Files.Read(call.PathOf(word), call.User)));
            }
            catch (HostFailure failure)
            {
                return call.Fail($"{call.Name}: {word}: {failure.Message}", failure.Message == HostFailure.NotFound ? 127 : 126);
            }

            child.Name = word;
            child.Arguments = [.. call.Arguments.Skip(i + 1)];
            return await ShellRunner.RunTextAsync(script, child);
        }

        child.Stdin = [];
        return await ShellRunner.RunTextAsync(Encoding.UTF8.GetString(call.State.Stdin), child);
    }

    private static Task<int> RunRest(CommandCall call, string withValue)
    {
        var rest = call.Options(withValue).Rest;
        return rest.Count == 0 ? Task.FromResult(0) : ShellRunner.RunProgramAsync([.. call.Arguments.SkipWhile(word => word != rest[0])], call.State);
    }

    private static async Task<int> RunDetached(CommandCall call)
    {
        var words = call.Arguments.Skip(1).SkipWhile(word => word.StartsWith('-')).ToArray();
        if (words.Length == 0)
            return call.Fail("setsid: no command specified", 1);
        var leader = call.State.Locked(call.Host.NextPid);
        if (!call.Arguments.Contains("-f") && !call.Arguments.Contains("--fork"))
            return await ShellRunner.RunProgramAsync(words, call.State with { Leader = leader });
        var child = call.State.Subshell() with { Leader = leader, Cancellation = call.Host.Power.Token, Stdout = _ => { }, Stderr = _ => { } };
        _ = Task.Run(() => ShellRunner.RunProgramAsync(words, child), CancellationToken.None);
        return 0;
    }

    private static async Task<int> Timeout(CommandCall call)
    {
        var words = call.Arguments.Skip(1).ToList();
        while (words.Count > 0 && words[0].StartsWith('-'))
            words.RemoveRange(0, words[0] is "-k" or "-s" ? 2 : 1);
        if (words.Count < 2 || !double.TryParse(words[0].TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return call.Fail("timeout: missing operand", 125);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.State.Cancellation);
        var running = ShellRunner.RunProgramAsync([.. words.Skip(1)], call.State with { Cancellation = stop.Token });
        var late = call.Host.Lab.Clock.DelayAsync(seconds, stop.Token);
        if (await Task.WhenAny(running, late) == running)
        {
            await stop.CancelAsync();
            return await running;
        }

        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            call.State.Cancellation.ThrowIfCancellationRequested();
        }

        return 124;
    }

    private static int Sessions(CommandCall call)
    {
        var rest = call.Options("o", "output").Rest;
        if (rest.FirstOrDefault() is not (null or "list-sessions" or "list-users"))
            return call.Fail($"Unknown command verb {rest[0]}.", 1);
        var sessions = call.Host.Sessions;
        if (call.Arguments.Any(word => word is "-j" or "--output=json" or "--json=short"))
        {
            call.Out("[" + string.Join(",", sessions.Select((user, i) => $$"""{"session":"{{i + 1}}","uid":{{1000 + i}},"user":"{{user}}","seat":null,"tty":"pts/{{i}}"}""")) + "]\n");
            return 0;
        }

        if (!call.Arguments.Contains("--no-legend"))
            call.Out("SESSION  UID USER SEAT TTY\n");
        foreach (var (user, i) in sessions.Select((user, i) => (user, i)))
            call.Out($"{i + 1,7} {1000 + i} {user}      pts/{i}\n");
        if (!call.Arguments.Contains("--no-legend"))
            call.Out($"\n{sessions.Count} sessions listed.\n");
        return 0;
    }

    private static int Shutdown(CommandCall call)
    {
        var options = call.Options();
        if (!call.User.IsRoot)
            return call.Fail("Failed to set wall message, ignoring: Interactive authentication required.\nFailed to call ScheduleShutdown in logind, no action will be taken: Interactive authentication required.", 1);
        if (options.Has("c"))
        {
            call.Host.CancelShutdown();
            return 0;
        }

        var when = options.Rest.FirstOrDefault() ?? "+1";
        double delay;
        if (when == "now")
            delay = 1;
        else if (double.TryParse(when.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            delay = Math.Max(1, minutes * 60);
        else
            return call.Fail($"Failed to parse time specification: {when}", 1);
        if (delay > 1)
            call.Error($"{(options.Has("r") ? "Reboot" : "Shutdown")} scheduled for {call.Host.Lab.Clock.Now.AddSeconds(delay).UtcDateTime.ToString("ddd yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}, use 'shutdown -c' to cancel.");
        if (options.Has("r", "reboot"))
            call.Host.Reboot(delay);
        else
            call.Host.PowerOff(delay);
        return 0;
    }

    private static int Reboot(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("Call to Reboot failed: Interactive authentication required.", 1);
        call.Host.Reboot(1);
        return 0;
    }

    private static int PowerOff(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("Call to PowerOff failed: Interactive authentication required.", 1);
        call.Host.PowerOff(1);
        return 0;
    }
}

using PlatformOps.Lab.Hosts.Commands;

namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>Commands that change the shell itself.</summary>
internal static class ShellBuiltins
{
    private static readonly Dictionary<string, Func<CommandCall, ShellState, Task<int>>> Known = new(StringComparer.Ordinal)
    {
        [":"] = (_, _) => Task.FromResult(0),
        ["cd"] = (call, shell) => Task.FromResult(ChangeFolder(call, shell)),
        ["exit"] = (call, shell) => throw new ShellExit(call.Arguments.Length > 1 && int.TryParse(call.Arguments[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status & 255 : shell.LastStatus),
        ["export"] = (call, shell) => Task.FromResult(Export(call, shell)),
        ["readonly"] = (call, shell) => Task.FromResult(Export(call, shell)),
        ["unset"] = (call, shell) =>
        {
            foreach (var name in call.Arguments.Skip(1))
                shell.Variables.Remove(name);
            return Task.FromResult(0);
        },
        ["set"] = (call, shell) => Task.FromResult(Set(call, shell)),
        ["shift"] = (_, shell) =>
        {
            shell.Arguments = [.. shell.Arguments.Skip(1)];
            return Task.FromResult(0);
        },
        ["umask"] = (call, shell) => Task.FromResult(SetUmask(call, shell)),
        ["trap"] = (_, _) => Task.FromResult(0),
        ["wait"] = (_, _) => Task.FromResult(0),
        ["read"] = (call, shell) => Task.FromResult(Read(call, shell)),
        ["exec"] = async (call, _) => call.Arguments.Length == 1 ? 0 : throw new ShellExit(await ShellRunner.RunProgramAsync(call.Arguments[1..], call.State)),
        ["eval"] = async (call, shell) => await ShellRunner.RunTextAsync(string.Join(' ', call.Arguments.Skip(1)), shell),
        ["."] = Source,
        ["source"] = Source,
        ["command"] = Command,
        ["type"] = (call, _) => Task.FromResult(call.Host.Has(call.Arguments.ElementAtOrDefault(1) ?? "") || Find(call.Arguments.ElementAtOrDefault(1) ?? "") is not null ? 0 : call.Fail($"bash: line 1: type: {call.Arguments.ElementAtOrDefault(1)}: not found", 1)),
    };

    public static Func<CommandCall, ShellState, Task<int>>? Find(string name) => Known.GetValueOrDefault(name);

    private static async Task<int> Source(CommandCall call, ShellState shell)
    {
        if (call.Arguments.Length < 2)
            return call.Fail($"bash: line 1: {call.Name}: filename argument required", 2);
        var file = call.Arguments[1];
        string script;
        try
        {
            script = Encoding.UTF8.GetString(shell.Locked(() => shell.Host.Files.Read(call.PathOf(file), shell.User)));
        }
        catch (HostFailure failure)
        {
            return call.Fail($"bash: line 1: {file}: {failure.Message}", 1);
        }

        // It is this shell that runs it, with the streams and, where there are any, the arguments that it was given.
        var inner = shell with { Stdin = call.State.Stdin, Stdout = call.State.Stdout, Stderr = call.State.Stderr };
        if (call.Arguments.Length > 2)
            inner.Arguments = call.Arguments[2..];
        var status = await ShellRunner.RunTextAsync(script, inner);
        (shell.Folder, shell.LastStatus) = (inner.Folder, status);
        return status;
    }

    private static int ChangeFolder(CommandCall call, ShellState shell)
    {
        var target = call.Arguments.ElementAtOrDefault(1) ?? shell.Variables["HOME"];
        var path = HostFiles.Normalize(target, shell.Folder);
        return shell.Locked(() =>
        {
            try
            {
                var folder = shell.Host.Files.Get(path, shell.User);
                if (!folder.IsDirectory)
                    throw new HostFailure(HostFailure.NotDirectory);
                if (!HostFiles.May(folder, shell.User, 1))
                    throw new HostFailure(HostFailure.Denied);
                shell.Folder = path;
                return 0;
            }
            catch (HostFailure failure)
            {
                return call.Fail($"bash: line 1: cd: {target}: {failure.Message}", 1);
            }
        });
    }

    private static int Export(CommandCall call, ShellState shell)
    {
        foreach (var argument in call.Arguments.Skip(1))
        {
            var parts = argument.Split('=', 2);
            if (parts.Length == 2)
                shell.Variables[parts[0]] = parts[1];
            shell.Exported.Add(parts[0]);
        }

        return 0;
    }

    private static int Set(CommandCall call, ShellState shell)
    {
        for (var i = 1; i < call.Arguments.Length; i++)
        {
            var argument = call.Arguments[i];
            if (argument == "--")
            {
                shell.Arguments = call.Arguments[(i + 1)..];
                break;
            }

            if (argument.StartsWith('-') || argument.StartsWith('+'))
            {
                var on = argument[0] == '-';
                if (argument.Contains('e', Ordinal))
                    shell.StopsOnError = on;
                if (argument.Contains('u', Ordinal))
                    shell.RefusesUnset = on;
            }
        }

        return 0;
    }

    private static int SetUmask(CommandCall call, ShellState shell)
    {
        if (call.Arguments.ElementAtOrDefault(1) is not { } mask)
            return SystemCommands.Print(call, Convert.ToString(shell.Umask, 8).PadLeft(4, '0'));
        if (!mask.All(c => c is >= '0' and <= '7'))
            return call.Fail($"bash: line 1: umask: {mask}: only octal masks are simulated", 1);
        shell.Umask = Convert.ToInt32(mask, 8) & 0b111_111_111;
        return 0;
    }

    private static int Read(CommandCall call, ShellState shell)
    {
        // The shell's own input goes on where this line ended; a redirected one is its own.
        var source = call.State;
        var text = Encoding.UTF8.GetString(source.Stdin);
        if (text.Length == 0)
            return 1;
        var end = text.IndexOf('\n', Ordinal);
        var line = end < 0 ? text : text[..end];
        source.Stdin = Encoding.UTF8.GetBytes(end < 0 ? "" : text[(end + 1)..]);
        var names = call.Arguments.Skip(1).Where(argument => !argument.StartsWith('-')).ToArray();
        var fields = line.Split([' ', '\t'], Math.Max(names.Length, 1), StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < names.Length; i++)
            shell.Variables[names[i]] = fields.ElementAtOrDefault(i) ?? "";
        return 0;
    }

    private static async Task<int> Command(CommandCall call, ShellState shell)
    {
        if (call.Arguments.ElementAtOrDefault(1) is not "-v")
            return call.Arguments.Length < 2 ? 0 : await ShellRunner.RunProgramAsync(call.Arguments[1..], call.State);
        var name = call.Arguments.ElementAtOrDefault(2) ?? "";
        if (Find(name) is not null)
            call.Out(name + "\n");
        else if (shell.Host.Has(name))
            call.Out($"/usr/bin/{name}\n");
        else
            return 1;
        return 0;
    }
}

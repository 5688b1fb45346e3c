using PlatformOps.Lab.Hosts.Commands;

namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>Runs parsed scripts.</summary>
internal static class ShellRunner
{
    private const int MaxLoops = 10_000;

    /// <summary>Runs a command string as <c>sh -c</c> does; its exit status.</summary>
    public static async Task<int> RunTextAsync(string text, ShellState state)
    {
        ShellNode script;
        try
        {
            script = ShellParser.Parse(text);
        }
        catch (ShellSyntaxException failure)
        {
            Error(state, $"bash: -c: line 1: {failure.Message}\n");
            return 2;
        }

        try
        {
            return await RunAsync(script, state);
        }
        catch (ShellExit exit)
        {
            return exit.Status;
        }
    }

    /// <summary>Runs a program with its arguments, as sudo, env and systemd-run do.</summary>
    public static async Task<int> RunProgramAsync(string[] arguments, ShellState state)
    {
        var name = arguments[0];
        var simple = name.StartsWith("/usr/", Ordinal) || name.StartsWith("/bin/", Ordinal) || name.StartsWith("/sbin/", Ordinal) ? HostFiles.NameOf(name) : name;
        if (!simple.Contains('/', Ordinal) && HostCommands.All.TryGetValue(simple, out var command) && state.Host.Has(simple))
            return await command(new CommandCall(state, [simple, .. arguments.Skip(1)]));

        // A program of this host alone, or a script that somebody put there.
        var path = state.Locked(() => name.Contains('/', Ordinal) ? HostFiles.Normalize(name, state.Folder) : InPath(name, state));
        var (content, error) = state.Locked<(byte[]?, string?)>(() =>
        {
            if (path is null)
                return (null, null);
            try
            {
                var file = state.Host.Files.Get(path, state.User);
                return file.IsDirectory ? (null, HostFailure.IsDirectory)
                    : HostFiles.May(file, state.User, 1) ? (file.Read(), null) : (null, HostFailure.Denied);
            }
            catch (HostFailure failure)
            {
                return (null, failure.Message);
            }
        });
        if (content is not null && HostCommands.All.TryGetValue(path!, out var own))
            return await own(new CommandCall(state, [name, .. arguments.Skip(1)]));
        if (content is not null)
        {
            var child = state.Subshell();
            child.Name = name;
            child.Arguments = [.. arguments.Skip(1)];
            return await RunTextAsync(Encoding.UTF8.GetString(content), child);
        }

        Error(state, error is null ? $"sh: {name}: command not found\n" : $"sh: {name}: {error}\n");
        return error is null or HostFailure.NotFound ? 127 : 126;
    }

    private static string? InPath(string name, ShellState state) => state.Variables.GetValueOrDefault("PATH", "").Split(':')
        .Select(folder => HostFiles.Normalize(name, folder)).FirstOrDefault(path => state.Host.Files.Find(path) is { IsDirectory: false });

    public static void Error(ShellState state, string text) => state.Stderr(Encoding.UTF8.GetBytes(text));

    private static async Task<int> RunAsync(ShellNode node, ShellState state)
    {
        state.Cancellation.ThrowIfCancellationRequested();
        var status = node switch
        {
            ShellNode.List list => await RunListAsync(list, state),
            ShellNode.Pipeline pipeline => await RunPipelineAsync(pipeline, state),
            ShellNode.Simple simple => await RunSimpleAsync(simple, state),
            ShellNode.Group group => await RunGroupAsync(group, state),
            ShellNode.If branch => await RunIfAsync(branch, state),
            ShellNode.While loop => await RunWhileAsync(loop, state),
            ShellNode.For loop => await RunForAsync(loop, state),
            _ => throw new InvalidOperationException("unknown node"),
        };
        state.LastStatus = status;
        return status;
    }

    private static async Task<int> RunListAsync(ShellNode.List list, ShellState state)
    {
        var status = 0;
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = list.Items[i];
            if ((item.Joint == "&&" && status != 0) || (item.Joint == "||" && status == 0))
                continue;
            if (item.Background)
            {
                StartInBackground(item.Node, state);
                status = 0;
                continue;
            }

            status = await RunAsync(item.Node, state);
            var tested = (i + 1 < list.Items.Count && list.Items[i + 1].Joint != ";") || item.Node is ShellNode.Pipeline { Negated: true };
            if (status != 0 && state.StopsOnError && !tested)
                throw new ShellExit(status);
        }

        return status;
    }

    private static void StartInBackground(ShellNode node, ShellState state)
    {
        // It lives on when the session ends, and dies with the system.
        var child = state.Subshell() with { Cancellation = state.Host.Power.Token, Shared = new ShellShared(), Stdin = [] };
        state.Shared.LastBackground = state.Host.NextPid();
        _ = Task.Run(async () =>
        {
            try
            {
                await RunAsync(node, child);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ShellExit)
            {
                // Nobody waits for it.
            }
            finally
            {
                if (child.Shared.HasEffects)
                    child.Host.Lab.Journal.Wrote("ssh", "background", child.Host.Machine.Fqdn, node is ShellNode.Simple { Words: [{ Parts: [{ Kind: ShellWord.Kind.Literal } first, ..] }, ..] } ? first.Text : "");
            }
        });
    }

    private static async Task<int> RunPipelineAsync(ShellNode.Pipeline pipeline, ShellState state)
    {
        var status = 0;
        var input = state.Stdin;
        for (var i = 0; i < pipeline.Stages.Count; i++)
        {
            if (i == pipeline.Stages.Count - 1)
            {
                status = pipeline.Stages.Count == 1 ? await RunAsync(pipeline.Stages[i], state) : await Child(pipeline.Stages[i], state.Subshell() with { Stdin = input });
                break;
            }

            using var output = new MemoryStream();
            await Child(pipeline.Stages[i], state.Subshell() with { Stdin = input, Stdout = data => output.Write(data) });
            input = output.ToArray();
        }

        return pipeline.Negated ? status == 0 ? 1 : 0 : status;
    }

    private static async Task<int> Child(ShellNode node, ShellState child)
    {
        try
        {
            return await RunAsync(node, child);
        }
        catch (ShellExit exit)
        {
            return exit.Status;
        }
    }

    private static async Task<int> RunGroupAsync(ShellNode.Group group, ShellState state)
    {
        var (redirected, error) = await RedirectAsync(group.Redirections, state);
        if (redirected is null)
        {
            Error(state, error!);
            return 1;
        }

        if (group.IsSubshell)
            return await Child(group.Body, redirected.Subshell());
        var status = await RunAsync(group.Body, redirected);
        state.Folder = redirected.Folder;
        return status;
    }

    private static async Task<int> RunIfAsync(ShellNode.If branch, ShellState state)
    {
        foreach (var (condition, body) in branch.Branches)
        {
            if (await TestAsync(condition, state) == 0)
                return await RunAsync(body, state);
        }

        return branch.Else is null ? 0 : await RunAsync(branch.Else, state);
    }

    private static async Task<int> TestAsync(ShellNode condition, ShellState state)
    {
        var stops = state.StopsOnError;
        state.StopsOnError = false;
        try
        {
            return await RunAsync(condition, state);
        }
        finally
        {
            state.StopsOnError = stops;
        }
    }

    private static async Task<int> RunWhileAsync(ShellNode.While loop, ShellState state)
    {
        var status = 0;
        for (var i = 0; i < MaxLoops && await TestAsync(loop.Condition, state) == 0 != loop.Until; i++)
            status = await RunAsync(loop.Body, state);
        return status;
    }

    private static async Task<int> RunForAsync(ShellNode.For loop, ShellState state)
    {
        var status = 0;
        foreach (var value in await ShellExpansion.FieldsAsync(loop.Words, state))
        {
            state.Variables[loop.Variable] = value;
            status = await RunAsync(loop.Body, state);
        }

        return status;
    }

    private static async Task<int> RunSimpleAsync(ShellNode.Simple simple, ShellState state)
    {
        string[] words;
        try
        {
            words = [.. await ShellExpansion.FieldsAsync(simple.Words, state)];
        }
        catch (ShellSyntaxException failure)
        {
            Error(state, $"bash: line 1: {failure.Message}\n");
            throw new ShellExit(1);
        }

        var (redirected, error) = await RedirectAsync(simple.Redirections, state);
        if (redirected is null)
        {
            Error(state, error!);
            return 1;
        }

        if (words.Length == 0)
        {
            foreach (var (name, value) in simple.Assignments)
                state.Variables[name] = await ShellExpansion.TextAsync(value, state);
            return state.LastStatus = simple.Assignments.Count > 0 && simple.Assignments[^1].Value.Parts.Any(part => part.Kind == ShellWord.Kind.Command) ? state.LastStatus : 0;
        }

        if (ShellBuiltins.Find(words[0]) is { } builtin)
            return await builtin(new CommandCall(redirected, words), state);

        // Assignments before a command are for this command only.
        var child = redirected;
        if (simple.Assignments.Count > 0)
        {
            child = redirected.Subshell();
            foreach (var (name, value) in simple.Assignments)
            {
                child.Variables[name] = await ShellExpansion.TextAsync(value, state);
                child.Exported.Add(name);
            }
        }

        return await RunProgramAsync(words, child);
    }

    /// <summary>The state with its streams redirected, or the message why not.</summary>
    private static async Task<(ShellState? State, string? Error)> RedirectAsync(IReadOnlyList<ShellNode.Redirection> redirections, ShellState state)
    {
        if (redirections.Count == 0)
            return (state, null);
        var current = state;
        foreach (var redirection in redirections)
        {
            var target = await ShellExpansion.TextAsync(redirection.Target, state);
            if (redirection.Operator == ">&")
            {
                current = (redirection.Descriptor, target) switch
                {
                    (1, "2") => current with { Stdout = current.Stderr },
                    (2, "1") => current with { Stderr = current.Stdout },
                    _ => current,
                };
                continue;
            }

            if (redirection.Operator == "<<<")
            {
                current = current with { Stdin = Encoding.UTF8.GetBytes(target + "\n") };
                continue;
            }

            var path = HostFiles.Normalize(target, state.Folder);
            if (path == "/dev/null")
            {
                current = redirection switch
                {
                    { Operator: "<" } => current with { Stdin = [] },
                    { Operator: "&>" } => current with { Stdout = _ => { }, Stderr = _ => { } },
                    { Descriptor: 2 } => current with { Stderr = _ => { } },
                    _ => current with { Stdout = _ => { } },
                };
                continue;
            }

            try
            {
                if (redirection.Operator == "<")
                {
                    var content = state.Locked(() => state.Host.Files.Read(path, state.User));
                    current = current with { Stdin = content };
                    continue;
                }

                state.Locked(() =>
                {
                    state.Host.Files.Write(path, [], state.User, append: redirection.Operator == ">>", state.NewFileMode);
                    return 0;
                });
                void Write(byte[] data) => state.Locked(() =>
                {
                    state.Host.Files.Write(path, data, state.User, append: true, state.NewFileMode);
                    return 0;
                });
                current = redirection switch
                {
                    { Operator: "&>" } => current with { Stdout = Write, Stderr = Write },
                    { Descriptor: 2 } => current with { Stderr = Write },
                    _ => current with { Stdout = Write },
                };
            }
            catch (HostFailure failure)
            {
                return (null, $"bash: line 1: {target}: {failure.Message}\n");
            }
        }

        return (current, null);
    }
}

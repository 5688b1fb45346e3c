using System.Security.Cryptography;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>coreutils on files.</summary>
internal static class FileCommands
{
    public static void Register(CommandTable table)
    {
        table.Add("cat", Cat);
        table.Add("ls", List);
        table.Add("stat", Stat);
        table.Add("test", call => TestCommand.Run(call, call.Arguments[1..]));
        table.Add("[", call => call.Arguments[^1] == "]" ? TestCommand.Run(call, call.Arguments[1..^1]) : call.Fail("bash: line 1: [: missing `]'", 2));
        table.Add("[[", call => call.Arguments[^1] == "]]" ? TestCommand.Run(call, call.Arguments[1..^1]) : call.Fail("bash: line 1: syntax error in conditional expression", 2));
        table.Add("tee", Tee);
        table.Add("install", Install);
        table.Add("mkdir", MakeFolder);
        table.Add("rmdir", call => call.Each(call.Options().Rest, "failed to remove", path => call.Host.Files.RemoveFolder(call.PathOf(path), call.User)));
        table.Add("chmod", ChangeMode);
        table.Add("chown", call => ChangeOwner(call));
        table.Add("chgrp", call => call.Options().Rest is [var group, .. var paths] ? call.Each(paths, "changing group of", path => call.Host.Files.SetOwner(call.PathOf(path), null, group, call.User)) : call.Fail("chgrp: missing operand", 1));
        table.Add("cp", Copy);
        table.Add("mv", Move);
        table.Add("ln", Link);
        table.Add("rm", Remove);
        table.Add("touch", call => call.Each(call.Options("dr").Rest, "cannot touch", path => call.Host.Files.Touch(call.PathOf(path), call.User, call.State.NewFileMode)));
        table.Add("mktemp", MakeTemporary);
        table.Add("readlink", call =>
        {
            call.Out(string.Concat(call.Options().Rest.Select(path => call.PathOf(path) + "\n")));
            return 0;
        });
        table.Add("realpath", call =>
        {
            call.Out(string.Concat(call.Options().Rest.Select(path => call.PathOf(path) + "\n")));
            return 0;
        });
        table.Add("dirname", call =>
        {
            call.Out(HostFiles.Parent(call.Arguments.ElementAtOrDefault(1) ?? "/") + "\n");
            return 0;
        });
        table.Add("basename", call =>
        {
            call.Out(HostFiles.NameOf((call.Arguments.ElementAtOrDefault(1) ?? "").TrimEnd('/')) + "\n");
            return 0;
        });
        table.Add("sha256sum", call => call.Options().Rest is { Count: > 0 } paths
            ? call.Each(paths, "", path => call.Out($"{Hash(call.Host.Files.Read(call.PathOf(path), call.User))}  {path}\n"))
            : Print(call, $"{Hash(call.State.Stdin)}  -\n"));
        table.Add("sync", _ => 0);
    }

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();

    private static int Print(CommandCall call, string text)
    {
        call.Out(text);
        return 0;
    }

    private static int Cat(CommandCall call)
    {
        var paths = call.Options().Rest;
        if (paths.Count == 0)
            paths.Add("-");
        return call.Each(paths, "", path => call.Out(path == "-" ? call.State.Stdin : call.Host.Files.Read(call.PathOf(path), call.User)));
    }

    private static string ModeText(HostFile file)
    {
        var bits = Convert.ToString(file.Mode & 0b111_111_111, 2).PadLeft(9, '0');
        return (file.IsDirectory ? "d" : "-") + string.Concat(bits.Select((bit, i) => bit == '1' ? "rwx"[i % 3] : '-'));
    }

    private static int List(CommandCall call)
    {
        var options = call.Options();
        var paths = options.Rest.Count > 0 ? options.Rest : ["."];
        var status = 0;
        foreach (var argument in paths)
        {
            try
            {
                var path = call.PathOf(argument);
                var file = call.Host.Files.Get(path, call.User);
                if (!file.IsDirectory || options.Has("d"))
                {
                    Show(argument, file);
                    continue;
                }

                if (!HostFiles.May(file, call.User, 4))
                    throw new HostFailure(HostFailure.Denied);
                if (paths.Count > 1)
                    call.Out($"{argument}:\n");
                foreach (var child in call.Host.Files.Children(path).ToList())
                {
                    if (!HostFiles.NameOf(child).StartsWith('.') || options.Has("a", "A"))
                        Show(HostFiles.NameOf(child), call.Host.Files.Find(child)!);
                }
            }
            catch (HostFailure failure)
            {
                call.Error(failure.Message == HostFailure.Denied ? $"ls: cannot open directory '{argument}': {failure.Message}" : $"ls: cannot access '{argument}': {failure.Message}");
                status = 2;
            }
        }

        return status;

        void Show(string name, HostFile file) => call.Out(options.Has("l")
            ? $"{ModeText(file)}. 1 {file.Owner} {file.Group} {file.Read().Length} {file.Changed.UtcDateTime.ToString("MMM dd HH:mm", CultureInfo.InvariantCulture)} {name}\n"
            : name + "\n");
    }

    private static int Stat(CommandCall call)
    {
        var options = call.Options("c", "format", "printf");
        var format = options.Value("c", "format", "printf");
        return call.Each(options.Rest, "cannot stat", argument =>
        {
            var path = call.PathOf(argument);
            var file = call.Host.Files.Get(path, call.User);
            var text = format ?? "  File: %n\n  Size: %s\nAccess: (%a/%A)  Uid: %u/%U  Gid: %g/%G\nModify: %y";
            var result = new StringBuilder();
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%' || i + 1 == text.Length)
                {
                    result.Append(text[i]);
                    continue;
                }

                result.Append(text[++i] switch
                {
                    'a' => Convert.ToString(file.Mode, 8),
                    'A' => ModeText(file),
                    'U' => file.Owner,
                    'G' => file.Group,
                    'u' => IdOf(file.Owner),
                    'g' => IdOf(file.Group),
                    's' => $"{file.Read().Length}",
                    'n' => argument,
                    'Y' or 'Z' or 'X' => $"{file.Changed.ToUnixTimeSeconds()}",
                    'y' => file.Changed.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff00 +0000", CultureInfo.InvariantCulture),
                    'F' => file.IsDirectory ? "directory" : path.StartsWith("/dev/", Ordinal) ? "block special file" : file.Read().Length == 0 ? "regular empty file" : "regular file",
                    'i' => $"{Math.Abs(StringComparer.Ordinal.GetHashCode(path))}",
                    '%' => "%",
                    var other => "%" + other,
                });
            }

            call.Out(options.Has("printf") ? result.Replace("\\n", "\n").ToString() : result + "\n");
        });

        string IdOf(string name) => (call.Host.AccountOf(name)?.Id ?? 0).ToString(CultureInfo.InvariantCulture);
    }

    private static int Tee(CommandCall call)
    {
        var options = call.Options();
        var status = call.Each(options.Rest, "", path => call.Host.Files.Write(call.PathOf(path), call.State.Stdin, call.User, options.Has("a", "append"), call.State.NewFileMode));
        call.Out(call.State.Stdin);
        return status;
    }

    private static int ModeOf(string text, int old)
    {
        if (text.All(c => c is >= '0' and <= '7'))
            return Convert.ToInt32(text, 8);
        var mode = old;
        foreach (var clause in text.Split(','))
        {
            var at = clause.IndexOfAny(['+', '-', '=']);
            if (at < 0)
                throw new HostFailure($"invalid mode: '{text}'");
            var who = clause[..at] is { Length: > 0 } given && given != "a" ? given : "ugo";
            var bits = clause[(at + 1)..].Sum(c => c switch { 'r' => 4, 'w' => 2, 'x' or 'X' => 1, _ => 0 });
            foreach (var shift in who.Select(c => c switch { 'u' => 6, 'g' => 3, _ => 0 }))
            {
                mode = clause[at] switch
                {
                    '+' => mode | (bits << shift),
                    '-' => mode & ~(bits << shift),
                    _ => (mode & ~(7 << shift)) | (bits << shift),
                };
            }
        }

        return mode;
    }

    private static (string? Owner, string? Group) Owners(CommandCall call, string text)
    {
        var parts = text.Split(':', 2);
        foreach (var name in parts.Where(name => name.Length > 0))
        {
            if (call.Host.AccountOf(name) is null)
                throw new HostFailure($"invalid user: '{text}'");
        }

        return (Name(parts[0]), parts.Length == 2 ? Name(parts[1]) ?? Name(parts[0]) : null);

        string? Name(string text) => text.Length == 0 ? null : call.Host.AccountOf(text)!.Name;
    }

    private static int Install(CommandCall call)
    {
        var options = call.Options("mogt", "mode", "owner", "group", "target-directory");
        var mode = options.Value("m", "mode") is { } text ? ModeOf(text, 0) : 0b111_101_101;
        var owner = options.Value("o", "owner");
        var group = options.Value("g", "group");
        var files = call.Host.Files;
        if (options.Has("d", "directory"))
        {
            return call.Each(options.Rest, "cannot create directory", argument =>
            {
                var path = call.PathOf(argument);
                MakeAll(call, HostFiles.Parent(path));
                if (files.Find(path) is null)
                    files.MakeFolder(path, call.User, mode);
                files.SetMode(path, mode, call.User);
                files.SetOwner(path, owner, group, call.User);
            });
        }

        if (options.Rest.Count < 2 && options.Value("t", "target-directory") is null)
            return call.Fail("install: missing file operand", 1);
        var to = options.Value("t", "target-directory") ?? options.Rest[^1];
        var sources = options.Value("t", "target-directory") is null ? options.Rest[..^1] : options.Rest;
        return call.Each(sources, "cannot stat", source =>
        {
            var content = source == "/dev/stdin" ? call.State.Stdin : files.Read(call.PathOf(source), call.User);
            var path = call.PathOf(to);
            if (files.Find(path) is { IsDirectory: true })
                path += "/" + HostFiles.NameOf(source);
            if (options.Has("D"))
                MakeAll(call, HostFiles.Parent(path));
            files.Write(path, content, call.User, append: false, mode);
            files.SetMode(path, mode, call.User);
            files.SetOwner(path, owner, group, call.User);
        });
    }

    private static void MakeAll(CommandCall call, string path)
    {
        if (call.Host.Files.Find(path) is { } found)
        {
            if (!found.IsDirectory)
                throw new HostFailure(HostFailure.NotDirectory);
            return;
        }

        MakeAll(call, HostFiles.Parent(path));
        call.Host.Files.MakeFolder(path, call.User, call.State.NewFolderMode);
    }

    private static int MakeFolder(CommandCall call)
    {
        var options = call.Options("m", "mode");
        return call.Each(options.Rest, "cannot create directory", argument =>
        {
            var path = call.PathOf(argument);
            var files = call.Host.Files;
            if (options.Has("p", "parents"))
            {
                MakeAll(call, HostFiles.Parent(path));
                if (files.Find(path) is { IsDirectory: true })
                    return;
            }

            files.MakeFolder(path, call.User, options.Value("m", "mode") is { } mode ? ModeOf(mode, 0) : call.State.NewFolderMode);
        });
    }

    private static int ChangeMode(CommandCall call)
    {
        // A mode may start with a minus: it is not an option.
        var words = call.Arguments.Skip(1).Where(word => word is not ("-R" or "--" or "-v" or "-f" or "--recursive")).ToList();
        if (words.Count < 2)
            return call.Fail("chmod: missing operand", 1);
        return call.Each(words.Skip(1), "cannot access", argument =>
        {
            foreach (var path in Tree(call, argument, call.Arguments.Contains("-R")))
                call.Host.Files.SetMode(path, ModeOf(words[0], call.Host.Files.Get(path, call.User).Mode), call.User);
        });
    }

    private static int ChangeOwner(CommandCall call)
    {
        var options = call.Options("", "reference");
        if (options.Rest.Count < 2)
            return call.Fail("chown: missing operand", 1);
        var (owner, group) = Owners(call, options.Rest[0]);
        return call.Each(options.Rest.Skip(1), "cannot access", argument =>
        {
            foreach (var path in Tree(call, argument, options.Has("R", "recursive")))
                call.Host.Files.SetOwner(path, owner, group, call.User);
        });
    }

    private static List<string> Tree(CommandCall call, string argument, bool recursive)
    {
        List<string> all = [call.PathOf(argument)];
        for (var i = 0; recursive && i < all.Count; i++)
            all.AddRange(call.Host.Files.Children(all[i]));
        return all;
    }

    private static int Copy(CommandCall call)
    {
        var options = call.Options("t");
        if (options.Rest.Count < 2)
            return call.Fail("cp: missing destination file operand", 1);
        var files = call.Host.Files;
        var to = call.PathOf(options.Rest[^1]);
        return call.Each(options.Rest.SkipLast(1), "cannot stat", source =>
        {
            var from = call.PathOf(source);
            var file = files.Get(from, call.User);
            if (file.IsDirectory && !options.Has("r", "R", "a"))
                throw new HostFailure("-r not specified; omitting directory");
            var path = files.Find(to) is { IsDirectory: true } ? $"{to}/{HostFiles.NameOf(from)}" : to;
            foreach (var part in Tree(call, from, recursive: true))
            {
                var target = path + part[from.Length..];
                var original = files.Get(part, call.User);
                if (original.IsDirectory)
                {
                    if (files.Find(target) is null)
                        files.MakeFolder(target, call.User, original.Mode);
                }
                else
                {
                    files.Write(target, files.Read(part, call.User), call.User, append: false, original.Mode);
                }

                if (options.Has("p", "a") && call.User.IsRoot)
                {
                    files.SetMode(target, original.Mode, call.User);
                    files.SetOwner(target, original.Owner, original.Group, call.User);
                }
            }
        });
    }

    private static int Move(CommandCall call)
    {
        var rest = call.Options().Rest;
        if (rest.Count < 2)
            return call.Fail("mv: missing destination file operand", 1);
        var to = call.PathOf(rest[^1]);
        return call.Each(rest.SkipLast(1), "cannot stat", source => call.Host.Files.Move(
            call.PathOf(source), call.Host.Files.Find(to) is { IsDirectory: true } ? $"{to}/{HostFiles.NameOf(source)}" : to, call.User));
    }

    private static int Link(CommandCall call)
    {
        var options = call.Options();
        if (options.Has("s") || options.Rest.Count != 2)
            return call.Fail("ln: only 'ln FILE NAME' is simulated", 1);
        try
        {
            call.Host.Files.Link(call.PathOf(options.Rest[0]), call.PathOf(options.Rest[1]), call.User);
            return 0;
        }
        catch (HostFailure failure)
        {
            return call.Fail($"ln: failed to create hard link '{options.Rest[1]}': {failure.Message}", 1);
        }
    }

    private static int Remove(CommandCall call)
    {
        var options = call.Options();
        var force = options.Has("f", "force");
        return call.Each(options.Rest, "cannot remove", path =>
        {
            try
            {
                call.Host.Files.Remove(call.PathOf(path), call.User, options.Has("r", "R", "recursive"));
            }
            catch (HostFailure failure) when (force && failure.Message == HostFailure.NotFound)
            {
                // What is not there need not be removed.
            }
        });
    }

    private static int MakeTemporary(CommandCall call)
    {
        var options = call.Options("p", "tmpdir");
        var template = options.Rest.FirstOrDefault() ?? "/tmp/tmp.XXXXXXXXXX";
        var path = template.TrimEnd('X') + Guid.NewGuid().ToString("N")[..Math.Max(1, template.Length - template.TrimEnd('X').Length)];
        path = call.PathOf(path.StartsWith('/') ? path : $"{options.Value("p", "tmpdir") ?? "/tmp"}/{path}");
        if (options.Has("d"))
            call.Host.Files.MakeFolder(path, call.User, 0b111_000_000);
        else
            call.Host.Files.Write(path, [], call.User, append: false, 0b110_000_000);
        call.Out(path + "\n");
        return 0;
    }
}

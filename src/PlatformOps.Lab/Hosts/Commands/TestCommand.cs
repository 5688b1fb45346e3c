namespace PlatformOps.Lab.Hosts.Commands;

/// <summary><c>test</c> and <c>[</c>.</summary>
internal static class TestCommand
{
    public static int Run(CommandCall call, string[] words)
    {
        if (Array.IndexOf(words, "-o") is > 0 and var or)
            return Run(call, words[..or]) == 0 || Run(call, words[(or + 1)..]) == 0 ? 0 : 1;
        if (Array.IndexOf(words, "-a") is > 0 and var and)
            return Run(call, words[..and]) == 0 && Run(call, words[(and + 1)..]) == 0 ? 0 : 1;
        switch (words)
        {
            case []:
                return 1;
            case ["!", .. var rest]:
                return Run(call, rest) switch { 0 => 1, 1 => 0, var failed => failed };
            case [var only]:
                return only.Length > 0 ? 0 : 1;
            case ["-n", var text]:
                return text.Length > 0 ? 0 : 1;
            case ["-z", var text]:
                return text.Length == 0 ? 0 : 1;
            case [['-', var letter], var argument]:
                return OnFile(call, letter, argument);
            case [var a, "=" or "==", var b]:
                return a == b ? 0 : 1;
            case [var a, "!=", var b]:
                return a != b ? 0 : 1;
            case [var a, ['-', .. var sign], var b]:
                if (!long.TryParse(a, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left) || !long.TryParse(b, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right))
                    return call.Fail($"bash: line 1: test: {(long.TryParse(a, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? b : a)}: integer expression expected", 2);
                return (sign switch { "eq" => left == right, "ne" => left != right, "lt" => left < right, "le" => left <= right, "gt" => left > right, "ge" => left >= right, _ => false }) ? 0 : 1;
            default:
                return call.Fail("bash: line 1: test: too many arguments", 2);
        }
    }

    private static int OnFile(CommandCall call, char letter, string argument)
    {
        HostFile? file = null;
        var path = call.PathOf(argument);
        try
        {
            file = call.Host.Files.Get(path, call.User);
        }
        catch (HostFailure)
        {
            // Not there, or not to be seen.
        }

        return (letter switch
        {
            'e' => file is not null,
            'f' => file is { IsDirectory: false } && !path.StartsWith("/dev/", Ordinal),
            'd' => file is { IsDirectory: true },
            'b' => file is not null && path.StartsWith("/dev/", Ordinal),
            'c' => file is not null && path is "/dev/null" or "/dev/kvm",
            's' => file is not null && (file.IsDirectory || file.Read().Length > 0),
            'r' => file is not null && HostFiles.May(file, call.User, 4),
            'w' => file is not null && HostFiles.May(file, call.User, 2),
            'x' => file is not null && HostFiles.May(file, call.User, 1),
            _ => false,
        }) ? 0 : 1;
    }
}

using System.Text.RegularExpressions;
using PlatformOps.Lab.Hosts.Shell;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Hosts;

/// <summary>The body of <c>POST /lab/ssh/run</c>.</summary>
internal sealed partial record SshRequest(string Host, int Port, string User, string? PublicKey, string Command, IReadOnlyDictionary<string, string> Environment, byte[] Stdin)
{
    private static readonly string[] Known = ["host", "port", "user", "publicKey", "command", "environment", "stdin"];
    private static readonly string[] Wrappers = ["sudo", "env", "timeout", "sh", "bash", "nice", "nohup"];
    private static readonly char[] Space = [' ', '\t', '\n'];

    /// <summary>The program for counters and faults: what stands behind sudo, env, timeout and <c>sh -c</c>; the name that a script of several lines was given (<c>sh -c '…' name</c>).</summary>
    public string Program
    {
        get
        {
            if (NameOfScript() is { } script)
                return script;
            var words = new Queue<string>(Command.Split(Space, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\'', '"').TrimEnd(';')));
            var wrapper = "";
            while (words.TryDequeue(out var word))
            {
                var name = word[(word.LastIndexOf('/') + 1)..];
                if (Wrappers.Contains(name))
                    wrapper = name;
                else if (word is "-u" && wrapper == "sudo")
                    words.TryDequeue(out _);
                else if (word.Length > 0 && word[0] != '-' && !Assignment().IsMatch(word) && !(wrapper == "timeout" && char.IsAsciiDigit(word[0])))
                    return name;
            }

            return wrapper.Length > 0 ? wrapper : "shell";
        }
    }

    public static SshRequest Read(JsonNode? body)
    {
        if (body is not JsonObject given)
            throw new LabException("a JSON object is expected");
        if (given.FirstOrDefault(pair => !Known.Contains(pair.Key)).Key is { } odd)
            throw new LabException($"unknown '{odd}' (known: {string.Join(", ", Known)})");
        byte[] stdin;
        try
        {
            stdin = given.Text("stdin") is { } text ? Convert.FromBase64String(text) : [];
        }
        catch (FormatException)
        {
            throw new LabException("'stdin' is not base64");
        }

        return new SshRequest(
            given.Text("host") ?? throw new LabException("'host' is missing"),
            int.TryParse(given.Text("port") ?? "22", NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : throw new LabException("'port' is not a number"),
            given.Text("user") ?? throw new LabException("'user' is missing"),
            given.Text("publicKey"),
            given.Text("command") ?? throw new LabException("'command' is missing"),
            (given["environment"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal),
            stdin);
    }

    private string? NameOfScript()
    {
        if (!Command.Contains('\n', Ordinal))
            return null;
        try
        {
            return ShellParser.Parse(Command) is ShellNode.List { Items: [{ Node: ShellNode.Simple { Words: [var shell, var option, _, { Parts: [{ Kind: ShellWord.Kind.Literal, Text: var name }] }, ..] } }] }
                && shell.IsPlain("sh") && option.IsPlain("-c") ? name : null;
        }
        catch (ShellSyntaxException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[A-Za-z_]\w*=")]
    private static partial Regex Assignment();
}

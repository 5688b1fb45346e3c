using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Hosts;

/// <summary>The body of <c>POST /lab/ssh/run</c>.</summary>
internal sealed record SshRequest(string Host, int Port, string User, string? PublicKey, string Command, IReadOnlyDictionary<string, string> Environment, byte[] Stdin)
{
    private static readonly string[] Known = ["host", "port", "user", "publicKey", "command", "environment", "stdin"];
    private static readonly char[] Space = [' ', '\t', '\n'];

    /// <summary>The program for counters and faults: what stands behind sudo and <c>sh -c</c>.</summary>
    public string Program
    {
        get
        {
            var words = Command.Split(Space, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\'', '"')).ToList();
            var first = words.FindIndex(word => word is not ("sudo" or "env" or "timeout" or "sh" or "bash" or "/bin/sh" or "/bin/bash" or "LC_ALL=C" or "LANG=C") && !word.StartsWith('-') && !(word.Contains('=', Ordinal) && !word.Contains('/', Ordinal)));
            return first < 0 ? "shell" : words[first].TrimEnd(';')[(words[first].TrimEnd(';').LastIndexOf('/') + 1)..];
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
}

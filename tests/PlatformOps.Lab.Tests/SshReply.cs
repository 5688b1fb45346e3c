using System.Text;

namespace PlatformOps.Lab.Tests;

/// <summary>The lines of an SSH run put together; no status means that the connection ended without one.</summary>
internal sealed record SshReply(int? Status, string Out, string Error, string? Refusal)
{
    public static SshReply Of(string lines)
    {
        int? status = null;
        string? refusal = null;
        var streams = new Dictionary<string, StringBuilder> { ["stdout"] = new(), ["stderr"] = new() };
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var node = JsonNode.Parse(line)!;
            switch ((string)node["type"]!)
            {
                case "exit":
                    status = (int)node["status"]!;
                    break;
                case "error":
                    refusal = (string)node["kind"]!;
                    break;
                case var stream:
                    streams[stream].Append(Encoding.UTF8.GetString(Convert.FromBase64String((string)node["data"]!)));
                    break;
            }
        }

        return new SshReply(status, streams["stdout"].ToString(), streams["stderr"].ToString(), refusal);
    }
}

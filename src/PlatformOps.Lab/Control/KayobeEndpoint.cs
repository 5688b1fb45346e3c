using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary><c>/lab/kayobe</c>: what a test may set on Kayobe's control host.</summary>
internal sealed class KayobeEndpoint(LabContext lab)
{
    private KayobeData Data => lab.World.Kayobe;

    public void Map(IEndpointRouteBuilder routes) => ControlEndpoint.Post(routes, "/kayobe", body =>
    {
        if (body is not JsonObject given)
            throw new LabException("a JSON object is expected");
        lock (lab.World.Gate)
        {
            foreach (var (key, value) in given)
                Set(key, value);
            return Describe(Data);
        }
    });

    /// <summary>Everything that it keeps, for tests that look at the state reached.</summary>
    public static JsonObject Describe(KayobeData data) => new()
    {
        ["host"] = data.Host,
        ["vaultPassword"] = data.VaultPassword,
        ["version"] = data.Version,
        ["branch"] = data.Branch,
        ["commit"] = data.Commit,
        ["computes"] = JsonText.Strings(data.Computes),
        ["controllers"] = JsonText.Strings(data.Controllers),
        ["pxeEnabled"] = JsonText.Strings(data.PxeEnabled.Order(StringComparer.Ordinal)),
        ["mostAtOnce"] = data.MostAtOnce,
        ["runs"] = JsonText.Array(data.Runs.Select(run => (JsonNode)new JsonObject { ["command"] = run.Command, ["hosts"] = JsonText.Strings(run.Hosts) })),
    };

    private void Set(string key, JsonNode? value)
    {
        switch (key)
        {
            case "version":
                Data.Version = System.Version.TryParse(Text(), out _) ? Text() : throw new LabException($"'{Text()}' is no version");
                break;
            case "branch":
                Data.Branch = Text();
                break;
            case "behind":
                Data.Behind = int.TryParse(Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw new LabException("'behind' is a whole number");
                break;
            case "remoteAnswers":
                Data.RemoteAnswers = Text() == "true";
                break;
            case "changes":
                Data.Changes.Clear();
                Data.Changes.AddRange((value as JsonArray ?? []).Select(path => path!.ToString()));
                break;
            case "trouble":
                Data.Trouble.Clear();
                foreach (var (host, what) in value as JsonObject ?? [])
                    Data.Trouble[host] = what?.ToString() is "failed" or "unreachable" or "ignored" ? what.ToString() : throw new LabException("trouble is failed, unreachable or ignored");
                break;
            default:
                throw new LabException($"'{key}' cannot be set on Kayobe's control host (can be: version, branch, behind, remoteAnswers, changes, trouble)");
        }

        string Text() => value?.ToString() ?? throw new LabException($"'{key}' needs a value");
    }
}

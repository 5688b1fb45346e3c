using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary><c>/lab/servers/{name or id}</c>: what a test may set on a server.</summary>
internal sealed class ServerEndpoint(LabContext lab)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/servers/{name}", async http =>
    {
        var name = (string)http.Request.RouteValues["name"]!;
        try
        {
            var body = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) as JsonObject
                ?? throw new LabException("a JSON object is expected");
            bool found;
            lock (lab.World.Gate)
            {
                var server = lab.World.Servers.Find(known => known.Name == name || known.Id.ToString() == name);
                found = server is not null;
                foreach (var (key, value) in body)
                {
                    if (server is not null)
                        Set(server, key, value);
                }
            }

            await ControlEndpoint.AnswerAsync(http, found ? 204 : 404, found ? null : new JsonObject { ["error"] = "no such server" });
        }
        catch (Exception failure) when (failure is LabException or System.Text.Json.JsonException)
        {
            await ControlEndpoint.AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
        }
    });

    private static void Set(Server server, string key, JsonNode? value)
    {
        switch (key)
        {
            case "status":
                server.Status = value!.ToString();
                break;
            case "taskState":
                server.TaskState = value?.ToString();
                break;
            case "locked":
                server.Locked = value?.ToString() == "true";
                break;
            case "moves":
                server.Moves = Enum.TryParse<MoveBehaviour>(value?.ToString(), ignoreCase: true, out var moves) ? moves
                    : throw new LabException($"'moves' is one of {string.Join(", ", Enum.GetNames<MoveBehaviour>())}");
                break;
            case "metadata":
                foreach (var (name, text) in value as JsonObject ?? [])
                {
                    if (text is null)
                        server.Metadata.Remove(name);
                    else
                        server.Metadata[name] = text.ToString();
                }

                break;
            default:
                throw new LabException($"'{key}' cannot be set on a server (can be: status, taskState, locked, moves, metadata)");
        }
    }
}

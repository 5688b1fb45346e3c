using System.Text.Json;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Control;

/// <summary>The control endpoint <c>/lab</c>: what the lab is, its state, counters, faults and clock.</summary>
internal sealed class ControlEndpoint(LabContext lab, IReadOnlyList<ILabService> services, string version)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        Get("/", () => new JsonObject
        {
            ["name"] = lab.World.Name,
            ["seed"] = lab.World.Seed,
            ["version"] = version,
            ["hypervisors"] = lab.World.Hypervisors.Count,
            ["bmcs"] = new JsonObject { ["url"] = $"{lab.Bmcs.Address}bmc/", ["thumbprint"] = lab.Bmcs.Thumbprint },
            ["services"] = JsonText.Array(services.Select(service => (JsonNode)new JsonObject
            {
                ["name"] = service.Name, ["url"] = $"{lab.Address}{service.Prefix.TrimStart('/')}",
            })),
        });
        Get("/state", () => WorldState.Describe(lab));
        Get("/counters", () => lab.Journal.Counters());
        routes.MapDelete("/counters", async http =>
        {
            lab.Journal.Reset();
            await AnswerAsync(http, 204, null);
        });
        Get("/writes", () => lab.Journal.Writes());
        Get("/faults", () => lab.Faults.Describe());
        Post(routes, "/faults", body => new JsonObject { ["id"] = lab.Faults.Add(body) });
        routes.MapDelete("/faults", async http =>
        {
            lab.Faults.Clear();
            await AnswerAsync(http, 204, null);
        });
        routes.MapDelete("/faults/{id:int}", async http =>
        {
            var removed = lab.Faults.Remove(int.Parse((string)http.Request.RouteValues["id"]!, CultureInfo.InvariantCulture));
            await AnswerAsync(http, removed ? 204 : 404, removed ? null : new JsonObject { ["error"] = "no such fault" });
        });
        Get("/clock", Clock);
        Post(routes, "/clock", SetClock);

        void Get(string pattern, Func<JsonNode> body) => routes.MapGet(pattern, async http =>
        {
            JsonNode node;
            lock (lab.World.Gate)
                node = body();
            await AnswerAsync(http, 200, node);
        });
    }

    /// <summary>Routes a POST whose mistakes are answered with 400 and one sentence.</summary>
    public static void Post(IEndpointRouteBuilder routes, string pattern, Func<JsonNode?, JsonNode> handler) => routes.MapPost(pattern, async http =>
    {
        try
        {
            var body = await JsonNode.ParseAsync(http.Request.Body, null, new JsonDocumentOptions { MaxDepth = 64 }, http.RequestAborted);
            await AnswerAsync(http, 200, handler(body));
        }
        catch (Exception failure) when (failure is LabException or JsonException)
        {
            await AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
        }
    });

    public static async Task AnswerAsync(HttpContext http, int status, JsonNode? body)
    {
        http.Response.StatusCode = status;
        if (body is null)
            return;
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString(JsonText.Options)), http.RequestAborted);
    }

    private JsonObject Clock() => new()
    {
        ["now"] = lab.Clock.Now.ToString("O", CultureInfo.InvariantCulture),
        ["speed"] = lab.Clock.Speed,
        ["seconds"] = lab.Clock.Seconds,
    };

    private JsonObject SetClock(JsonNode? body)
    {
        if (body is not JsonObject given || given.Any(pair => pair.Key is not ("speed" or "advance-seconds")))
            throw new LabException("the clock has speed and advance-seconds");
        if (Number("speed") is { } speed)
            lab.Clock.Speed = speed is > 0 and <= 1_000_000 ? speed : throw new LabException("the speed is above 0 and at most 1000000");
        if (Number("advance-seconds") is { } seconds)
            lab.Clock.Advance(seconds >= 0 ? seconds : throw new LabException("the clock does not go back"));
        return Clock();

        double? Number(string name) => given[name] is not { } node ? null
            : double.TryParse(node.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new LabException($"'{name}' is not a number");
    }
}

using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Services.Glance;

/// <summary>As much of Glance v2 as clients of Nova need to name the images of servers.</summary>
internal sealed class GlanceService(LabContext lab, TokenVault vault) : ILabService
{
    public string Name => "glance";

    public string Prefix => "/image";

    public IReadOnlyList<string> ApiRoots { get; } = ["/v2"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Json(300, new JsonObject
        {
            ["versions"] = new JsonArray(new JsonObject
            {
                ["id"] = "v2.9", ["status"] = "CURRENT", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{lab.Address}image/v2/" }),
            }),
        }));
        routes.On("GET", "/v2/images", call =>
        {
            vault.Require(call);
            return Answer.Ok(new JsonObject
            {
                ["images"] = JsonText.Array(lab.World.Servers.Select(server => server.ImageId).Distinct().Select(Row)),
                ["first"] = "/v2/images",
                ["schema"] = "/v2/schemas/images",
            });
        });
        routes.On("GET", "/v2/images/{id}", call =>
        {
            vault.Require(call);
            return lab.World.Servers.Any(server => server.ImageId.ToString() == call.Route("id"))
                ? Answer.Ok(Row(Guid.Parse(call.Route("id"))))
                : throw new Refusal(NotFound($"No image found with ID {call.Route("id")}"));
        });
    }

    public IEnumerable<string> TargetsOf(LabCall call) => [call.Route("id")];

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown ? Answer.Empty(405) : NotFound("The resource could not be found.");

    public Answer Failure(int status, string message) => Answer.Html(status, $"<html><head><title>{status} {message}</title></head><body><h1>{status} {message}</h1></body></html>");

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private static Answer NotFound(string message) => Answer.Html(404, $"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>{message}</body></html>");

    private static JsonObject Row(Guid id) => new()
    {
        ["id"] = id.ToString(),
        ["name"] = $"image-{id.ToString()[..4]}",
        ["status"] = "active",
        ["visibility"] = "public",
        ["container_format"] = "bare",
        ["disk_format"] = "qcow2",
        ["min_ram"] = 0,
        ["min_disk"] = 0,
        ["tags"] = new JsonArray(),
        ["schema"] = "/v2/schemas/image",
        ["self"] = $"/v2/images/{id}",
    };
}

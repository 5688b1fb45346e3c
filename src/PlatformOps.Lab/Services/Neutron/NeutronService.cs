using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Neutron;

/// <summary>As much of Neutron v2.0 (api-ref: network) as tells what its agents host.</summary>
internal sealed class NeutronService(LabContext lab, TokenVault vault) : ILabService
{
    private static readonly string[] Filters = ["host", "agent_type", "binary", "id", "topic", "alive", "admin_state_up"];

    public string Name => "neutron";

    public string Prefix => "/networking";

    public IReadOnlyList<string> ApiRoots { get; } = ["/v2.0"];

    private string Root => $"{lab.Address}networking/v2.0";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Ok(new JsonObject
        {
            ["versions"] = new JsonArray(new JsonObject { ["id"] = "v2.0", ["status"] = "CURRENT", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Root + "/" }) }),
        }));
        routes.On("GET", "/v2.0/", call => Answered(call, _ => new JsonObject
        {
            ["resources"] = new JsonArray(new JsonObject { ["name"] = "agent", ["collection"] = "agents", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = Root + "/agents" }) }),
        }));
        routes.On("GET", "/v2.0/extensions", call => Answered(call, _ => new JsonObject
        {
            ["extensions"] = JsonText.Array(new[] { "agent", "l3_agent_scheduler", "dhcp_agent_scheduler" }.Select(alias => (JsonNode)new JsonObject { ["alias"] = alias, ["name"] = alias, ["links"] = new JsonArray() })),
        }));
        routes.On("GET", "/v2.0/agents", call => Answered(call, token => List(call, token)));
        routes.On("GET", "/v2.0/agents/{id}", call => Answered(call, token => new JsonObject { ["agent"] = Row(Find(call, token)) }));
        routes.On("GET", "/v2.0/agents/{id}/l3-routers", call => Answered(call, token => Held(call, token, "L3 agent", "routers", "get_l3-routers")));
        routes.On("GET", "/v2.0/agents/{id}/dhcp-networks", call => Answered(call, token => Held(call, token, "DHCP agent", "networks", "get_dhcp-networks")));
    }

    public IEnumerable<string> TargetsOf(LabCall call)
    {
        foreach (var host in call.Queries("host"))
            yield return host;
        if (Agent.Of(lab.World).FirstOrDefault(agent => agent.Id.ToString() == call.Route("id")) is { } agent)
            yield return agent.Host;
    }

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown ? Failure(405, "Method Not Allowed") : Failure(404, "The resource could not be found.");

    public Answer Failure(int status, string message) => Error(status, status switch { 404 => "HTTPNotFound", 500 => "HTTPInternalServerError", _ => "NeutronException" }, message);

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private static Answer Error(int status, string type, string message) => Answer.Json(status, new JsonObject
    {
        ["NeutronError"] = new JsonObject { ["type"] = type, ["message"] = message, ["detail"] = "" },
    });

    private Answer Answered(LabCall call, Func<Token, JsonObject> handler)
    {
        var token = vault.Require(call);
        return Answer.Ok(handler(token)).With("X-Openstack-Request-Id", $"req-{Guid.NewGuid()}");
    }

    private JsonObject List(LabCall call, Token token)
    {
        // What a caller may not see is taken out row by row: others than administrators get an empty list, not an error.
        var found = token.IsAdmin ? Agent.Of(lab.World) : [];
        foreach (var name in Filters.Where(name => call.Queries(name).Count > 0))
        {
            var wanted = call.Queries(name);
            found = found.Where(agent => Row(agent).Text(name) is { } value && wanted.Contains(value, name is "alive" or "admin_state_up" ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal));
        }

        var rows = found.OrderBy(agent => agent.Id).ToList();
        if (call.Query("marker") is { } marker)
            rows = [.. rows.SkipWhile(agent => agent.Id.ToString() != marker).Skip(1)];
        var body = new JsonObject();
        if (int.TryParse(call.Query("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 && rows.Count > limit)
        {
            rows = rows[..limit];
            var query = call.Http.Request.Query.Where(pair => pair.Key != "marker").SelectMany(pair => pair.Value, (pair, value) => $"{pair.Key}={Uri.EscapeDataString(value ?? "")}").Append($"marker={rows[^1].Id}");
            body["agents_links"] = new JsonArray(new JsonObject { ["rel"] = "next", ["href"] = $"{Root}/agents?{string.Join('&', query)}" });
        }

        body["agents"] = JsonText.Array(rows.Select(Row));
        return body;
    }

    private Agent Find(LabCall call, Token token) => Agent.Of(lab.World).FirstOrDefault(agent => token.IsAdmin && agent.Id.ToString() == call.Route("id"))
        ?? throw new Refusal(Error(404, "AgentNotFound", $"Agent {call.Route("id")} could not be found."));

    private JsonObject Held(LabCall call, Token token, string type, string name, string rule)
    {
        if (!token.IsAdmin)
            throw new Refusal(Error(403, "PolicyNotAuthorized", $"rule:{rule} is disallowed by policy"));
        var agent = Find(call, token);
        return new JsonObject
        {
            [name] = JsonText.Array((agent.Type == type ? agent.Holds : []).Select(held => (JsonNode)new JsonObject
            {
                ["id"] = Agent.Stable(name, agent.Host, held).ToString(), ["name"] = held, ["status"] = "ACTIVE", ["admin_state_up"] = true, ["tenant_id"] = lab.World.Projects[^1].Id, ["project_id"] = lab.World.Projects[^1].Id,
            })),
        };
    }

    private JsonObject Row(Agent agent) => new()
    {
        ["id"] = agent.Id.ToString(),
        ["agent_type"] = agent.Type,
        ["binary"] = agent.Binary,
        ["topic"] = agent.Topic,
        ["host"] = agent.Host,
        ["availability_zone"] = agent.Topic is "l3_agent" or "dhcp_agent" ? "nova" : null,
        ["admin_state_up"] = true,
        ["alive"] = agent.Alive,
        ["created_at"] = Time(lab.Clock.Now.AddDays(-42)),
        ["started_at"] = Time(lab.Clock.Now.AddDays(-42)),
        ["heartbeat_timestamp"] = Time(agent.Alive ? lab.Clock.Now : lab.Clock.Now.AddHours(-1)),
        ["description"] = null,
        ["configurations"] = agent.Configurations.DeepClone(),
        ["resources_synced"] = null,
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Nova;

/// <summary>Nova (api-ref: compute): versions, microversions, and which resource answers what.</summary>
internal sealed class NovaService : ILabService
{
    private readonly LabContext _lab;
    private readonly TokenVault _vault;
    private readonly int _max;

    public NovaService(LabContext lab, TokenVault vault)
    {
        _lab = lab;
        _vault = vault;
        _max = lab.Options.NovaMaxMicroversion.Split('.') is ["2", var minor]
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new LabException($"'{lab.Options.NovaMaxMicroversion}' is not a compute microversion such as 2.96");
    }

    public string Name => "nova";

    public string Prefix => "/compute";

    public IReadOnlyList<string> ApiRoots { get; } = ["/v2.1"];

    private string Root => $"{_lab.Address}compute/v2.1";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Ok(new JsonObject { ["versions"] = new JsonArray(Version("v2.0", "SUPPORTED", "", ""), Version("v2.1", "CURRENT", $"2.{_max}", "2.1")) }));
        routes.On("GET", "/v2.1", _ =>
        {
            var version = Version("v2.1", "CURRENT", $"2.{_max}", "2.1");
            version["media-types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.compute+json;version=2.1" });
            return Answer.Ok(new JsonObject { ["version"] = version });
        });

        var services = new ComputeServices(_lab);
        On("GET", "/os-services", services.List);
        On("PUT", "/os-services/{id}", services.Update);
        On("DELETE", "/os-services/{id}", services.Delete);

        var hypervisors = new HypervisorList(_lab, Root);
        On("GET", "/os-hypervisors", call => hypervisors.List(call, detail: false));
        On("GET", "/os-hypervisors/detail", call => hypervisors.List(call, detail: true));
        On("GET", "/os-hypervisors/statistics", hypervisors.Statistics);
        On("GET", "/os-hypervisors/{id}", hypervisors.Show);
        On("GET", "/os-hypervisors/{id}/uptime", hypervisors.Uptime);
        On("GET", "/os-hypervisors/{id}/search", hypervisors.Search);
        On("GET", "/os-hypervisors/{id}/servers", hypervisors.Search);

        var moves = new ServerMoves(_lab, Root);
        var servers = new ServerList(_lab, Root, moves);
        On("GET", "/servers", call => servers.List(call, detail: false));
        On("GET", "/servers/detail", call => servers.List(call, detail: true));
        On("GET", "/servers/{id}", servers.Show);
        On("POST", "/servers/{id}/action", servers.Act);
        On("GET", "/servers/{id}/migrations", call => moves.Current(call, servers.Find(call)));
        On("GET", "/servers/{id}/migrations/{migration}", call => moves.ShowCurrent(call, servers.Find(call)));
        On("DELETE", "/servers/{id}/migrations/{migration}", call => moves.Abort(call, servers.Find(call)));
        On("POST", "/servers/{id}/migrations/{migration}/action", call => moves.Force(call, servers.Find(call)));
        On("GET", "/servers/{id}/os-instance-actions", call => moves.Actions(call, servers.Find(call)));
        On("GET", "/servers/{id}/os-instance-actions/{action}", call => moves.ShowAction(call, servers.Find(call)));
        On("GET", "/os-migrations", moves.History);

        var aggregates = new AggregateList(_lab);
        On("GET", "/os-aggregates", aggregates.List);
        On("GET", "/os-aggregates/{id}", aggregates.Show);
        On("POST", "/os-aggregates/{id}/action", aggregates.Act);
        On("GET", "/os-availability-zone", call => aggregates.Zones(call, detail: false));
        On("GET", "/os-availability-zone/detail", call => aggregates.Zones(call, detail: true));

        var flavors = new FlavorList(_lab, Root);
        On("GET", "/flavors", call => flavors.List(call, detail: false));
        On("GET", "/flavors/detail", call => flavors.List(call, detail: true));
        On("GET", "/flavors/{id}", flavors.Show);
        On("GET", "/flavors/{id}/os-extra_specs", flavors.ExtraSpecs);

        void On(string method, string pattern, Func<NovaCall, Answer> handler) =>
            routes.On(method, "/v2.1" + pattern, call => Respond(call, handler));
    }

    public IEnumerable<string> TargetsOf(LabCall call)
    {
        var world = _lab.World;
        IEnumerable<string?> given = [call.Route("id"), call.Query("host"), call.Query("hypervisor_hostname_pattern"), call.Json.Text("host")];
        foreach (var name in given.Where(name => !string.IsNullOrEmpty(name)).Cast<string>())
        {
            yield return name;
            var hypervisor = world.Hypervisors.Find(known => known.ServiceId.ToString() == name || known.Id.ToString() == name || known.Number.ToString(CultureInfo.InvariantCulture) == name);
            if (hypervisor is not null)
                yield return hypervisor.Fqdn;
            if (world.Servers.Find(known => known.Id.ToString() == name) is { } server)
            {
                yield return server.Name;
                yield return server.Host.Fqdn;
            }
        }
    }

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown
        ? NovaErrors.Fault(405, "The method specified is not allowed for this resource.")
        : NovaErrors.Fault(404, "The resource could not be found.");

    public Answer Failure(int status, string message) => NovaErrors.Fault(status, message);

    public Answer TokenExpired(LabCall call) => _vault.Expire(call);

    private Answer Respond(LabCall call, Func<NovaCall, Answer> handler)
    {
        var token = _vault.Require(call);
        var request = $"req-{Guid.NewGuid()}";
        if (!TryVersion(call, out var version, out var refusal))
            return refusal.With("x-openstack-request-id", request);
        Answer answer;
        try
        {
            answer = token.Roles.Length == 0 ? throw NovaErrors.Forbidden("os_compute_api") : handler(new NovaCall(call, token, version));
        }
        catch (Refusal refused)
        {
            answer = refused.Answer;
        }

        return answer
            .With("OpenStack-API-Version", $"compute 2.{version}")
            .With("X-OpenStack-Nova-API-Version", $"2.{version}")
            .With("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version")
            .With("x-openstack-request-id", request)
            .With("x-compute-request-id", request);
    }

    private bool TryVersion(LabCall call, out int version, out Answer refusal)
    {
        version = 1;
        refusal = Answer.Empty(200);
        var asked = call.Header("OpenStack-API-Version")?.Split(',')
            .Select(part => part.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(part => part is ["compute", _])?[1] ?? call.Header("X-OpenStack-Nova-API-Version");
        if (asked is null)
            return true;
        if (asked.Equals("latest", OrdinalIgnoreCase))
        {
            version = _max;
            return true;
        }

        var numbers = asked.Split('.');
        if (numbers is not [var major, var minor]
            || !int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out version)
            || (minor.Length > 1 && minor[0] == '0'))
        {
            refusal = NovaErrors.Fault(400, $"API Version String {asked} is of invalid format. Must be of format MajorNum.MinorNum.");
            return false;
        }

        if (first == 2 && version >= 1 && version <= _max)
            return true;
        refusal = NovaErrors.Fault(406, $"Version {asked} is not supported by the API. Minimum is 2.1 and maximum is 2.{_max}.");
        return false;
    }

    private JsonObject Version(string id, string status, string max, string min) => new()
    {
        ["id"] = id,
        ["status"] = status,
        ["version"] = max,
        ["min_version"] = min,
        ["updated"] = id == "v2.0" ? "2011-01-21T11:33:21Z" : "2013-07-23T11:33:21Z",
        ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = id == "v2.0" ? $"{_lab.Address}compute/v2/" : Root + "/" }),
    };
}

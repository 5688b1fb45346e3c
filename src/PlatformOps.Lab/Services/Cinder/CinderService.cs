using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Cinder;

/// <summary>As much of Cinder v3 (api-ref: block-storage) as tells where its services run.</summary>
internal sealed class CinderService(LabContext lab, TokenVault vault) : ILabService
{
    private const string Max = "3.70";

    public string Name => "cinder";

    public string Prefix => "/volume";

    public IReadOnlyList<string> ApiRoots { get; } = ["/v3/{project}", "/v3"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", _ => Answer.Json(300, Versions()));
        routes.On("GET", "/v3", _ => Answer.Ok(Versions()));
        routes.On("GET", "/v3/{project}/os-services", call => Services(call));
    }

    public IEnumerable<string> TargetsOf(LabCall call) => call.Queries("host");

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown ? Failure(405, "The method specified is not allowed for this resource.") : Failure(404, "The resource could not be found.");

    public Answer Failure(int status, string message) => Answer.Json(status, new JsonObject
    {
        [status switch { 400 => "badRequest", 403 => "forbidden", 404 => "itemNotFound", 405 => "badMethod", 413 => "overLimit", 503 => "serviceUnavailable", _ => "computeFault" }] = new JsonObject { ["code"] = status, ["message"] = message },
    });

    public Answer TokenExpired(LabCall call) => vault.Expire(call);

    private JsonObject Versions() => new()
    {
        ["versions"] = new JsonArray(new JsonObject
        {
            ["id"] = "v3.0", ["status"] = "CURRENT", ["version"] = Max, ["min_version"] = "3.0", ["updated"] = "2022-03-30T00:00:00Z",
            ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{lab.Address}volume/v3/" }),
            ["media-types"] = new JsonArray(new JsonObject { ["base"] = "application/json", ["type"] = "application/vnd.openstack.volume+json;version=3" }),
        }),
    };

    private Answer Services(LabCall call)
    {
        var token = vault.Require(call);
        if (token.Project?.Id != call.Route("project"))
            return Failure(400, "Malformed request url");
        if (!token.IsAdmin)
            return Failure(403, "Policy doesn't allow volume_extension:services:get_all to be performed.");
        IEnumerable<(string Binary, string Host, bool Up)> all =
        [
            ("cinder-scheduler", "ctl01.lab.example", true), ("cinder-volume", "ctl01.lab.example@ceph", true), ("cinder-backup", "ctl01.lab.example", true),
            .. On(Tenant.CinderVolume).Select(hypervisor => ("cinder-volume", $"{hypervisor.Fqdn}@lvm", hypervisor.Reachable)),
            .. On(Tenant.CinderBackup).Select(hypervisor => ("cinder-backup", hypervisor.Fqdn, hypervisor.Reachable)),
        ];
        // A machine's name stands for its backends, too.
        var found = all
            .Where(service => call.Query("host") is not { Length: > 0 } host || service.Host == host || service.Host.StartsWith(host + "@", Ordinal))
            .Where(service => call.Query("binary") is not { Length: > 0 } binary || service.Binary == binary);
        return Answer.Ok(new JsonObject { ["services"] = JsonText.Array(found.Select(Row)) })
            .With("OpenStack-API-Version", "volume 3.0").With("x-openstack-request-id", $"req-{Guid.NewGuid()}");
    }

    private IEnumerable<Hypervisor> On(Tenant tenant) => lab.World.Hypervisors.Where(hypervisor => hypervisor.Tenants.Contains(tenant));

    private JsonObject Row((string Binary, string Host, bool Up) service)
    {
        var row = new JsonObject
        {
            ["binary"] = service.Binary,
            ["host"] = service.Host,
            ["zone"] = "nova",
            ["status"] = "enabled",
            ["state"] = service.Up ? "up" : "down",
            ["updated_at"] = (service.Up ? lab.Clock.Now : lab.Clock.Now.AddHours(-1)).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            ["disabled_reason"] = null,
        };
        if (service.Binary == "cinder-volume")
            (row["replication_status"], row["active_backend_id"], row["frozen"]) = ("disabled", null, false);
        return row;
    }
}

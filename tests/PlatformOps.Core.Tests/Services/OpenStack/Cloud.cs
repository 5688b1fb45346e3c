using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

/// <summary>A scope with a scripted cloud: Keystone, Nova and Placement with the shapes of the API reference.</summary>
internal static class Cloud
{
    public const string Hypervisor1 = "11111111-1111-1111-1111-111111111111";
    public const string Hypervisor2 = "22222222-2222-2222-2222-222222222222";
    public const string Service1 = "aaaaaaaa-0000-0000-0000-000000000001";
    private static readonly string[] Hosts12 = ["hv1.example.org", "hv2.example.org"];

    /// <param name="others">Entries of the catalog beside Nova's and Placement's.</param>
    public static TestScope Create(string nova = "2.96", OpenStackConfiguration? configuration = null, int lifetimeSeconds = 3600, params object[] others)
    {
        var scope = new TestScope([new OpenStackRegistration()], configuration ?? Configuration);
        var tokens = 0;
        scope.Server
            .On("POST /v3/auth/tokens", _ => Token($"token-{++tokens}", lifetimeSeconds, others))
            .On("GET /compute/v2.1/", ScriptedReply.Ok(new { version = new { id = "v2.1", status = "CURRENT", min_version = "2.1", version = nova } }))
            .On("GET /placement", ScriptedReply.Ok(new { versions = new[] { new { id = "v1.0", min_version = "1.0", max_version = "1.39" } } }))
            .On("GET /placement/", ScriptedReply.Ok(new { versions = new[] { new { id = "v1.0", min_version = "1.0", max_version = "1.39" } } }))
            .On("GET /compute/v2.1/os-aggregates", ScriptedReply.Ok(new { aggregates = new[] { Aggregate(1, "rack-a", Hosts12) } }))
            .On("GET /compute/v2.1/os-services", Services(Row("hv1.example.org"), Row("hv2.example.org", id: "aaaaaaaa-0000-0000-0000-000000000002")))
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Services(Row("hv1.example.org")))
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1", Services());
        return scope;
    }

    public static OpenStackConfiguration Configuration => new()
    {
        AuthUrl = new Uri("http://keystone.test"),
        Username = "ops",
        Password = Secret.FromText("s3cret-password"),
        Project = "admin",
    };

    /// <summary>The host's names, as the requests for its Neutron agents give them.</summary>
    public const string AgentsOfHost = "GET /networking/v2.0/agents?host=hv1.example.org&host=hv1";

    /// <summary>hv1.example.org as it is when nothing is left on it: no server, no migration, no allocation.</summary>
    public static TestScope Empty(this TestScope scope)
    {
        scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail", ScriptedReply.Ok(new { hypervisors = new[] { Hypervisor("hv1.example.org", Hypervisor1), Hypervisor("hv2.example.org", Hypervisor2) } }))
            .On("GET /compute/v2.1/servers/detail", ScriptedReply.Ok(new { servers = Array.Empty<object>() }))
            .On("GET /compute/v2.1/os-migrations", Migrations())
            .On($"GET /placement/resource_providers/{Hypervisor1}", ScriptedReply.Ok(Provider(Hypervisor1, "hv1.example.org")))
            .On($"GET /placement/resource_providers?in_tree={Hypervisor1}", ScriptedReply.Ok(new { resource_providers = new[] { Provider(Hypervisor1, "hv1.example.org") } }))
            .On($"GET /placement/resource_providers/{Hypervisor1}/allocations", Allocations());
        return scope;
    }

    public static object Provider(string uuid, string name) => new { uuid, name, generation = 4 };

    public static ScriptedReply Allocations(params string[] consumers)
        => ScriptedReply.Ok(new { allocations = consumers.ToDictionary(consumer => consumer, _ => (object)new { resources = new { VCPU = 2 } }), resource_provider_generation = 4 });

    public static ScriptedReply Migrations(params object[] rows) => ScriptedReply.Ok(new { migrations = rows });

    public static object Migration(int id, string server, string status, string source = "hv1.example.org", string? destination = "hv2.example.org", string type = "live-migration") => new
    {
        id, uuid = $"00000000-0000-0000-0000-0000000000{id:00}", instance_uuid = server, status, source_compute = source, dest_compute = destination, migration_type = type,
    };

    public static ScriptedReply Shown(object server) => ScriptedReply.Ok(new { server });

    public static ScriptedReply Token(string value, int lifetimeSeconds = 3600, params object[] others) => ScriptedReply.Json(
        201,
        new
        {
            token = new
            {
                user = new { id = "u1", name = "ops", domain = new { id = "default", name = "Default" } },
                project = new { id = "p1", name = "admin" },
                issued_at = "2026-11-18T12:00:00.000000Z",
                expires_at = new DateTimeOffset(2026, 11, 18, 12, 0, 0, TimeSpan.Zero).AddSeconds(lifetimeSeconds).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture),
                roles = new[] { new { id = "r", name = "admin" } },
                catalog = (object[])
                [
                    Entry("compute", "http://cloud.test/compute/v2.1"),
                    Entry("placement", "http://cloud.test/placement"),
                    .. others,
                ],
            },
        },
        ("X-Subject-Token", value));

    public static object Entry(string type, string url, string region = "RegionOne") => new
    {
        type,
        name = type,
        endpoints = new[]
        {
            new { @interface = "public", region, region_id = region, url },
            new { @interface = "internal", region, region_id = region, url = url.Replace("cloud.test", "internal.test", StringComparison.Ordinal) },
        },
    };

    public static ScriptedReply Services(params object[] rows) => ScriptedReply.Ok(new { services = rows });

    public static Dictionary<string, object?> Row(string host, string status = "enabled", string? reason = null, string state = "up", object? id = null, string zone = "nova") => new()
    {
        ["id"] = id ?? Service1, ["binary"] = "nova-compute", ["host"] = host, ["status"] = status, ["state"] = state, ["disabled_reason"] = reason,
        ["zone"] = zone, ["updated_at"] = "2026-11-18T11:59:55.000000", ["forced_down"] = false,
    };

    public static object Aggregate(int id, string name, string[] hosts) => new { id, uuid = $"00000000-0000-0000-0000-00000000000{id}", name, availability_zone = (string?)null, hosts, metadata = new { } };

    public static Dictionary<string, object?> Hypervisor(string name, string id, int vcpus = 64, int used = 0, int servers = 0, string? serviceHost = null) => new()
    {
        ["id"] = id, ["hypervisor_hostname"] = name, ["service"] = new { id = Service1, host = serviceHost ?? name, disabled_reason = (string?)null }, ["state"] = "up", ["status"] = "enabled",
        ["vcpus"] = vcpus, ["vcpus_used"] = used, ["memory_mb"] = 262144, ["memory_mb_used"] = used * 2048, ["local_gb"] = 2000, ["local_gb_used"] = used * 10,
        ["running_vms"] = servers, ["hypervisor_type"] = "QEMU", ["hypervisor_version"] = 8002000, ["host_ip"] = "10.0.0.1",
    };

    public static object Server(string id, string? host, string name = "vm", string status = "ACTIVE", string? task = null) => host is null
        ? new Dictionary<string, object?> { ["id"] = id, ["name"] = name, ["status"] = status }
        : new Dictionary<string, object?>
        {
            ["id"] = id, ["name"] = name, ["status"] = status, ["tenant_id"] = "p2", ["user_id"] = "u2", ["created"] = "2026-01-01T00:00:00Z", ["OS-EXT-SRV-ATTR:host"] = host,
            ["OS-EXT-STS:task_state"] = task, ["OS-EXT-STS:power_state"] = 1, ["flavor"] = new { original_name = "m1.small", vcpus = 2, ram = 2048, disk = 20 }, ["locked"] = false, ["metadata"] = new Dictionary<string, string> { ["k"] = "v" },
        };
}

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

    public static TestScope Create(string nova = "2.96", OpenStackConfiguration? configuration = null, int lifetimeSeconds = 3600)
    {
        var scope = new TestScope([new OpenStackRegistration()], configuration ?? Configuration);
        var tokens = 0;
        scope.Server
            .On("POST /v3/auth/tokens", _ => Token($"token-{++tokens}", lifetimeSeconds))
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

    public static ScriptedReply Token(string value, int lifetimeSeconds = 3600) => ScriptedReply.Json(
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
                catalog = new object[]
                {
                    Entry("compute", "http://cloud.test/compute/v2.1"),
                    Entry("placement", "http://cloud.test/placement"),
                },
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

    public static object Server(string id, string? host, string name = "vm") => host is null
        ? new Dictionary<string, object?> { ["id"] = id, ["name"] = name, ["status"] = "ACTIVE" }
        : new Dictionary<string, object?>
        {
            ["id"] = id, ["name"] = name, ["status"] = "ACTIVE", ["tenant_id"] = "p2", ["user_id"] = "u2", ["created"] = "2026-01-01T00:00:00Z", ["OS-EXT-SRV-ATTR:host"] = host,
            ["OS-EXT-STS:task_state"] = null, ["OS-EXT-STS:power_state"] = 1, ["flavor"] = new { original_name = "m1.small", vcpus = 2, ram = 2048, disk = 20 }, ["locked"] = false, ["metadata"] = new Dictionary<string, string> { ["k"] = "v" },
        };
}

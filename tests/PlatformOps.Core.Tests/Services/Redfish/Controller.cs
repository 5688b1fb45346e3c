using System.Text.Json.Nodes;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.Core.Tests.Services.Redfish;

/// <summary>A scripted BMC with one system, which tests bend.</summary>
internal sealed class Controller
{
    public const string Address = "10.30.0.2";
    public const string Serial = "J1234567";
    public const string Path = "/redfish/v1/Systems/Self";

    public Controller(BmcConfiguration? configuration = null, params object[] sections)
    {
        Scope = new TestScope([new RedfishRegistration(), new Use(this)], [configuration ?? Configuration, .. sections]);
        Scope.Server
            .On("GET /redfish/v1/", _ => ScriptedReply.Ok(Root.ToJsonString()))
            .On("POST /redfish/v1/SessionService/Sessions", _ => ScriptedReply.Json(201, "{\"@odata.id\":\"/redfish/v1/SessionService/Sessions/5\"}", ("X-Auth-Token", $"token-{++Logins}")))
            .On("DELETE /redfish/v1/SessionService/Sessions/5", ScriptedReply.Status(204))
            .On("GET /redfish/v1/Systems", _ => ScriptedReply.Ok(Members(Path)))
            .On($"GET {Path}", _ => ScriptedReply.Ok(System.ToJsonString(), ("ETag", ETag)))
            .On($"PATCH {Path}", request => Patch(request));
    }

    /// <summary>What the machine serves; nothing where null.</summary>
    public string? Serves { get; set; }

    public static BmcConfiguration Configuration => new() { Username = "ops", Password = Secret.FromText("s3cret-of-bmcs") };

    public TestScope Scope { get; }

    public ScriptedHandler Server => Scope.Server;

    public int Logins { get; private set; }

    public string ETag { get; set; } = "\"1\"";

    public JsonObject Root { get; } = Parse("""{"RedfishVersion":"1.15.0","Systems":{"@odata.id":"/redfish/v1/Systems"},"Links":{"Sessions":{"@odata.id":"/redfish/v1/SessionService/Sessions"}}}""");

    public JsonObject System { get; } = Parse($$"""
        {"Id":"Self","SerialNumber":"{{Serial}}","UUID":"38947555-7742-3448-3784-823347823834","Manufacturer":"Lenovo","Model":"SR645","HostName":"hv1","BiosVersion":"3.20",
         "PowerState":"On","Status":{"Health":"OK"},
         "Boot":{"BootSourceOverrideTarget":"None","BootSourceOverrideEnabled":"Disabled","BootSourceOverrideMode":"UEFI","BootSourceOverrideTarget@Redfish.AllowableValues":["None","Pxe","Hdd"]},
         "LastResetTime":"2026-11-01T10:00:00Z","BootProgress":{"LastState":"OSRunning","LastStateTime":"2026-11-01T10:05:00Z" },
         "Actions":{"#ComputerSystem.Reset":{"target":"/redfish/v1/Systems/Self/Actions/ComputerSystem.Reset","ResetType@Redfish.AllowableValues":["On","ForceOff","GracefulShutdown","ForceRestart","PowerCycle"] } } }
        """);

    public JsonObject Override => (JsonObject)System["Boot"]!;

    /// <summary>The If-Match headers of all PATCHes, "-" where there was none.</summary>
    public IReadOnlyList<string> Matches => [.. Server.Writes.Where(write => write.Method == "PATCH").Select(write => write.Header("If-Match") ?? "-")];

    /// <summary>What PATCH answers; null where it sets the boot override.</summary>
    public Func<SentRequest, ScriptedReply?> OnPatch { get; set; } = _ => null;

    public RedfishService Service => Scope.Get<RedfishClient>().At(Address);

    /// <summary>Writes but logins.</summary>
    public IReadOnlyList<SentRequest> Writes => [.. Server.Writes.Where(write => !write.Line.Contains("/SessionService/", StringComparison.Ordinal))];

    public static string Members(params string[] paths) => new JsonObject { ["Members"] = new JsonArray([.. paths.Select(path => (JsonNode)new JsonObject { ["@odata.id"] = path })]) }.ToJsonString();

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    public static ScriptedReply Error(int status, string message) => ScriptedReply.Json(status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = "Base.1.8.GeneralError",
            ["message"] = "A general error has occurred. See ExtendedInfo for more information.",
            ["@Message.ExtendedInfo"] = new JsonArray(new JsonObject { ["MessageId"] = "Base.1.8.Sorry", ["Message"] = message }),
        },
    }.ToJsonString());

    private ScriptedReply Patch(SentRequest request)
    {
        if (OnPatch(request) is { } refused)
            return refused;
        foreach (var (key, value) in Parse(request.Body)["Boot"]!.AsObject())
            Override[key] = value!.DeepClone();
        return ScriptedReply.Status(204);
    }

    private sealed class Use(Controller controller) : ServiceRegistration, IMachineUse
    {
        public override string Name => "use";

        public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients => new Dictionary<Type, Func<IServiceScope, object>> { [typeof(IMachineUse)] = _ => this };

        public Task<string?> FindAsync(string target, CancellationToken cancellationToken) => Task.FromResult(controller.Serves);
    }
}

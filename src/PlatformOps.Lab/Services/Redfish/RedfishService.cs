using System.Net.Http.Headers;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Redfish;

/// <summary>The Redfish services of the machines' BMCs (DSP0266, DSP2046), each below its address: <c>/bmc/10.30.0.2/redfish/v1</c>.</summary>
internal sealed class RedfishService(LabContext lab) : ILabService
{
    private const int MaxSessions = 8;
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromMinutes(30);

    public string Name => "bmc";

    public string Prefix => "/bmc";

    public IReadOnlyList<string> ApiRoots { get; } = [];

    public void Map(IEndpointRouteBuilder routes)
    {
        On("GET", "", Open, (call, _) => new JsonObject { ["v1"] = RootOf(call) + "/" });
        On("GET", "/v1", Open, (call, _) => Of(call).ServiceRoot());
        On("POST", "/v1/SessionService/Sessions", Open, Login);
        On("GET", "/v1/SessionService/Sessions/{id}", Closed, (call, machine) => Of(call).Session(SessionOf(call, machine).Key, lab.World.Bmcs.UserName));
        On("DELETE", "/v1/SessionService/Sessions/{id}", Closed, Logout);
        On("GET", "/v1/Systems", Closed, (call, machine) => Of(call).Systems(machine));
        On("GET", "/v1/Systems/{id}", Closed, (call, machine) => Tagged(machine, ReadSystem(call, machine)));
        On("PATCH", "/v1/Systems/{id}", Closed, (call, machine) => Patch(call, machine, isSettings: false));
        On("GET", "/v1/Systems/{id}/Settings", Closed, (call, machine) => Tagged(machine, Settings(call, machine)));
        On("PATCH", "/v1/Systems/{id}/Settings", Closed, (call, machine) => Patch(call, machine, isSettings: true));
        On("GET", "/v1/Systems/{id}/ResetActionInfo", Closed, ActionInfo);
        On("POST", "/v1/Systems/{id}/Actions/ComputerSystem.Reset", Closed, Reset);

        void On(string method, string pattern, bool isOpen, Func<LabCall, Hypervisor, object> handler) => routes.On(method, "/{address}/redfish" + pattern, call =>
        {
            var machine = lab.World.FindByBmc(call.Route("address")) ?? throw new Refusal(Answer.Html(502, $"<html><body><h1>502 Bad Gateway</h1>No machine's BMC is at {call.Route("address")}.</body></html>"));
            if (!isOpen)
                Authorize(call, machine);
            var answer = handler(call, machine);
            return (answer as Answer ?? Answer.Ok((JsonNode)answer)).With("OData-Version", "4.0").With("Cache-Control", "no-cache");
        });
    }

    public IEnumerable<string> TargetsOf(LabCall call)
        => lab.World.FindByBmc(call.Route("address")) is { } machine ? [machine.Fqdn, machine.ShortName, call.Route("address")] : [call.Route("address")];

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown
        ? RedfishErrors.Of(405, "OperationNotAllowed", "The HTTP method is not allowed on this resource.")
        : RedfishErrors.NotFound(call.Path).Answer;

    public Answer Failure(int status, string message) => RedfishErrors.Of(status, "InternalError", $"The request failed due to an internal service error ({message}).  The service is still operational.");

    public Answer TokenExpired(LabCall call)
    {
        if (lab.World.FindByBmc(call.Route("address")) is { } machine && call.Header("X-Auth-Token") is { } token)
            machine.Bmc.Sessions.Remove(token);
        return RedfishErrors.Unauthorized().Answer;
    }

    private static bool Open => true;

    private static bool Closed => false;

    private static string RootOf(LabCall call) => $"/bmc/{call.Route("address")}/redfish/v1";

    private static RedfishResources Of(LabCall call) => new(RootOf(call));

    private void Authorize(LabCall call, Hypervisor machine)
    {
        var now = lab.Clock.Now;
        var sessions = machine.Bmc.Sessions;
        foreach (var (token, used) in sessions.ToList())
        {
            if (now - used > SessionLifetime)
                sessions.Remove(token);
        }

        if (call.Header("X-Auth-Token") is { } given)
        {
            if (!sessions.ContainsKey(given))
                throw RedfishErrors.Unauthorized();
            sessions[given] = now;
            return;
        }

        var wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{lab.World.Bmcs.UserName}:{lab.World.Bmcs.Password}"));
        if (!AuthenticationHeaderValue.TryParse(call.Header("Authorization"), out var header) || !header.Scheme.Equals("Basic", OrdinalIgnoreCase) || header.Parameter != wanted)
            throw RedfishErrors.Unauthorized();
    }

    private Answer Login(LabCall call, Hypervisor machine)
    {
        if (call.Json.Text("UserName") != lab.World.Bmcs.UserName || call.Json.Text("Password") != lab.World.Bmcs.Password)
            throw RedfishErrors.Unauthorized();
        var sessions = machine.Bmc.Sessions;
        if (sessions.Count >= MaxSessions)
            throw new Refusal(RedfishErrors.Of(503, "SessionLimitExceeded", "The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation."));
        var token = Guid.NewGuid().ToString("N");
        sessions[token] = lab.Clock.Now;
        var session = Of(call).Session(token, lab.World.Bmcs.UserName);
        return Answer.Json(201, session).With("X-Auth-Token", token).With("Location", (string)session["@odata.id"]!);
    }

    private static KeyValuePair<string, DateTimeOffset> SessionOf(LabCall call, Hypervisor machine)
        => machine.Bmc.Sessions.FirstOrDefault(session => RedfishResources.IdOf(session.Key) == call.Route("id")) is { Key: not null } found ? found : throw RedfishErrors.NotFound(call.Path);

    private static Answer Logout(LabCall call, Hypervisor machine)
    {
        machine.Bmc.Sessions.Remove(SessionOf(call, machine).Key);
        return Answer.Empty(204);
    }

    private static Answer Tagged(Hypervisor machine, JsonObject resource)
    {
        var tag = RedfishResources.TagOf(machine);
        resource["@odata.etag"] = tag;
        return Answer.Ok(resource).With("ETag", tag);
    }

    private JsonObject ReadSystem(LabCall call, Hypervisor machine)
    {
        if (call.Route("id").StartsWith("Blade", Ordinal) && int.TryParse(call.Route("id")[5..], out var number) && number <= machine.Bmc.OtherSystems)
            return Of(call).Neighbour(number);
        Require(call, machine);
        return Of(call).System(machine, lab.Hosts.Of(machine));
    }

    private static JsonObject ActionInfo(LabCall call, Hypervisor machine)
    {
        Require(call, machine);
        return Of(call).ActionInfo(machine);
    }

    private static JsonObject Settings(LabCall call, Hypervisor machine)
    {
        Require(call, machine);
        return machine.Bmc.HasSettingsResource ? Of(call).Settings(machine) : throw RedfishErrors.NotFound(call.Path);
    }

    private static void Require(LabCall call, Hypervisor machine)
    {
        if (call.Route("id") != RedfishResources.IdOf(machine))
            throw RedfishErrors.NotFound(call.Path);
    }

    private static Answer Patch(LabCall call, Hypervisor machine, bool isSettings)
    {
        Require(call, machine);
        var bmc = machine.Bmc;
        if (isSettings && !bmc.HasSettingsResource)
            throw RedfishErrors.NotFound(call.Path);
        Compare(call, machine);
        if (call.Json is not JsonObject { Count: > 0 } body)
            throw new Refusal(RedfishErrors.Of(400, "MalformedJSON", "The request body submitted was malformed JSON and could not be parsed by the receiving service."));
        if (body.FirstOrDefault(pair => pair.Key != "Boot").Key is { } other)
            throw RedfishErrors.NotWritable(other);
        if (!isSettings && bmc.HasSettingsResource)
            throw RedfishErrors.NotWritable("Boot");
        var boot = body["Boot"] as JsonObject ?? throw RedfishErrors.Unknown("Boot");
        if (boot.FirstOrDefault(pair => pair.Key is not ("BootSourceOverrideTarget" or "BootSourceOverrideEnabled" or "BootSourceOverrideMode")).Key is { } unknown)
            throw RedfishErrors.Unknown(unknown);
        var target = Value("BootSourceOverrideTarget", RedfishResources.Targets) ?? bmc.BootTarget;
        var enabled = Value("BootSourceOverrideEnabled", RedfishResources.Durations) ?? bmc.BootEnabled;
        var mode = Value("BootSourceOverrideMode", RedfishResources.Modes) ?? bmc.BootMode;
        (bmc.BootTarget, bmc.BootEnabled, bmc.BootMode) = (enabled == "Disabled" ? "None" : target, enabled, mode);
        bmc.Revision++;
        call.Wrote(machine.Fqdn, $"boot {bmc.BootTarget} {bmc.BootEnabled} {bmc.BootMode}");
        return Answer.Empty(204);

        string? Value(string name, string[] allowed) => boot.Text(name) is not { } given ? null : allowed.Contains(given) ? given : throw RedfishErrors.NotInList(name, given);
    }

    private static void Compare(LabCall call, Hypervisor machine)
    {
        var given = call.Header("If-Match");
        if (given is null && machine.Bmc.ETags == BmcETags.Required)
            throw new Refusal(RedfishErrors.Of(428, "PreconditionRequired", "A precondition header or annotation is required to change this resource."));
        if (given is not null && (machine.Bmc.ETags == BmcETags.Refused || given != $"\"{machine.Bmc.Revision}\""))
            throw new Refusal(RedfishErrors.Of(412, "PreconditionFailed", "The ETag supplied did not match the ETag required to change this resource."));
    }

    private Answer Reset(LabCall call, Hypervisor machine)
    {
        Require(call, machine);
        var (bmc, host) = (machine.Bmc, lab.Hosts.Of(machine));
        var type = call.Json.Text("ResetType") ?? throw new Refusal(RedfishErrors.Of(400, "ActionParameterMissing", "The action ComputerSystem.Reset requires the parameter ResetType to be present in the request body."));
        if (!bmc.ResetTypes.Contains(type))
            throw new Refusal(RedfishErrors.Of(400, "ActionParameterValueNotInList", $"The value '{type}' for the parameter ResetType in the action ComputerSystem.Reset is not in the list of acceptable values."));
        if (host.IsPoweredOn == type is "On" or "ForceOn")
            throw new Refusal(RedfishErrors.Of(409, "ResourceInUse", $"The change to the requested resource failed because the machine is {(host.IsPoweredOn ? "on" : "off")} already."));
        call.Wrote(machine.Fqdn, type);
        bmc.Revision++;
        switch (type)
        {
            case "On" or "ForceOn":
                host.PowerOn();
                break;
            case "ForceOff":
                host.CutPower();
                break;
            case "ForceRestart" or "PowerCycle":
                host.Reset();
                break;
            case "GracefulShutdown" or "PushPowerButton" when !bmc.IgnoresGraceful:
                host.PowerOff(5);
                break;
            case "GracefulRestart" when !bmc.IgnoresGraceful:
                host.Reboot(5);
                break;
        }

        return Answer.Empty(204);
    }
}

using System.Net.Http.Headers;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.NetBox;

/// <summary>NetBox's REST API (docs: integrations/rest-api): tokens, trailing slashes, paging, and which resource answers what.</summary>
internal sealed class NetBoxService : ILabService
{
    private readonly LabContext _lab;
    private readonly NetBoxVersion _version;
    private readonly NetBoxRows _rows;
    private readonly DeviceResource _devices;
    private readonly EndpointDescription _description;

    public NetBoxService(LabContext lab)
    {
        _lab = lab;
        _version = NetBoxVersion.Parse(lab.Options.NetBoxVersion);
        _rows = new NetBoxRows(lab, _version);
        _devices = new DeviceResource(lab, _version, _rows);
        _description = new EndpointDescription(_version);
    }

    public string Name => "netbox";

    public string Prefix => "/netbox";

    public IReadOnlyList<string> ApiRoots { get; } = ["/api"];

    private NetBoxData Data => _lab.World.NetBox;

    public void Map(IEndpointRouteBuilder routes)
    {
        // The page for people; the API's own root answers without a token.
        routes.On("GET", "/dcim/devices/{id:int}", call => Answer.Html(200, $"<html><title>{_devices.Find(call).Name} | NetBox</title></html>"));
        routes.On("GET", "/api", call => Slash(call) ?? Versioned(Answer.Ok(new JsonObject
        {
            ["dcim"] = $"{_rows.Root}dcim/", ["extras"] = $"{_rows.Root}extras/", ["ipam"] = $"{_rows.Root}ipam/", ["status"] = $"{_rows.Root}status/",
        })));
        routes.On("OPTIONS", "/api", call => Slash(call)
            ?? Versioned(EndpointDescription.OfView("API Root", "This is the root of NetBox's REST API. API endpoints are arranged by app and model name; e.g. `/api/dcim/sites/`.")));
        On("OPTIONS", "/status", _ => EndpointDescription.OfView("Status", "A lightweight read-only endpoint for conveying NetBox's current operational status."));
        On("GET", "/status", _ => Answer.Ok(new JsonObject
        {
            ["django-version"] = "5.1.8",
            ["installed-apps"] = new JsonObject(),
            ["netbox-version"] = _version.Full,
            ["netbox-full-version"] = _version.Full,
            ["plugins"] = new JsonObject(),
            ["python-version"] = "3.12.3",
            ["rq-workers-running"] = 1,
        }));

        On("GET", "/dcim/devices", _devices.List);
        On("GET", "/dcim/devices/{id:int}", _devices.Show);
        On("PATCH", "/dcim/devices/{id:int}", _devices.Patch);
        On("PUT", "/dcim/devices/{id:int}", _devices.Patch);
        On("PATCH", "/dcim/devices", _devices.PatchMany);

        Shelf("dcim/device-roles", "DeviceRole", () => Data.Roles);
        Shelf("dcim/device-types", "DeviceType", () => Data.Types);
        Shelf("dcim/manufacturers", "Manufacturer", () => Data.Manufacturers);
        Shelf("dcim/sites", "Site", () => Data.Sites);
        Shelf("dcim/racks", "Rack", () => Data.Racks);
        Shelf("dcim/platforms", "Platform", () => Data.Platforms);
        Shelf("extras/tags", "Tag", () => Data.Tags);

        On("GET", "/dcim/interfaces", call => NetBoxPage.Of(call, Data.Interfaces
            .Where(port => NetBoxPage.Wants(call, "device_id", Text(port.DeviceId)))
            .Where(port => NetBoxPage.Wants(call, "device", Data.Devices.Find(device => device.Id == port.DeviceId)?.Name))
            .Where(port => NetBoxPage.Wants(call, "name", port.Name))
            .Where(port => NetBoxPage.Wants(call, "mac_address", port.Mac, ignoreCase: true))
            .Where(port => NetBoxPage.Wants(call, "mgmt_only", port.ManagementOnly ? "true" : "false", ignoreCase: true)), _rows.Interface, _rows.Root));
        On("GET", "/dcim/interfaces/{id:int}", call => Answer.Ok(_rows.Interface(
            Data.Interfaces.Find(port => Text(port.Id) == call.Route("id")) ?? throw NetBoxErrors.NotFound("Interface"))));

        On("GET", "/ipam/ip-addresses", call => NetBoxPage.Of(call, Data.Addresses
            .Where(address => NetBoxPage.Wants(call, "interface_id", Text(address.InterfaceId ?? 0)))
            .Where(address => NetBoxPage.Wants(call, "device_id", Text(Data.Interfaces.Find(port => port.Id == address.InterfaceId)?.DeviceId ?? 0)))
            .Where(address => NetBoxPage.Wants(call, "device", Data.Devices.Find(device => device.Id == Data.Interfaces.Find(port => port.Id == address.InterfaceId)?.DeviceId)?.Name))
            .Where(address => call.Queries("address") is not { Count: > 0 } wanted || wanted.Any(one => one == address.Address || one == address.Address.Split('/')[0]))
            .Where(address => NetBoxPage.Wants(call, "dns_name", address.DnsName, ignoreCase: true)), _rows.Address, _rows.Root));
        On("GET", "/ipam/ip-addresses/{id:int}", call => Answer.Ok(_rows.Address(
            Data.Addresses.Find(address => Text(address.Id) == call.Route("id")) ?? throw NetBoxErrors.NotFound("IPAddress"))));

        On("GET", "/extras/journal-entries", call => NetBoxPage.Of(call, Data.Journal.AsEnumerable().Reverse()
            .Where(entry => NetBoxPage.Wants(call, "assigned_object_id", Text(entry.ObjectId)))
            .Where(entry => NetBoxPage.Wants(call, "assigned_object_type", entry.ObjectType))
            .Where(entry => NetBoxPage.Wants(call, "kind", entry.Kind)), _rows.Journal, _rows.Root));
        On("GET", "/extras/journal-entries/{id:int}", call => Answer.Ok(_rows.Journal(
            Data.Journal.Find(entry => Text(entry.Id) == call.Route("id")) ?? throw NetBoxErrors.NotFound("JournalEntry"))));
        On("POST", "/extras/journal-entries", WriteJournal);

        foreach (var path in (string[])["dcim/devices", "dcim/interfaces", "ipam/ip-addresses", "extras/journal-entries"])
            Described(path);

        void On(string method, string pattern, Func<LabCall, Answer> handler) => routes.On(method, "/api" + pattern, call =>
        {
            if (Slash(call) is { } redirect)
                return redirect;
            try
            {
                Authorize(call);
                return Versioned(handler(call));
            }
            catch (Refusal refusal)
            {
                return Versioned(refusal.Answer);
            }
        });

        // Every resource tells what it takes; whether the object is there is not looked at.
        void Described(string path)
        {
            On("OPTIONS", "/" + path, call => _description.Of(path, isList: true, MayWrite(call)));
            On("OPTIONS", $"/{path}/{{id:int}}", call => _description.Of(path, isList: false, MayWrite(call)));
        }

        void Shelf(string path, string model, Func<List<NetBoxObject>> items)
        {
            On("GET", "/" + path, call => NetBoxPage.Of(call, items()
                .Where(item => NetBoxPage.Wants(call, "name", item.Name))
                .Where(item => NetBoxPage.Wants(call, "model", item.Name))
                .Where(item => NetBoxPage.Wants(call, "slug", item.Slug))
                .Where(item => NetBoxPage.Wants(call, "id", Text(item.Id)))
                .Where(item => call.Query("name__ie") is not { } name || item.Name.Equals(name, OrdinalIgnoreCase))
                .Where(item => call.Query("q") is not { } text || item.Name.Contains(text, OrdinalIgnoreCase)), item => _rows.Full(path, item), _rows.Root));
            On("GET", $"/{path}/{{id:int}}", call => Answer.Ok(_rows.Full(path,
                items().Find(item => Text(item.Id) == call.Route("id")) ?? throw NetBoxErrors.NotFound(model))));
            Described(path);
        }
    }

    public IEnumerable<string> TargetsOf(LabCall call)
    {
        foreach (var name in call.Queries("name").Concat(call.Queries("name__ie")).Concat(call.Queries("device")))
            yield return name;
        var id = call.Route("id") is { Length: > 0 } route ? route : call.Query("device_id") ?? call.Json.Text("assigned_object_id");
        if (Data.Devices.Find(device => Text(device.Id) == id) is { } found)
        {
            yield return found.Name ?? "";
            if (found.Hypervisor is { } hypervisor)
                yield return hypervisor.Fqdn;
        }
    }

    public Answer Unrouted(LabCall call, bool pathKnown)
    {
        if (pathKnown)
            return Versioned(NetBoxErrors.Detail(405, $"Method \"{call.Method}\" not allowed."));
        return Answer.Html(404, "<!DOCTYPE html><html><head><title>Page Not Found</title></head><body>404</body></html>");
    }

    public Answer Failure(int status, string message) => Versioned(NetBoxErrors.Detail(status, message));

    /// <summary>The token cannot be renewed by the client: it is good again when the fault is gone.</summary>
    public Answer TokenExpired(LabCall call) => Versioned(NetBoxErrors.Detail(403, "Token expired"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Django redirects to the address with a slash, whatever the method; most clients turn the second request into a GET.</summary>
    private static Answer? Slash(LabCall call)
    {
        if (call.Path.EndsWith('/'))
            return null;
        return Answer.Empty(301).With("Location", call.Path + "/" + call.Http.Request.QueryString.Value) with { ContentType = "text/html; charset=utf-8" };
    }

    private Answer Versioned(Answer answer) => answer.With("API-Version", _version.Api).With("X-Request-ID", Guid.NewGuid().ToString());

    private void Authorize(LabCall call)
    {
        var given = AuthenticationHeaderValue.TryParse(call.Header("Authorization"), out var header) ? header : null;
        var secret = given?.Parameter ?? "";
        var good = given?.Scheme switch
        {
            "Token" => secret == Data.Token || secret == Data.ReadOnlyToken ? true : throw new Refusal(NetBoxErrors.Detail(403, _version.AtLeast(4, 5) ? "Invalid v1 token" : "Invalid token")),
            // Before 4.5 the scheme is not known, as if nothing had been sent.
            "Bearer" when _version.AtLeast(4, 5) => secret == Data.TokenV2 ? true : throw new Refusal(NetBoxErrors.Detail(403, "Invalid v2 token")),
            _ => throw new Refusal(NetBoxErrors.Detail(403, "Authentication credentials were not provided.")),
        };
        if (good && secret == Data.ReadOnlyToken && call.Method is not ("GET" or "HEAD" or "OPTIONS"))
            throw new Refusal(NetBoxErrors.Detail(403, "You do not have permission to perform this action."));
        call.Caller = secret;
    }

    private bool MayWrite(LabCall call) => call.Caller as string != Data.ReadOnlyToken;

    private Answer WriteJournal(LabCall call)
    {
        var body = call.Json as JsonObject ?? throw new Refusal(NetBoxErrors.Detail(400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"));
        foreach (var field in new[] { "assigned_object_type", "assigned_object_id", "comments" })
        {
            if (!body.ContainsKey(field))
                throw NetBoxErrors.Field(field, "This field is required.");
        }

        if (body.Text("assigned_object_type") is not "dcim.device" and var type)
            throw NetBoxErrors.Field("assigned_object_type", $"Invalid value: Content type {type} does not exist");
        if (body.Text("comments") is not { Length: > 0 } comments)
            throw NetBoxErrors.Field("comments", "This field may not be blank.");
        var kind = body.Text("kind") ?? "info";
        if (kind is not ("info" or "success" or "warning" or "danger"))
            throw NetBoxErrors.Field("kind", $"{kind} is not a valid choice.");
        var device = Data.Devices.Find(known => Text(known.Id) == body.Text("assigned_object_id"))
            ?? throw NetBoxErrors.Field("non_field_errors", $"Invalid object: {body.Text("assigned_object_id")}");
        var entry = new NetBoxJournalEntry(Data.Journal.Count + 1, "dcim.device", device.Id, kind, comments, _lab.Clock.Now);
        Data.Journal.Add(entry);
        call.Wrote(device.Name ?? Text(device.Id), $"journal {kind}: {comments}");
        return Answer.Json(201, _rows.Journal(entry));
    }
}

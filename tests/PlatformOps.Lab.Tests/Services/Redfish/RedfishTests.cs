using System.Net.Security;
using System.Security.Cryptography;

namespace PlatformOps.Lab.Tests.Services.Redfish;

public sealed class RedfishTests
{
    private const string Name = "hv01.lab.example";

    [Fact]
    public async Task Only_the_service_root_and_the_login_are_open()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var root = await SendAsync(lab, "GET", "/", null, authorized: false);
        var systems = await SendAsync(lab, "GET", "/Systems", null, authorized: false);
        var wrong = await SendAsync(lab, "POST", "/SessionService/Sessions", """{"UserName":"ops","Password":"no"}""", authorized: false);

        Assert.Equal((200, 401, 401), (root.Status, systems.Status, wrong.Status));
        Assert.Equal($"/bmc/{Address(lab)}/redfish/v1/Systems", (string)root.Json["Systems"]!["@odata.id"]!);
        Assert.Equal("4.0", root.Headers["OData-Version"]);
        Assert.Equal("Base.1.12.NoValidSession", MessageOf(systems));
    }

    [Fact]
    public async Task Sessions_are_few_and_end()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var login = new JsonObject { ["UserName"] = "ops", ["Password"] = Password(lab) }.ToJsonString();
        var first = await SendAsync(lab, "POST", "/SessionService/Sessions", login, authorized: false);
        for (var i = 1; i < 8; i++)
            Assert.Equal(201, (await SendAsync(lab, "POST", "/SessionService/Sessions", login, authorized: false)).Status);
        var tooMany = await SendAsync(lab, "POST", "/SessionService/Sessions", login, authorized: false);
        var token = ("X-Auth-Token", first.Headers["X-Auth-Token"]);
        var read = await lab.SendAsync("GET", first.Headers["Location"], null, token);
        var end = await lab.SendAsync("DELETE", first.Headers["Location"], null, token);
        var after = await lab.SendAsync("GET", $"bmc/{Address(lab)}/redfish/v1/Systems", null, token);

        Assert.Equal((201, 503, 200, 204, 401), (first.Status, tooMany.Status, read.Status, end.Status, after.Status));
        Assert.DoesNotContain(token.Item2, first.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/Systems/1", null, 404, "ResourceMissingAtURI")]
    [InlineData("DELETE", "/Systems", null, 405, "OperationNotAllowed")]
    [InlineData("PATCH", "{self}", """{"Boot":{"BootSourceOverrideTarget":"Moon"}}""", 400, "PropertyValueNotInList")]
    [InlineData("PATCH", "{self}", """{"Boot":{"Colour":"red"}}""", 400, "PropertyUnknown")]
    [InlineData("PATCH", "{self}", """{"PowerState":"Off"}""", 400, "PropertyNotWritable")]
    [InlineData("PATCH", "{self}", "{", 400, "MalformedJSON")]
    [InlineData("POST", "{self}/Actions/ComputerSystem.Reset", """{"ResetType":"Nmi"}""", 400, "ActionParameterValueNotInList")]
    [InlineData("POST", "{self}/Actions/ComputerSystem.Reset", "{}", 400, "ActionParameterMissing")]
    [InlineData("POST", "{self}/Actions/ComputerSystem.Reset", """{"ResetType":"On"}""", 409, "ResourceInUse")]
    public async Task What_is_wrong_is_said_in_the_extended_information(string method, string path, string? body, int status, string message)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await SendAsync(lab, method, path, body);

        Assert.Equal((status, $"Base.1.12.{message}"), (reply.Status, MessageOf(reply)));
        Assert.Empty((await lab.SendAsync("GET", "lab/writes")).Json.AsArray());
    }

    [Theory]
    [InlineData("strong", "\"1\"", "\"1\"", 204)]
    [InlineData("strong", "\"1\"", "\"0\"", 412)]
    [InlineData("weak", "W/\"1\"", "W/\"1\"", 412)]
    [InlineData("weak", "W/\"1\"", "\"1\"", 204)]
    [InlineData("refused", "\"1\"", "\"1\"", 412)]
    [InlineData("refused", "\"1\"", null, 204)]
    [InlineData("required", "\"1\"", null, 428)]
    public async Task Preconditions_are_as_the_controller_has_them(string etags, string sent, string? given, int status)
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.SendAsync("POST", $"lab/bmc/{Name}", $$"""{"etags":"{{etags}}"}""");

        var read = await SendAsync(lab, "GET", "{self}", null);
        var patch = await SendAsync(lab, "PATCH", "{self}", """{"Boot":{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}}""", true, given is null ? [] : [("If-Match", given)]);

        Assert.Equal((sent, sent, status), (read.Headers["ETag"], (string)read.Json["@odata.etag"]!, patch.Status));
    }

    [Fact]
    public async Task An_override_for_once_is_used_up_by_any_boot_and_one_for_good_is_not()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await BootAsync("Once");
        await lab.SendAsync("POST", $"lab/hosts/{Name}", """{"reboot":true}""");
        await UntilAsync(lab, host => host["boot"] is null && (string?)host["bootedFrom"] == "Pxe" && (bool)host["up"]!);

        await BootAsync("Continuous");
        await ResetAsync(lab, "ForceRestart");
        Assert.Equal("Pxe Continuous UEFI", (string?)(await HostAsync(lab))["boot"]);

        Task<Reply> BootAsync(string enabled) => SendAsync(lab, "PATCH", "{self}", $$"""{"Boot":{"BootSourceOverrideEnabled":"{{enabled}}","BootSourceOverrideTarget":"Pxe"} }""");
    }

    [Fact]
    public async Task Power_goes_and_comes_and_the_host_with_it()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var bootId = (string?)(await HostAsync(lab))["bootId"];

        await ResetAsync(lab, "GracefulShutdown");
        await UntilAsync(lab, host => !(bool)host["poweredOn"]! && !(bool)host["up"]!);
        var off = (await SendAsync(lab, "GET", "{self}", null)).Json;
        var restart = await SendAsync(lab, "POST", "{self}/Actions/ComputerSystem.Reset", """{"ResetType":"ForceRestart"}""");
        await ResetAsync(lab, "On");
        await UntilAsync(lab, host => (bool)host["up"]! && (string?)host["bootId"] != bootId);
        var on = (await SendAsync(lab, "GET", "{self}", null)).Json;

        Assert.Equal(("Off", null, "None"), ((string)off["PowerState"]!, (string?)off["HostName"], (string)off["BootProgress"]!["LastState"]!));
        Assert.Equal(409, restart.Status);
        Assert.Equal(("On", "OSRunning"), ((string)on["PowerState"]!, (string)on["BootProgress"]!["LastState"]!));
        Assert.NotEqual((string?)off["LastResetTime"], (string?)on["LastResetTime"]);
    }

    [Fact]
    public async Task A_boot_that_is_cut_off_does_not_come_up()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Speed = 1 });
        await ResetAsync(lab, "ForceRestart");
        await ResetAsync(lab, "ForceOff");
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":600}""");
        // Another host's boot, begun later, comes up: what was to come has come.
        await lab.SendAsync("POST", "lab/hosts/hv02.lab.example", """{"reboot":true}""");
        await UntilAsync(lab, host => !(bool)host["up"]!, "hv02.lab.example");
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":600}""");
        await UntilAsync(lab, host => (bool)host["up"]!, "hv02.lab.example");

        Assert.False((bool)(await HostAsync(lab))["up"]!);
    }

    [Fact]
    public async Task An_address_can_lead_to_another_machine_and_to_none()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            hypervisors:
              - name: a.lab.example
                bmc-of: b.lab.example
              - name: b.lab.example
            """, TestContext.Current.CancellationToken);
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { WorldFile = file });
        File.Delete(file);
        var (a, b) = (lab.Hypervisor("a.lab.example"), lab.Hypervisor("b.lab.example"));

        var there = await SystemsAsync(a);
        Assert.EndsWith("/" + (string)b["serial"]!, (string)there.Json["Members"]![0]!["@odata.id"]!, StringComparison.Ordinal);
        Assert.StartsWith($"/bmc/{a["bmcAddress"]}/", (string)there.Json["Members"]![0]!["@odata.id"]!, StringComparison.Ordinal);
        Assert.Equal(502, (await lab.SendAsync("GET", "bmc/10.99.0.1/redfish/v1/")).Status);

        Task<Reply> SystemsAsync(JsonNode of) => lab.SendAsync("GET", $"bmc/{of["bmcAddress"]}/redfish/v1/Systems", null, Basic(lab));
    }

    [Fact]
    public async Task Over_TLS_the_certificate_is_the_one_whose_thumbprint_is_told()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { BmcTls = true });
        var bmcs = (await lab.SendAsync("GET", "lab")).Json["bmcs"]!;
        var thumbprint = (string)bmcs["thumbprint"]!;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => Convert.ToHexString(SHA256.HashData(certificate!.GetRawCertData())) == thumbprint };
        using var http = new HttpClient(handler);

        using var reply = await http.GetAsync($"{bmcs["url"]}{Address(lab)}/redfish/v1/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.StartsWith("https://", (string)bmcs["url"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"colour":"red"}""")]
    [InlineData("""{"etags":"none"}""")]
    [InlineData("""{"leadsTo":"nobody"}""")]
    public async Task What_cannot_be_set_is_said(string json)
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(400, (await lab.SendAsync("POST", $"lab/bmc/{Name}", json)).Status);
        Assert.Equal(404, (await lab.SendAsync("POST", "lab/bmc/nobody", "{}")).Status);
    }

    private static string Address(LabUnderTest lab) => (string)lab.Hypervisor(Name)["bmcAddress"]!;

    private static string Password(LabUnderTest lab) => (string)lab.State["bmc"]!["password"]!;

    private static (string, string) Basic(LabUnderTest lab) => ("Authorization", "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ops:{Password(lab)}")));

    private static string? MessageOf(Reply reply) => (string?)reply.Json["error"]!["@Message.ExtendedInfo"]![0]!["MessageId"];

    private static Task<Reply> SendAsync(LabUnderTest lab, string method, string path, string? body, bool authorized = true, params (string, string)[] headers)
        => lab.SendAsync(method, $"bmc/{Address(lab)}/redfish/v1" + path.Replace("{self}", $"/Systems/{lab.Hypervisor(Name)["serial"]}", StringComparison.Ordinal), body, authorized ? [Basic(lab), .. headers] : headers);

    private static async Task ResetAsync(LabUnderTest lab, string type)
        => Assert.Equal(204, (await SendAsync(lab, "POST", "{self}/Actions/ComputerSystem.Reset", $$"""{"ResetType":"{{type}}"}""")).Status);

    private static async Task<JsonNode> HostAsync(LabUnderTest lab, string name = Name) => (await lab.SendAsync("GET", $"lab/hosts/{name}")).Json;

    private static async Task UntilAsync(LabUnderTest lab, Func<JsonNode, bool> condition, string name = Name)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!condition(await HostAsync(lab, name)))
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(90), "The host did not get there in time.");
    }
}

using PlatformOps.Core.Http;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Services.Redfish;

public sealed class RedfishServiceTests
{
    private readonly Controller _bmc = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_is_found_by_its_collection_with_one_login_and_shown_whole()
    {
        var system = (await _bmc.Service.SystemAsync(null, Token)).System;
        await _bmc.Service.SystemAsync(null, Token);

        Assert.Equal(
            ["GET /redfish/v1/", "POST /redfish/v1/SessionService/Sessions", "GET /redfish/v1/Systems", "GET /redfish/v1/Systems/Self", "GET /redfish/v1/Systems", "GET /redfish/v1/Systems/Self"],
            _bmc.Server.Lines);
        Assert.Equal("https://10.30.0.2/redfish/v1/Systems", _bmc.Server.Requests[2].Url.AbsoluteUri);
        Assert.Equal("""{"UserName":"ops","Password":"s3cret-of-bmcs"}""", _bmc.Server.Requests[1].Body);
        Assert.Equal([null, null, "token-1", "token-1"], _bmc.Server.Requests.Take(4).Select(request => request.Header("X-Auth-Token")));
        Assert.Equal(("Self", "J1234567", Guid.Parse("38947555-7742-3448-3784-823347823834"), "Lenovo", "SR645", "hv1", "3.20", "On", "OK"), (system.SystemId, system.SerialNumber, system.Uuid, system.Manufacturer, system.Model, system.HostName, system.BiosVersion, system.PowerState, system.Health));
        Assert.Equal(("None", "Disabled", "UEFI", "OSRunning", new DateTimeOffset(2026, 11, 1, 10, 0, 0, TimeSpan.Zero)), (system.BootTarget, system.BootEnabled, system.BootMode, system.BootState, system.LastReset));
        Assert.Equal(["On", "ForceOff", "GracefulShutdown", "ForceRestart", "PowerCycle"], system.ResetTypes);
        Assert.DoesNotContain(_bmc.Scope.Log, line => line.Contains("token-1", StringComparison.Ordinal) || line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_session_is_ended_with_ours_and_a_controller_that_is_away_does_not_matter()
    {
        await _bmc.Service.SystemAsync(null, Token);
        await _bmc.Scope.Get<RedfishClient>().DisposeAsync();

        var end = _bmc.Server.Requests[^1];
        Assert.Equal(("DELETE /redfish/v1/SessionService/Sessions/5", "token-1"), (end.Line, end.Header("X-Auth-Token")));

        _bmc.Server.On("DELETE /redfish/v1/SessionService/Sessions/5", ScriptedReply.Refused());
        await _bmc.Service.SystemAsync(null, Token);
        await _bmc.Scope.Get<RedfishClient>().DisposeAsync();
    }

    [Fact]
    public async Task A_session_whose_place_only_the_header_tells_is_ended_there()
    {
        _bmc.Server.On("POST /redfish/v1/SessionService/Sessions", ScriptedReply.Status(201, ("X-Auth-Token", "t"), ("Location", "https://10.30.0.2/redfish/v1/SessionService/Sessions/9")))
            .On("DELETE /redfish/v1/SessionService/Sessions/9", ScriptedReply.Status(200));
        await _bmc.Service.SystemAsync(null, Token);
        await _bmc.Scope.Get<RedfishClient>().DisposeAsync();

        Assert.Equal("DELETE /redfish/v1/SessionService/Sessions/9", _bmc.Server.Lines[^1]);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_renewed_once_however_many_ask()
    {
        await _bmc.Service.SystemAsync(null, Token);
        _bmc.Server.On("GET /redfish/v1/Systems", request => request.Header("X-Auth-Token") == "token-1" ? Controller.Error(401, "no valid session") : ScriptedReply.Ok(Controller.Members(Controller.Path)));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _bmc.Service.SystemAsync(null, Token)));

        Assert.Equal(2, _bmc.Logins);
    }

    [Fact]
    public async Task A_bad_password_is_one_attempt()
    {
        _bmc.Server.On("POST /redfish/v1/SessionService/Sessions", Controller.Error(401, "The user name or password is wrong."));

        var errors = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await Assert.ThrowsAsync<ServiceAuthenticationException>(() => _bmc.Service.SystemAsync(null, Token))));

        Assert.Single(_bmc.Server.Writes);
        Assert.All(errors, error => Assert.Contains("refused ops: The user name or password is wrong.", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_session_is_free_the_password_goes_with_each_call_and_a_bad_one_once()
    {
        _bmc.Server.On("POST /redfish/v1/SessionService/Sessions", Controller.Error(503, "too many sessions"));
        await _bmc.Service.SystemAsync(null, Token);
        Assert.Equal("Basic b3BzOnMzY3JldC1vZi1ibWNz", _bmc.Server.Requests[^1].Header("Authorization"));

        _bmc.Server.On("GET /redfish/v1/Systems", Controller.Error(401, "The user name or password is wrong."));
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => _bmc.Service.SystemAsync(null, Token));
        Assert.Equal(2, _bmc.Server.Lines.Count(line => line == "GET /redfish/v1/Systems"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Basic_is_used_where_it_is_configured_and_where_there_are_no_sessions(bool isConfigured)
    {
        var bmc = new Controller(Controller.Configuration with { Login = isConfigured ? BmcLogin.Basic : null });
        if (!isConfigured)
            bmc.Root.Remove("Links");

        await bmc.Service.SystemAsync(null, Token);

        Assert.Empty(bmc.Server.Writes);
        Assert.Equal("Basic b3BzOnMzY3JldC1vZi1ibWNz", bmc.Server.Requests[^1].Header("Authorization"));
    }

    [Fact]
    public async Task Of_several_systems_the_serial_number_chooses_and_else_they_are_listed()
    {
        _bmc.Server.On("GET /redfish/v1/Systems", ScriptedReply.Ok("""{"Members":[{"@odata.id":"/redfish/v1/Systems/DPU"}],"Members@odata.nextLink":"/redfish/v1/Systems?$skip=1"}"""))
            .On("GET /redfish/v1/Systems?$skip=1", ScriptedReply.Ok(Controller.Members(Controller.Path)))
            .On("GET /redfish/v1/Systems/DPU", ScriptedReply.Ok("""{"Id":"DPU","SerialNumber":"D1"}"""));

        Assert.Equal("Self", (await _bmc.Service.SystemAsync(" j1234567 ", Token)).System.SystemId);
        var unnamed = await Assert.ThrowsAsync<AmbiguousNameException>(() => _bmc.Service.SystemAsync(null, Token));
        var another = await Assert.ThrowsAsync<AmbiguousNameException>(() => _bmc.Service.SystemAsync("X9", Token));

        Assert.Contains("2 systems, and no serial number says which is meant: 'DPU' (D1), 'Self' (J1234567, hv1)", unnamed.Message, StringComparison.Ordinal);
        Assert.Contains("not just one of them has the serial number 'X9'", another.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("J1234567", null, "j1234567", true)]
    // Dell tells the board's serial number, and the service tag as SKU.
    [InlineData("CNIVC0012345", "ABC1234", "ABC1234", true)]
    [InlineData("J1234567", null, "J7654321", false)]
    [InlineData("To be filled by O.E.M.", null, "To be filled by O.E.M.", null)]
    [InlineData(null, null, "J1234567", null)]
    [InlineData("J1234567", null, "", null)]
    public async Task A_machine_is_known_by_a_number_that_is_one(string? serial, string? sku, string wanted, bool? known)
    {
        _bmc.System["SerialNumber"] = serial;
        _bmc.System["SKU"] = sku;

        Assert.Equal(known, (await _bmc.Service.SystemAsync(null, Token)).HasSerial(wanted));
    }

    [Fact]
    public async Task Allowable_reset_types_are_found_where_the_action_points()
    {
        _bmc.System["Actions"] = Controller.Parse("""{"#ComputerSystem.Reset":{"target":"/redfish/v1/Systems/Self/Actions/ComputerSystem.Reset","@Redfish.ActionInfo":"/redfish/v1/Systems/Self/ResetActionInfo"}}""");
        _bmc.Server.On("GET /redfish/v1/Systems/Self/ResetActionInfo", ScriptedReply.Ok("""{"Parameters":[{"Name":"ResetType","AllowableValues":["On","ForceRestart"]}]}"""));

        Assert.Equal(["On", "ForceRestart"], (await _bmc.Service.SystemAsync(null, Token)).System.ResetTypes);
    }

    [Fact]
    public async Task Errors_show_what_the_controller_said_and_not_that_a_general_error_has_occurred()
    {
        _bmc.Server.On($"GET {Controller.Path}", Controller.Error(404, "The BIOS is still starting."));

        var error = await Assert.ThrowsAsync<ServiceException>(() => _bmc.Service.SystemAsync(null, Token));

        Assert.Contains("Could not read the system of the BMC 10.30.0.2: bmc (GET https://10.30.0.2/redfish/v1/Systems/Self) answered 404 NotFound: The BIOS is still starting", error.Message, StringComparison.Ordinal);
        Assert.Equal("Base.1.8.Sorry", error.FaultCode);
    }

    [Theory]
    [InlineData("10.30.0.2/../10.30.0.3")]
    [InlineData("bmc:443")]
    [InlineData("-oX")]
    [InlineData("user@host")]
    [InlineData("a b")]
    [InlineData("")]
    public void What_is_no_address_is_not_contacted(string address)
    {
        Assert.Throws<RefusedException>(() => _bmc.Scope.Get<RedfishClient>().At(address));
        Assert.Empty(_bmc.Server.Requests);
    }

    [Theory]
    [InlineData("https://${address}", "10.30.0.2", "https://10.30.0.2/")]
    [InlineData("https://${address}:8443", "fd00::2", "https://[fd00::2]:8443/")]
    [InlineData("http://127.0.0.1:4711/bmc/${address}", "hv1-ipmi.example.org", "http://127.0.0.1:4711/bmc/hv1-ipmi.example.org/")]
    public void The_pattern_makes_the_address(string pattern, string address, string url)
        => Assert.Equal(url, (Controller.Configuration with { AddressPattern = pattern }).UrlOf(address).AbsoluteUri);

    [Theory]
    [InlineData("https://10.30.0.2/", "/redfish/v1/Systems/1", "redfish/v1/Systems/1")]
    [InlineData("https://10.30.0.2/", "https://10.30.0.2/redfish/v1/Systems?$skip=1", "redfish/v1/Systems?$skip=1")]
    // Behind a gateway that knows of its prefix, and one that does not.
    [InlineData("https://gateway/bmc/7/", "/bmc/7/redfish/v1/Systems/1", "redfish/v1/Systems/1")]
    [InlineData("https://gateway/bmc/7/", "/redfish/v1/Systems/1", "redfish/v1/Systems/1")]
    [InlineData("https://10.30.0.2/", "//elsewhere/redfish/v1/Systems/1", "elsewhere/redfish/v1/Systems/1")]
    public void A_link_stays_at_its_controller(string baseAddress, string link, string path) => Assert.Equal(path, RedfishService.PathOf(new Uri(baseAddress), link));

    [Fact]
    public void Networks_and_pins_are_chosen_by_address()
    {
        var pin = new string('a', 64);
        var configuration = Controller.Configuration with
        {
            Http = new HttpSettings { CaFile = "/ca.pem" },
            Networks = [new BmcNetwork { Addresses = ["10.40.*"], Http = new HttpSettings { Proxy = new Uri("socks5://bastion:1080"), Insecure = true } }],
            Thumbprints = new Dictionary<string, string> { ["10.40.0.1"] = pin, ["10.50.0.1"] = pin },
        };

        Assert.Equal("/ca.pem", configuration.SettingsOf("10.30.0.2", null)!.CaFile);
        Assert.True(configuration.SettingsOf("10.40.0.2", null)!.Insecure);
        var pinned = configuration.SettingsOf("10.40.0.1", null)!;
        Assert.Equal((pin, false, "bastion"), (pinned.Thumbprint, pinned.Insecure, pinned.Proxy!.Host));
        Assert.Equal(9, (configuration with { Http = null }).SettingsOf("10.50.0.1", new HttpSettings { MaxConcurrency = 9 })!.MaxConcurrency);
        Assert.Null((configuration with { Http = null }).SettingsOf("10.30.0.2", new HttpSettings()));
    }

    [Fact]
    public void What_is_wrong_in_the_section_is_said()
    {
        var wrong = new[]
        {
            Controller.Configuration with { AddressPattern = "https://bmc.example.org" },
            Controller.Configuration with { AddressPattern = "${address}" },
            Controller.Configuration with { Thumbprints = new Dictionary<string, string> { ["10.30.0.2"] = "12:34" } },
            Controller.Configuration with { Networks = [new BmcNetwork { Addresses = [], Http = new HttpSettings() }] },
        };

        Assert.Empty(Controller.Configuration.Problems());
        Assert.All(wrong, configuration => Assert.Single(configuration.Problems()));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.NetBox;

public sealed class NetBoxTests
{
    private const string Fqdn = "hv1.example.org";
    private readonly TestScope _scope = Make();
    private string _status = "active";
    private string _role = "Hypervisor";
    private string _updated = "2026-11-01T10:00:00.123456Z";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TestScope Make(NetBoxConfiguration? configuration = null) => new([new NetBoxRegistration()], configuration ?? new NetBoxConfiguration { ApiToken = Secret.FromText("0123456789abcdef"), Url = new Uri("http://netbox.test/nb") });

    [Fact]
    public async Task A_device_is_asked_for_by_each_name_exactly_and_shown_whole()
    {
        Serve("4.2");

        var device = await _scope.Get<NetBoxClient>().DeviceAsync(Fqdn, Token);

        Assert.Equal(["GET /nb/api/dcim/devices/?name=hv1.example.org&exclude=config_context&limit=500", "GET /nb/api/dcim/devices/?name=hv1&exclude=config_context&limit=500"], _scope.Server.Lines);
        Assert.Equal("Token 0123456789abcdef", _scope.Server.Requests[0].Header("Authorization"));
        Assert.Equal(("hv1", "active", "Hypervisor", "DC", "R750 GPU", "Dell", "S123", "10.0.9.1", "10.0.0.1", true), (device.DeviceName, device.Status, device.Role, device.Site, device.DeviceType, device.Manufacturer, device.SerialNumber, device.BmcAddress, device.PrimaryAddress, device.HasGpu));
        Assert.Equal(("http://netbox.test/nb/dcim/devices/7/", Fqdn), (device.Url, device.HypervisorName));
        Assert.Equal("cloud", device.CustomFields["archetype"]);
    }

    [Fact]
    public async Task A_token_of_version_2_goes_as_bearer()
    {
        var scope = Make(new NetBoxConfiguration { ApiToken = Secret.FromText("nbt_abc.secret"), Url = new Uri("http://netbox.test") });
        scope.Server.On("GET /api/dcim/devices/", Page(Device()));

        await scope.Get<NetBoxClient>().DeviceAsync("hv1", Token);

        Assert.Equal("Bearer nbt_abc.secret", scope.Server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public async Task Two_devices_of_a_name_are_listed_and_none_is_taken()
    {
        _scope.Server.On("GET /nb/api/dcim/devices/", Page(Device(), Device(id: 8, site: "DC2")));

        var error = await Assert.ThrowsAsync<AmbiguousNameException>(() => _scope.Get<NetBoxClient>().DeviceAsync("hv1", Token));

        Assert.Contains("'hv1' at DC (active, id 7), 'hv1' at DC2 (active, id 8)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_does_not_exist_fails_the_check_and_so_does_a_status_that_does_not_fit()
    {
        _scope.Server.On("GET /nb/api/dcim/devices/", Page());
        var absent = await CheckAsync();
        Serve("4.2");
        var active = await CheckAsync();
        _status = "decommissioning";
        var leaving = await CheckAsync();

        Assert.Equal((StepOutcome.Failed, "NetBox has no device 'hv1.example.org' or 'hv1'. Correct the name, or host-identity in the configuration."), (absent.Outcome, absent.Evidence));
        Assert.Equal(StepOutcome.Passed, active.Outcome);
        Assert.Equal(StepOutcome.Failed, leaving.Outcome);
        Assert.EndsWith("wanted is active or offline", leaving.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Invalid token", true)]
    [InlineData("Authentication credentials were not provided.", true)]
    [InlineData("You do not have permission to perform this action.", false)]
    public async Task A_403_is_a_bad_token_or_a_missing_right_by_its_words(string detail, bool isBadToken)
    {
        _scope.Server.On("GET /nb/api/dcim/devices/", ScriptedReply.Json(403, new { detail }));
        var netBox = _scope.Get<NetBoxClient>();

        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => netBox.DeviceAsync("hv1", Token));
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => netBox.DeviceAsync("hv1", Token));

        Assert.Equal(isBadToken ? 1 : 2, _scope.Server.Requests.Count);
    }

    [Fact]
    public async Task Pages_are_followed_by_their_query_alone_and_not_in_circles()
    {
        _scope.Server.On("GET /nb/api/dcim/devices/", Page("http://internal:8080/api/dcim/devices/?limit=500&offset=500&status=active", Device()))
            .On("GET /nb/api/dcim/devices/?limit=500&offset=500&status=active", Page(Device(id: 8)));
        var netBox = _scope.Get<NetBoxClient>();

        List<long> ids = [];
        await foreach (var device in netBox.DevicesAsync([("status", "active")], Token))
            ids.Add(device.Id);
        Assert.Equal([7, 8], ids);

        _scope.Server.On("GET /nb/api/dcim/devices/?limit=500&offset=500&status=active", Page("http://internal:8080/x?limit=500&offset=500&status=active"));
        await Assert.ThrowsAsync<ServiceException>(async () =>
        {
            await foreach (var _ in netBox.DevicesAsync([("status", "active")], Token))
            {
            }
        });
    }

    [Fact]
    public async Task A_status_is_patched_alone_with_the_etag_and_never_written_twice()
    {
        Serve("4.6", etag: "W/\"abc\"");

        var first = await new SetDeviceStatus().RunAsync(_scope.Context(Fqdn), new SetDeviceStatusParameters("Planned"), Token);
        var again = await new SetDeviceStatus().RunAsync(_scope.Context(Fqdn), new SetDeviceStatusParameters("planned"), Token);

        Assert.Equal(("active", "planned", true), first);
        Assert.False(again.WasApplied);
        var patch = Assert.Single(_scope.Server.Writes);
        Assert.Equal("PATCH /nb/api/dcim/devices/7/", patch.Line);
        Assert.Equal("""{"status":"planned","changelog_message":"[ops:r1/hv1.example.org/PreDrain.step]"}""", patch.Body);
        Assert.Equal("W/\"abc\"", patch.Header("If-Match"));
    }

    [Fact]
    public async Task Somebody_elses_change_meanwhile_is_an_error_and_is_not_written_over()
    {
        Change change = new SetDeviceStatus();
        var parameters = new SetDeviceStatusParameters("planned");
        Serve("4.2");
        var before = await change.ObserveAsync(_scope.Context(Fqdn), parameters, Token);

        _updated = "2026-11-18T11:00:00Z";
        var older = await Assert.ThrowsAsync<ServiceException>(() => change.ApplyAsync(_scope.Context(Fqdn), parameters, before, Token));
        Assert.Empty(_scope.Server.Writes);
        Assert.Contains("Somebody changed the device hv1 in NetBox at 2026-11-18 11:00:00Z", older.Message, StringComparison.Ordinal);

        _updated = "2026-11-01T10:00:00.123456Z";
        _scope.Server.On("PATCH /nb/api/dcim/devices/7/", ScriptedReply.Json(412, new { detail = "ETag mismatch" }));
        var newer = await Assert.ThrowsAsync<ServiceException>(() => change.ApplyAsync(_scope.Context(Fqdn), parameters, before, Token));
        Assert.Equal(412, newer.StatusCode);
    }

    [Fact]
    public async Task A_patch_without_an_answer_is_not_repeated()
    {
        Serve("4.2");
        _scope.Server.On("PATCH /nb/api/dcim/devices/7/", ScriptedReply.Reset());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => new SetDeviceStatus().RunAsync(_scope.Context(Fqdn), new SetDeviceStatusParameters("planned"), Token));
        Assert.Single(_scope.Server.Writes);
    }

    [Fact]
    public async Task Undo_of_a_status_puts_the_old_one_back()
    {
        Serve("4.2");
        Change change = new SetDeviceStatus();
        var parameters = new SetDeviceStatusParameters("planned");
        var before = change.Load(change.Save(await change.ObserveAsync(_scope.Context(Fqdn), parameters, Token)));

        await change.ApplyAsync(_scope.Context(Fqdn), parameters, before, Token);
        Assert.Equal("planned", _status);
        await change.UndoAsync(_scope.Context(Fqdn), parameters, before, Token);
        Assert.Equal("active", _status);
    }

    [Theory]
    [InlineData("3.5", """{"device_role":3}""")]
    [InlineData("3.6", """{"role":3}""")]
    [InlineData("4.4", """{"role":3,"changelog_message":"[ops:r1/hv1.example.org/PreDrain.step]"}""")]
    public async Task The_role_field_is_named_as_the_version_names_it(string version, string body)
    {
        Serve(version);

        await new SetDeviceRole().RunAsync(_scope.Context(Fqdn), new SetDeviceRoleParameters("openstack-compute"), Token);

        Assert.Equal(body, Assert.Single(_scope.Server.Writes).Body);
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_an_error_that_lists_those_that_do()
    {
        Serve("4.2");

        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => new SetDeviceRole().RunAsync(_scope.Context(Fqdn), new SetDeviceRoleParameters("openstak"), Token));

        Assert.Contains("no device role 'openstak'; it has 'Hypervisor', 'OpenStack Compute'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_scope.Server.Writes);
    }

    [Fact]
    public async Task A_role_is_needed_from_somewhere()
    {
        Serve("4.2");

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => new SetDeviceRole().RunAsync(_scope.Context(Fqdn), new SetDeviceRoleParameters(), Token));
        Assert.Contains("netbox.role", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_entry_is_written_once_however_often_it_is_asked_for()
    {
        Serve("4.2");
        List<object> entries = [];
        _scope.Server.On("GET /nb/api/extras/journal-entries/", _ => Page([.. entries]))
            .On("POST /nb/api/extras/journal-entries/", request =>
            {
                entries.Add(new { id = 1, comments = request.Json.GetProperty("comments").GetString() });
                // It was written, and nobody was told.
                return ScriptedReply.Reset();
            });
        var context = _scope.Context(Fqdn);
        var parameters = new AddJournalEntryParameters("reinstalled", "success");

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => new AddJournalEntry().RunAsync(context, parameters, Token));
        var again = await new AddJournalEntry().RunAsync(context, parameters, Token);

        Assert.False(again.WasApplied);
        Assert.Equal("""{"assigned_object_type":"dcim.device","assigned_object_id":7,"kind":"success","comments":"reinstalled\n\n[ops:r1/hv1.example.org/PreDrain.step]"}""", Assert.Single(_scope.Server.Writes).Body);
    }

    [Fact]
    public async Task The_bmc_address_is_the_out_of_band_one_then_the_bmc_interfaces_then_the_pattern()
    {
        var scope = Make(new NetBoxConfiguration { ApiToken = Secret.FromText("0123456789abcdef"), Url = new Uri("http://netbox.test/nb"), BmcDnsPattern = "{host}-ipmi.{domain}" });
        var netBox = scope.Get<NetBoxClient>();
        scope.Server.On("GET /nb/api/dcim/devices/", Page(Device()));
        Assert.Equal(new BmcAddress("10.0.9.1", "NetBox's out-of-band address"), await netBox.BmcAddressAsync(Fqdn, Token));

        scope.Server.On("GET /nb/api/dcim/devices/", Page(Device(oob: null)))
            .On("GET /nb/api/dcim/interfaces/?device_id=7&limit=500", Page(new { id = 1, name = "eth0", mgmt_only = false }, new { id = 2, name = "BMC0", mgmt_only = true }))
            .On("GET /nb/api/ipam/ip-addresses/?interface_id=2&limit=500", Page(new { id = 5, address = "10.0.9.2/24" }));
        Assert.Equal(new BmcAddress("10.0.9.2", "NetBox's interface BMC0"), await netBox.BmcAddressAsync(Fqdn, Token));

        scope.Server.On("GET /nb/api/ipam/ip-addresses/?interface_id=2&limit=500", Page(new { id = 5, address = "10.0.9.2/24" }, new { id = 6, address = "10.0.9.3/24" }));
        await Assert.ThrowsAsync<AmbiguousNameException>(() => netBox.BmcAddressAsync(Fqdn, Token));

        scope.Server.On("GET /nb/api/ipam/ip-addresses/?interface_id=2&limit=500", Page());
        Assert.Equal("hv1-ipmi.example.org", (await netBox.BmcAddressAsync(Fqdn, Token)).Address);
    }

    [Fact]
    public async Task A_gpu_in_the_types_description_counts_too_where_the_device_does_not_carry_it()
    {
        _scope.Server.On("GET /nb/api/dcim/devices/", Page(Device(model: "R750")))
            .On("GET /nb/api/dcim/device-types/4/", ScriptedReply.Ok(new { id = 4, model = "R750", description = "with 2 gpus" }));

        var netBox = _scope.Get<NetBoxClient>();
        Assert.True((await netBox.DeviceAsync(Fqdn, Token)).HasGpu);
        await foreach (var device in netBox.DevicesAsync([], Token))
            Assert.True(device.HasGpu);
        Assert.Single(_scope.Server.Requests, request => request.Line.Contains("device-types", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Runbooks_know_the_machine_by_model_maker_serial_number_and_gpu()
    {
        Serve("4.2");
        var facts = await new DeviceFacts().ReadAsync(_scope.Context(Fqdn), Token);
        var numberless = Device(model: "R750");
        numberless["serial"] = "";
        _scope.Server.On("GET /nb/api/dcim/devices/", Page(numberless)).On("GET /nb/api/dcim/device-types/4/", ScriptedReply.Ok(new { id = 4, model = "R750", description = "" }));
        var less = await new DeviceFacts().ReadAsync(_scope.Context(Fqdn), Token);

        Assert.Equal(new Dictionary<string, string> { ["gpu"] = "true", ["model"] = "R750 GPU", ["manufacturer"] = "Dell", ["serial"] = "S123" }, facts);
        // What NetBox does not know is not there, so that a step that needs it fails.
        Assert.Equal(new Dictionary<string, string> { ["gpu"] = "false", ["model"] = "R750", ["manufacturer"] = "Dell" }, less);
        Assert.Equal(["gpu", "manufacturer", "model", "serial"], new DeviceFacts().Names.Order());
    }

    [Fact]
    public async Task Runbooks_know_the_bmc_address_and_say_why_they_do_not()
    {
        Serve("4.2");
        Assert.Equal("10.0.9.1", (await new BmcAddressFact().ReadAsync(_scope.Context(Fqdn), Token))["bmc-address"]);

        _scope.Server.On("GET /nb/api/dcim/devices/", Page(Device(oob: null))).On("GET /nb/api/dcim/interfaces/?device_id=7&limit=500", Page());
        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => new BmcAddressFact().ReadAsync(_scope.Context(Fqdn), Token));
        Assert.Contains("NetBox does not tell the BMC address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_tells_version_identity_and_missing_rights()
    {
        Serve("4.3");
        _scope.Server.On("GET /nb/api/status/", ScriptedReply.Text(200, "application/json", """{"netbox-version": "4.3.1"}"""))
            .On("GET /nb/api/authentication-check/", ScriptedReply.Ok(new { id = 1, username = "ops" }))
            .On("OPTIONS /nb/api/dcim/devices/7/", ScriptedReply.Ok(new { name = "Device", actions = new { PUT = new { } } }))
            .On("OPTIONS /nb/api/extras/journal-entries/", ScriptedReply.Ok(new { name = "Journal Entry List" }));

        var probe = await new NetBoxRegistration().ProbeAsync(_scope, Token);

        Assert.Equal(("4.3.1", "ops"), (probe.Version, probe.Identity));
        Assert.Equal(["add journal entries"], probe.MissingRights);
    }

    [Fact]
    public void A_missing_address_is_named()
        => Assert.Contains("netbox.url", Assert.Throws<ConfigurationException>(() => Make(new NetBoxConfiguration { ApiToken = Secret.FromText("t") }).Get<NetBoxClient>()).Message, StringComparison.Ordinal);

    private static ScriptedReply Page(params object[] rows) => Page(null, rows);

    private static ScriptedReply Page(string? next, params object[] rows) => ScriptedReply.Ok(new { count = rows.Length, next, previous = (string?)null, results = rows });

    private static Dictionary<string, object?> Device(long id = 7, string site = "DC", string status = "active", string role = "Hypervisor", string updated = "2026-11-01T10:00:00.123456Z", string? oob = "10.0.9.1/24", string model = "R750 GPU", string roleField = "role") => new()
    {
        ["id"] = id, ["name"] = "hv1", ["status"] = new { value = status, label = status }, [roleField] = new { id = 1, name = role, slug = "hypervisor" }, ["site"] = new { id = 2, name = site, slug = "dc" },
        ["device_type"] = new { id = 4, model, manufacturer = new { id = 5, name = "Dell", slug = "dell" } }, ["serial"] = "S123", ["primary_ip"] = new { id = 1, address = "10.0.0.1/24" },
        ["oob_ip"] = oob is null ? null : new { id = 2, address = oob }, ["last_updated"] = updated, ["custom_fields"] = new { archetype = "cloud" },
    };

    private Task<CheckResult> CheckAsync() => ((Check)new CheckDeviceExists()).RunAsync(_scope.Context(Fqdn), new CheckDeviceExistsParameters(), Token);

    /// <summary>A NetBox of a version with one device that keeps what is written.</summary>
    private void Serve(string version, string? etag = null)
    {
        (string, string) api = ("API-Version", version);
        var field = Version.Parse(version) < new Version(3, 6) ? "device_role" : "role";
        object Now() => Device(status: _status, role: _role, updated: _updated, roleField: field);
        _scope.Server
            .On("GET /nb/api/dcim/devices/", _ => ScriptedReply.Ok(new { count = 1, next = (string?)null, results = new[] { Now() } }, api))
            .On("GET /nb/api/dcim/devices/7/", _ => etag is null ? ScriptedReply.Ok(Now(), api) : ScriptedReply.Ok(Now(), api, ("ETag", etag)))
            .On("GET /nb/api/dcim/device-roles/", Page(new { id = 1, name = "Hypervisor", slug = "hypervisor" }, new { id = 3, name = "OpenStack Compute", slug = "openstack-compute" }))
            .On("PATCH /nb/api/dcim/devices/7/", request =>
            {
                if (request.Json.TryGetProperty("status", out var status))
                    _status = status.GetString()!;
                if (request.Json.TryGetProperty("role", out _) || request.Json.TryGetProperty("device_role", out _))
                    _role = "OpenStack Compute";
                return ScriptedReply.Ok(Now(), api);
            });
    }
}

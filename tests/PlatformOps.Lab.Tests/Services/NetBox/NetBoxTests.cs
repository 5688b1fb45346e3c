namespace PlatformOps.Lab.Tests.Services.NetBox;

public sealed class NetBoxTests
{
    [Fact]
    public async Task Devices_are_listed_in_pages_by_absolute_links()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var first = await lab.NetBoxAsync("GET", "/dcim/devices/?limit=3&status=active&exclude=config_context");
        var second = await lab.SendAsync("GET", (string)first.Json["next"]!, null, ("Authorization", $"Token {lab.NetBoxToken}"));

        Assert.Equal("4.2", first.Headers["API-Version"]);
        Assert.Equal(4, (int)first.Json["count"]!);
        Assert.Null(first.Json["previous"]);
        Assert.False(first.Json["results"]![0]!.AsObject().ContainsKey("config_context"));
        Assert.Equal("hv04", (string)Assert.Single(second.Json["results"]!.AsArray())!["name"]!);
        Assert.Null(second.Json["next"]);
        Assert.NotNull(second.Json["previous"]);
    }

    [Theory]
    [InlineData("name=hv01", 1)]
    [InlineData("name=HV01", 0)]
    [InlineData("name__ie=HV01", 1)]
    [InlineData("name__ic=V0", 4)]
    [InlineData("name=hv01&name=hv02", 2)]
    [InlineData("role=hypervisor&site=dc-a", 2)]
    [InlineData("tag=gpu&tag=openstack", 1)]
    [InlineData("cf_gpu_count=4", 1)]
    [InlineData("id=1002", 1)]
    [InlineData("colour=red", 4)]
    public async Task Filters_are_netboxs(string filter, int count)
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(count, (int)(await lab.NetBoxAsync("GET", $"/dcim/devices/?{filter}")).Json["count"]!);
    }

    [Fact]
    public async Task A_choice_that_does_not_exist_is_an_error_of_its_field()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("""{"status":["Select a valid choice. gone is not one of the available choices."]}""", (await lab.NetBoxAsync("GET", "/dcim/devices/?status=gone")).Text);
        Assert.Equal("""{"status":["gone is not a valid choice."]}""", (await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"status":"gone"}""")).Text);
        Assert.Equal("""{"role":["Related object not found using the provided attributes: {'slug': 'gone'}"]}""", (await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"role":{"slug":"gone"}}""")).Text);
        Assert.Equal("""{"role":["Related object not found using the provided numeric ID: 77"]}""", (await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"role":77}""")).Text);
        Assert.Equal("""{"__all__":["Unknown field name 'x' in custom field data."]}""", (await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"status":"planned","custom_fields":{"x":"1"}}""")).Text);
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task Options_describe_what_an_endpoint_takes_with_its_choices()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var list = await lab.NetBoxAsync("OPTIONS", "/dcim/devices/");

        Assert.Equal(200, list.Status);
        Assert.Equal("GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS", list.Headers["Allow"]);
        Assert.Equal("Device List", (string)list.Json["name"]!);
        Assert.Equal(["POST", "PUT"], list.Json["actions"]!.AsObject().Select(action => action.Key));
        var post = list.Json["actions"]!["POST"]!;
        Assert.StartsWith("""{"type":"field","required":false,"read_only":false,"label":"Status","choices":[{"value":"offline","display_name":"Offline"},{""", post["status"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""{"type":"string","required":false,"read_only":false,"label":"Asset tag","max_length":50}""", post["asset_tag"]!.ToJsonString());
        Assert.Equal(["device_type", "role", "site"], post.AsObject().Where(field => (bool)field.Value!["required"]!).Select(field => field.Key));
        Assert.True((bool)post["id"]!["read_only"]!);
        Assert.Equal("slug", (string)post["site"]!["children"]!["slug"]!["type"]!);
        var one = await lab.NetBoxAsync("OPTIONS", "/dcim/devices/99999/");
        Assert.Equal((200, "Device Instance"), (one.Status, (string)one.Json["name"]!));
        Assert.Equal(["PUT"], one.Json["actions"]!.AsObject().Select(action => action.Key));
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task Options_describe_the_fields_that_rows_have_in_every_version()
    {
        foreach (var version in (string[])["3.3", "3.7.8", "4.0.11", "4.2.9"])
        {
            await using var lab = await LabUnderTest.StartAsync(new LabOptions { NetBoxVersion = version });
            await lab.NetBoxAsync("POST", "/extras/journal-entries/", """{"assigned_object_type":"dcim.device","assigned_object_id":1001,"comments":"x"}""");
            foreach (var path in (string[])["dcim/devices", "dcim/interfaces", "ipam/ip-addresses", "extras/journal-entries", "dcim/device-roles", "dcim/device-types", "dcim/manufacturers", "dcim/sites", "dcim/racks", "dcim/platforms", "extras/tags"])
            {
                var row = (await lab.NetBoxAsync("GET", $"/{path}/?limit=1")).Json["results"]![0]!.AsObject().Select(field => field.Key);
                var told = (await lab.NetBoxAsync("OPTIONS", $"/{path}/")).Json["actions"]!["POST"]!.AsObject().Select(field => field.Key);
                Assert.Empty(row.Except(told).Select(field => $"{version} {path} {field}"));
            }
        }
    }

    [Fact]
    public async Task Options_say_nothing_of_what_the_caller_may_not_do()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var read = await lab.SendAsync("OPTIONS", "netbox/api/dcim/devices/", null, ("Authorization", $"Token {lab.State["netbox"]!["readOnlyToken"]}"));

        Assert.Equal(200, read.Status);
        Assert.False(read.Json.AsObject().ContainsKey("actions"));
        Assert.Equal(403, (await lab.SendAsync("OPTIONS", "netbox/api/dcim/devices/")).Status);
        Assert.Equal(301, (await lab.NetBoxAsync("OPTIONS", "/dcim/devices")).Status);
        Assert.Equal("Status", (string)(await lab.NetBoxAsync("OPTIONS", "/status/")).Json["name"]!);
        Assert.Equal("API Root", (string)(await lab.SendAsync("OPTIONS", "netbox/api/")).Json["name"]!);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_merges_custom_fields()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var before = (await lab.NetBoxAsync("GET", "/dcim/devices/1004/")).Json;

        var after = (await lab.NetBoxAsync("PATCH", "/dcim/devices/1004/", """{"status":"planned","role":{"name":"OpenStack Compute"},"custom_fields":{"maintenance_note":"n"}}""")).Json;

        Assert.Equal("planned", (string)after["status"]!["value"]!);
        Assert.Equal("openstack-compute", (string)after["role"]!["slug"]!);
        Assert.Equal("n", (string)after["custom_fields"]!["maintenance_note"]!);
        Assert.Equal(4, (int)after["custom_fields"]!["gpu_count"]!);
        Assert.Equal((string)before["serial"]!, (string)after["serial"]!);
        Assert.NotEqual((string)before["last_updated"]!, (string)after["last_updated"]!);
    }

    [Fact]
    public async Task Without_the_trailing_slash_there_is_a_redirect()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.NetBoxAsync("PATCH", "/dcim/devices/1001?x=1", """{"status":"planned"}""");

        Assert.Equal(301, reply.Status);
        Assert.Equal("/netbox/api/dcim/devices/1001/?x=1", reply.Headers["Location"]);
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task Missing_and_bad_credentials_are_403()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("""{"detail":"Authentication credentials were not provided."}""", (await lab.SendAsync("GET", "netbox/api/dcim/devices/")).Text);
        var bad = await lab.SendAsync("GET", "netbox/api/dcim/devices/", null, ("Authorization", "Token bad"));
        Assert.Equal(403, bad.Status);
        Assert.Equal("""{"detail":"Invalid token"}""", bad.Text);
        var readOnly = await lab.SendAsync("PATCH", "netbox/api/dcim/devices/1001/", """{"status":"planned"}""", ("Authorization", $"Token {lab.State["netbox"]!["readOnlyToken"]}"));
        Assert.Equal(403, readOnly.Status);
    }

    [Fact]
    public async Task Version_2_tokens_are_known_from_4_5()
    {
        await using var old = await LabUnderTest.StartAsync();
        await using var recent = await LabUnderTest.StartAsync(LabUnderTest.Small with { NetBoxVersion = "4.5.1" });
        async Task<int> Try(LabUnderTest lab) => (await lab.SendAsync("GET", "netbox/api/status/", null, ("Authorization", $"Bearer {lab.State["netbox"]!["tokenV2"]}"))).Status;

        Assert.Equal(403, await Try(old));
        Assert.Equal(200, await Try(recent));
        Assert.Equal(200, (await recent.NetBoxAsync("GET", "/status/")).Status);
    }

    [Fact]
    public async Task From_4_6_a_stale_etag_is_412()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { NetBoxVersion = "4.6.0" });
        var tag = (await lab.NetBoxAsync("GET", "/dcim/devices/1001/")).Headers["ETag"];
        Task<Reply> Patch(string match) => lab.SendAsync("PATCH", "netbox/api/dcim/devices/1001/", """{"status":"planned"}""", ("Authorization", $"Token {lab.NetBoxToken}"), ("If-Match", match));

        var first = await Patch(tag);
        var second = await Patch(tag);

        Assert.Equal(200, first.Status);
        Assert.NotEqual(tag, first.Headers["ETag"]);
        Assert.Equal(412, second.Status);
        Assert.Equal(200, (await Patch(first.Headers["ETag"])).Status);
    }

    [Fact]
    public async Task The_roles_field_has_the_name_of_its_version()
    {
        async Task<(bool Role, bool DeviceRole)> Names(string version)
        {
            await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { NetBoxVersion = version });
            var device = (await lab.NetBoxAsync("GET", "/dcim/devices/1001/")).Json.AsObject();
            return (device.ContainsKey("role"), device.ContainsKey("device_role"));
        }

        Assert.Equal((false, true), await Names("3.5.9"));
        Assert.Equal((true, true), await Names("3.7.8"));
        Assert.Equal((true, false), await Names("4.2.0"));
    }

    [Fact]
    public async Task The_bmc_is_found_by_oob_ip_and_by_its_interface()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var device = (await lab.NetBoxAsync("GET", "/dcim/devices/1001/")).Json;
        var port = Assert.Single((await lab.NetBoxAsync("GET", "/dcim/interfaces/?device_id=1001&mgmt_only=true")).Json["results"]!.AsArray())!;
        var address = Assert.Single((await lab.NetBoxAsync("GET", $"/ipam/ip-addresses/?interface_id={port["id"]}")).Json["results"]!.AsArray())!;

        Assert.Equal("bmc0", (string)port["name"]!);
        Assert.EndsWith("/24", (string)device["oob_ip"]!["address"]!, StringComparison.Ordinal);
        Assert.Equal((string)device["oob_ip"]!["address"]!, (string)address["address"]!);
    }

    [Fact]
    public async Task Journal_entries_are_written_and_checked()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var written = await lab.NetBoxAsync("POST", "/extras/journal-entries/", """{"assigned_object_type":"dcim.device","assigned_object_id":1001,"kind":"success","comments":"done"}""");
        var bad = await lab.NetBoxAsync("POST", "/extras/journal-entries/", """{"assigned_object_type":"dcim.device","assigned_object_id":1001,"kind":"great","comments":"done"}""");

        Assert.Equal(201, written.Status);
        Assert.Equal("success", (string)written.Json["kind"]!["value"]!);
        Assert.Equal(1, (int)(await lab.NetBoxAsync("GET", "/extras/journal-entries/?assigned_object_id=1001")).Json["count"]!);
        Assert.Equal(400, bad.Status);
    }

    [Fact]
    public async Task An_unknown_id_is_404_with_a_detail()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("""{"detail":"No Device matches the given query."}""", (await lab.NetBoxAsync("GET", "/dcim/devices/1/")).Text);
    }
}

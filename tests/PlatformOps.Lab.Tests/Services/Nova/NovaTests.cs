namespace PlatformOps.Lab.Tests.Services.Nova;

public sealed class NovaTests
{
    [Fact]
    public async Task The_root_tells_min_and_max_microversion_without_a_token()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { NovaMaxMicroversion = "2.79" });

        var current = (await lab.SendAsync("GET", "compute/")).Json["versions"]!.AsArray().First(version => (string)version!["id"]! == "v2.1")!;

        Assert.Equal("2.1", (string)current["min_version"]!);
        Assert.Equal("2.79", (string)current["version"]!);
        Assert.Equal("2.79", (string)(await lab.SendAsync("GET", "compute/v2.1")).Json["version"]!["version"]!);
    }

    [Fact]
    public async Task A_microversion_is_answered_in_the_headers_and_one_too_new_is_406()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        Assert.Equal("compute 2.1", (await lab.NovaAsync(token, "GET", "/servers")).Headers["OpenStack-API-Version"]);
        Assert.Equal("compute 2.53", (await lab.NovaAsync(token, "GET", "/servers", version: "2.53")).Headers["OpenStack-API-Version"]);
        Assert.Equal("compute 2.96", (await lab.NovaAsync(token, "GET", "/servers", version: "latest")).Headers["OpenStack-API-Version"]);
        Assert.Equal("2.30", (await lab.SendAsync("GET", "compute/v2.1/servers", null, ("X-Auth-Token", token), ("X-OpenStack-Nova-API-Version", "2.30"))).Headers["X-OpenStack-Nova-API-Version"]);
        var tooNew = await lab.NovaAsync(token, "GET", "/servers", version: "2.999");
        Assert.Equal(406, tooNew.Status);
        Assert.Equal("Version 2.999 is not supported by the API. Minimum is 2.1 and maximum is 2.96.", (string)tooNew.Json["computeFault"]!["message"]!);
        Assert.Equal(400, (await lab.NovaAsync(token, "GET", "/servers", version: "two")).Status);
    }

    [Fact]
    public async Task A_service_is_disabled_and_enabled_by_its_uuid()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        var id = (string)lab.Hypervisor("hv01.lab.example")["serviceId"]!;

        var disabled = await lab.NovaAsync(token, "PUT", $"/os-services/{id}", """{"status":"disabled","disabled_reason":"reinstall [ops:1]"}""", "2.53");
        var listed = (await lab.NovaAsync(token, "GET", "/os-services?host=hv01.lab.example&binary=nova-compute", version: "2.53")).Json["services"]!.AsArray();

        Assert.Equal("disabled", (string)disabled.Json["service"]!["status"]!);
        Assert.Equal("reinstall [ops:1]", (string)Assert.Single(listed)!["disabled_reason"]!);
        Assert.Equal(id, (string)listed[0]!["id"]!);
        Assert.Contains("COMPUTE_STATUS_DISABLED", (await lab.NowAsync())["hypervisors"]![0]!["traits"]!.AsArray().Select(trait => (string)trait!));
        var enabled = await lab.NovaAsync(token, "PUT", $"/os-services/{id}", """{"status":"enabled"}""", "2.53");
        Assert.Null(enabled.Json["service"]!["disabled_reason"]);
    }

    [Fact]
    public async Task Before_2_53_a_service_is_named_by_host_and_binary()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        var disabled = await lab.NovaAsync(token, "PUT", "/os-services/disable-log-reason", """{"host":"hv01.lab.example","binary":"nova-compute","disabled_reason":"why"}""");
        var unknown = await lab.NovaAsync(token, "PUT", "/os-services/enable", """{"host":"hv99","binary":"nova-compute"}""");
        var wrongWay = await lab.NovaAsync(token, "PUT", "/os-services/disable", """{"host":"hv01.lab.example","binary":"nova-compute"}""", "2.53");

        Assert.Equal("""{"service":{"host":"hv01.lab.example","binary":"nova-compute","status":"disabled","disabled_reason":"why"}}""", disabled.Text);
        Assert.Equal(404, unknown.Status);
        Assert.Equal("Could not find binary nova-compute on host hv99.", (string)unknown.Json["itemNotFound"]!["message"]!);
        Assert.Equal(400, wrongWay.Status);
    }

    [Theory]
    [InlineData("""{"disabled_reason":"only"}""")]
    [InlineData("""{"status":"enabled","disabled_reason":"why"}""")]
    [InlineData("""{"status":"paused"}""")]
    [InlineData("""{"status":"disabled","colour":"red"}""")]
    [InlineData("{}")]
    public async Task A_change_that_makes_no_sense_is_400_and_changes_nothing(string body)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.NovaAsync(await lab.TokenAsync(), "PUT", $"/os-services/{lab.Hypervisor("hv01.lab.example")["serviceId"]}", body, "2.53");

        Assert.Equal(400, reply.Status);
        Assert.NotNull(reply.Json["badRequest"]);
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task A_service_with_instances_is_not_deleted()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { VirtualMachines = 1 });
        var token = await lab.TokenAsync();

        var busy = await lab.NovaAsync(token, "DELETE", $"/os-services/{lab.Hypervisor("hv01.lab.example")["serviceId"]}", version: "2.53");
        var empty = await lab.NovaAsync(token, "DELETE", $"/os-services/{lab.Hypervisor("hv02.lab.example")["serviceId"]}", version: "2.53");

        Assert.Equal(409, busy.Status);
        Assert.NotNull(busy.Json["conflictingRequest"]);
        Assert.Equal(204, empty.Status);
        Assert.Equal(3, (await lab.NovaAsync(token, "GET", "/os-hypervisors")).Json["hypervisors"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_reader_is_refused_with_the_policys_name()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.NovaAsync(await lab.TokenAsync("reader"), "PUT", $"/os-services/{lab.Hypervisor("hv01.lab.example")["serviceId"]}", """{"status":"disabled"}""", "2.53");

        Assert.Equal(403, reply.Status);
        Assert.Equal("Policy doesn't allow os_compute_api:os-services:update to be performed.", (string)reply.Json["forbidden"]!["message"]!);
    }

    [Fact]
    public async Task The_hypervisor_pattern_is_a_substring_and_no_match_is_404()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        Assert.Equal(4, (await lab.NovaAsync(token, "GET", "/os-hypervisors?hypervisor_hostname_pattern=hv0", version: "2.53")).Json["hypervisors"]!.AsArray().Count);
        Assert.Equal(404, (await lab.NovaAsync(token, "GET", "/os-hypervisors?hypervisor_hostname_pattern=nope", version: "2.53")).Status);
        Assert.Equal(400, (await lab.NovaAsync(token, "GET", "/os-hypervisors?hypervisor_hostname_pattern=hv&limit=1", version: "2.53")).Status);
    }

    [Fact]
    public async Task Capacity_is_gone_from_2_88_and_ids_are_uuids_from_2_53()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        async Task<JsonNode> First(string version) => (await lab.NovaAsync(token, "GET", "/os-hypervisors/detail?with_servers=true", version: version)).Json["hypervisors"]![0]!;
        var (old, middle, late) = (await First("2.1"), await First("2.53"), await First("2.88"));

        Assert.Equal(1, (int)old["id"]!);
        Assert.Equal((string)lab.Hypervisor("hv01.lab.example")["id"]!, (string)middle["id"]!);
        Assert.Equal(2, (int)middle["running_vms"]!);
        Assert.Equal(2, middle["servers"]!.AsArray().Count);
        Assert.False(late.AsObject().ContainsKey("vcpus"));
        Assert.True(late.AsObject().ContainsKey("uptime"));
    }

    [Fact]
    public async Task Servers_come_in_pages_with_a_next_link_that_ends()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        HashSet<string> seen = [];
        string? next = "/servers/detail?all_tenants=1&limit=3";
        var pages = 0;
        while (next is not null && pages++ < 10)
        {
            var reply = await lab.NovaAsync(token, "GET", next, version: "2.53");
            foreach (var server in reply.Json["servers"]!.AsArray())
                Assert.True(seen.Add((string)server!["id"]!));
            next = ((string?)reply.Json["servers_links"]?[0]?["href"])?.Split("/compute/v2.1")[1];
        }

        Assert.Equal(8, seen.Count);
        Assert.Equal(3, pages);
        Assert.Equal(400, (await lab.NovaAsync(token, "GET", "/servers?all_tenants=1&marker=nope")).Status);
    }

    [Fact]
    public async Task The_host_filter_works_for_an_administrator_and_is_dropped_silently_for_others()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var mine = (await lab.NovaAsync(await lab.TokenAsync(), "GET", "/servers/detail?all_tenants=1&host=hv01.lab.example")).Json["servers"]!.AsArray();
        Assert.Equal(2, mine.Count);
        Assert.All(mine, server => Assert.Equal("hv01.lab.example", (string)server!["OS-EXT-SRV-ATTR:host"]!));

        var project = (string)lab.State["servers"]![0]!["project"]!;
        var login = await lab.PasswordLoginAsync("reader", lab.PasswordOf("reader"), LabUnderTest.ProjectScope(project));
        var theirs = (await lab.NovaAsync(login.Headers["X-Subject-Token"], "GET", "/servers/detail?host=nonexistent")).Json["servers"]!.AsArray();
        Assert.NotEmpty(theirs);
        Assert.All(theirs, server => Assert.False(server!.AsObject().ContainsKey("OS-EXT-SRV-ATTR:host")));
        Assert.Equal(403, (await lab.NovaAsync(login.Headers["X-Subject-Token"], "GET", "/servers?all_tenants=1")).Status);
    }

    [Fact]
    public async Task From_2_75_an_unknown_parameter_is_400()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        Assert.Equal(200, (await lab.NovaAsync(token, "GET", "/servers?colour=red", version: "2.74")).Status);
        Assert.Equal(400, (await lab.NovaAsync(token, "GET", "/servers?colour=red", version: "2.75")).Status);
    }

    [Fact]
    public async Task What_is_soft_deleted_is_listed_only_where_asked_for_and_never_by_its_status()
    {
        await using var lab = await LabUnderTest.StartWorldAsync("""
            hypervisors: [{ name: hv01.lab.example }]
            servers:
              - { name: live, host: hv01.lab.example }
              - { name: gone, host: hv01.lab.example, status: soft_deleted }
            """);
        var token = await lab.TokenAsync();
        async Task<string> Names(string query) => string.Join(',', (await lab.NovaAsync(token, "GET", "/servers/detail?all_tenants=1&host=hv01.lab.example" + query)).Json["servers"]!.AsArray().Select(row => (string)row!["name"]!).Order());

        Assert.Equal("live", await Names(""));
        Assert.Equal("gone,live", await Names("&soft_deleted=1"));
        Assert.Equal("gone", await Names("&deleted=1"));
        Assert.Equal("", await Names("&status=SOFT_DELETED"));
    }

    [Fact]
    public async Task A_down_cell_is_a_stub_an_empty_list_or_a_500_and_which_depends()
    {
        await using var lab = await LabUnderTest.StartWorldAsync("""
            nova: { down-cells: [cell2] }
            hypervisors:
              - { name: hv01.lab.example }
              - { name: hv02.lab.example, cell: cell2, tenants: [nova-conductor] }
            servers: [{ name: there, host: hv02.lab.example }]
            """);
        var token = await lab.TokenAsync();
        var id = (string)lab.State["servers"]![0]!["id"]!;
        async Task<JsonArray> Services(string version) => (await lab.NovaAsync(token, "GET", "/os-services?host=hv02.lab.example", version: version)).Json["services"]!.AsArray();

        Assert.Empty(await Services("2.68"));
        Assert.Equal("""{"binary":"nova-compute","host":"hv02.lab.example","status":"UNKNOWN"}""", Assert.Single(await Services("2.69"))!.ToJsonString());
        Assert.Empty((await lab.NovaAsync(token, "GET", "/servers/detail?all_tenants=1&host=hv02.lab.example", version: "2.69")).Json["servers"]!.AsArray());
        Assert.Equal("UNKNOWN", (string)Assert.Single((await lab.NovaAsync(token, "GET", "/servers/detail?all_tenants=1", version: "2.69")).Json["servers"]!.AsArray())!["status"]!);
        Assert.Equal((500, 200), ((await lab.NovaAsync(token, "GET", $"/servers/{id}", version: "2.68")).Status, (await lab.NovaAsync(token, "GET", $"/servers/{id}", version: "2.69")).Status));
        Assert.Equal((500, 500), ((await lab.NovaAsync(token, "GET", "/os-hypervisors/detail", version: "2.53")).Status, (await lab.NovaAsync(token, "GET", "/os-migrations", version: "2.58")).Status));
        Assert.Equal("""{"migrations":[]}""", (await lab.NovaAsync(token, "GET", "/os-migrations", version: "2.59")).Text);

        await lab.SetHostAsync("hv02.lab.example", """{"cellDown":false}""");
        Assert.Equal(["nova-compute", "nova-conductor"], (await Services("2.53")).Select(row => (string)row!["binary"]!).Order());
    }

    [Fact]
    public async Task Migrations_of_a_world_file_stay_as_they_are_and_come_in_pages_from_2_59()
    {
        await using var lab = await LabUnderTest.StartWorldAsync("""
            hypervisors: [{ name: hv01.lab.example }, { name: hv02.lab.example }]
            servers:
              - { name: running, host: hv01.lab.example }
              - { name: waiting, host: hv01.lab.example }
            migrations:
              - { server: running, to: hv02.lab.example }
              - { server: waiting, to: hv02.lab.example, type: migration, status: finished }
            """);
        var token = await lab.TokenAsync();

        var page = await lab.NovaAsync(token, "GET", "/os-migrations?host=hv01.lab.example&limit=1", version: "2.59");
        var rest = await lab.NovaAsync(token, "GET", ((string)page.Json["migrations_links"]![0]!["href"]!).Split("/compute/v2.1")[1], version: "2.59");
        var old = (await lab.NovaAsync(token, "GET", "/os-migrations?host=hv01.lab.example&limit=1", version: "2.58")).Json["migrations"]!.AsArray();

        Assert.Equal(("finished", "running"), ((string)page.Json["migrations"]![0]!["status"]!, (string)rest.Json["migrations"]![0]!["status"]!));
        Assert.Equal(2, old.Count);
        Assert.False(old[0]!.AsObject().ContainsKey("uuid"));
        Assert.Equal(400, (await lab.NovaAsync(token, "GET", "/os-migrations?node=x", version: "2.59")).Status);
        Assert.Equal(["MIGRATING hv01.lab.example", "VERIFY_RESIZE hv02.lab.example"], (await lab.NowAsync())["servers"]!.AsArray().Select(row => $"{row!["status"]} {row["host"]}"));
    }

    [Fact]
    public async Task A_host_of_one_zone_is_not_added_to_the_aggregate_of_another()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        int Id(string name) => (int)lab.State["aggregates"]!.AsArray().First(aggregate => (string)aggregate!["name"]! == name)!["id"]!;

        Assert.Equal(200, (await lab.NovaAsync(token, "POST", $"/os-aggregates/{Id("isolation")}/action", """{"add_host":{"host":"hv01.lab.example"}}""")).Status);
        Assert.Equal(409, (await lab.NovaAsync(token, "POST", $"/os-aggregates/{Id("az-a")}/action", """{"add_host":{"host":"hv01.lab.example"}}""")).Status);
        Assert.Equal(404, (await lab.NovaAsync(token, "POST", $"/os-aggregates/{Id("isolation")}/action", """{"remove_host":{"host":"hv02.lab.example"}}""")).Status);
    }

    [Fact]
    public async Task Unknown_things_are_item_not_found()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();

        foreach (var path in new[] { $"/servers/{Guid.NewGuid()}", $"/os-hypervisors/{Guid.NewGuid()}", "/os-aggregates/99", "/flavors/none", "/nowhere" })
            Assert.NotNull((await lab.NovaAsync(token, "GET", path, version: "2.53")).Json["itemNotFound"]);
    }
}

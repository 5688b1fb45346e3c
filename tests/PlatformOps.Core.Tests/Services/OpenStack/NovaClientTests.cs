using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class NovaClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_are_asked_for_once_and_each_call_uses_the_lowest_it_needs()
    {
        var scope = Cloud.Create();
        var nova = scope.Get<NovaClient>();

        await nova.ServicesAsync(Token);
        await nova.AggregatesAsync(Token);

        Assert.Equal(["POST /v3/auth/tokens", "GET /compute/v2.1/", "GET /compute/v2.1/os-services?binary=nova-compute", "GET /compute/v2.1/os-aggregates"], scope.Server.Lines);
        Assert.Equal(["compute 2.69", "compute 2.41"], scope.Server.Requests.Skip(2).Select(request => request.Header("OpenStack-API-Version")));
    }

    [Fact]
    public async Task An_endpoint_without_a_version_is_left_for_the_one_it_lists_on_the_same_host()
    {
        var scope = Cloud.Create(configuration: Cloud.Configuration with { Endpoints = new Dictionary<string, Uri> { ["compute"] = new("http://cloud.test/compute") } });
        scope.Server.On("GET /compute/", ScriptedReply.Ok(new
        {
            versions = new[]
            {
                new { id = "v2.0", version = "", min_version = "", links = new[] { new { rel = "self", href = "http://nova-internal:8774/compute/v2/" } } },
                new { id = "v2.1", version = "2.93", min_version = "2.1", links = new[] { new { rel = "self", href = "http://nova-internal:8774/compute/v2.1/" } } },
            },
        }));

        await scope.Get<NovaClient>().AggregatesAsync(Token);

        Assert.Equal("GET /compute/v2.1/os-aggregates", scope.Server.Lines[^1]);
        Assert.Equal("cloud.test", scope.Server.Requests[^1].Url.Host);
    }

    [Fact]
    public async Task A_service_tells_whose_it_is()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(Cloud.Row("hv1.example.org", "disabled", "RL9 reinstall [ops:20261118-1200-ab12 bob MH-7]")));

        var service = await scope.Get<NovaClient>().ServiceAsync("hv1.example.org", Token);

        Assert.Equal(("disabled", true, "bob", "20261118-1200-ab12", "MH-7"), (service.Status, service.IsOurs, service.Owner, service.RunId, service.TicketId));
        Assert.Equal(new DateTimeOffset(2026, 11, 18, 11, 59, 55, TimeSpan.Zero), service.UpdatedAt);
    }

    [Fact]
    public async Task A_host_without_a_service_is_an_error_that_names_its_neighbours()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv9", Cloud.Services())
            .On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services(Cloud.Row("hv90", id: "a"), Cloud.Row("hv91", id: "b"), Cloud.Row("hv92", id: "c"), Cloud.Row("hv1", id: "d")));

        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => scope.Get<NovaClient>().ServiceAsync("hv9", Token));

        Assert.StartsWith("No nova-compute service on host 'hv9' (3 services match 'hv9*': hv90, hv91, hv92)", error.Message, StringComparison.Ordinal);
        Assert.Equal("hv9", error.TargetName);
    }

    [Fact]
    public async Task Names_that_lead_to_two_services_are_ambiguous()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1", Cloud.Services(Cloud.Row("hv1", id: "other")));

        var error = await Assert.ThrowsAsync<AmbiguousNameException>(() => scope.Get<NovaClient>().ServiceAsync("hv1.example.org", Token));

        Assert.Contains("'hv1.example.org'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'hv1' (id other)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_is_found_in_any_case_although_novas_filter_minds_it()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=HV1.Example.org", Cloud.Services())
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=HV1", Cloud.Services());

        Assert.Equal("hv1.example.org", (await scope.Get<NovaClient>().ServiceAsync("HV1.Example.org", Token)).HypervisorName);
    }

    [Fact]
    public async Task An_empty_reason_is_left_out_because_nova_refuses_it()
    {
        var scope = Cloud.Create();
        scope.Server.On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", ScriptedReply.Ok(new { }));
        var nova = scope.Get<NovaClient>();

        await nova.DisableServiceAsync(await nova.ServiceAsync("hv1.example.org", Token), "", Token);

        Assert.Equal("""{"status":"disabled"}""", scope.Server.Writes[^1].Body);
    }

    [Fact]
    public void A_reason_has_no_character_that_novas_tables_cannot_hold_and_is_as_long_as_it_takes()
    {
        var claim = new Claim("r1", "bob", "MH-7");

        Assert.Equal($"hot ? disk {claim}", NovaClient.Reason("hot 🔥 disk", claim));
        var cut = NovaClient.Reason(string.Concat(Enumerable.Repeat("🔥", 300)), claim);
        Assert.Equal(255, cut.Length);
        Assert.EndsWith($"?… {claim}", cut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nova_says_ends_with_one_full_stop()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/os-services", ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "Policy doesn't allow os_compute_api:os-services:list to be performed." } }));

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => scope.Get<NovaClient>().ServicesAsync(Token));

        Assert.EndsWith("answered 403 Forbidden: Policy doesn't allow os_compute_api:os-services:list to be performed. The account used for openstack lacks the right to do this.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_down_cells_rows_are_unknown_and_its_service_cannot_be_told()
    {
        var scope = Cloud.Create();
        object row = new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" };
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(row)).On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services(row));
        var nova = scope.Get<NovaClient>();

        var listed = Assert.Single(await nova.ServicesAsync(Token));
        var error = await Assert.ThrowsAsync<ServiceException>(() => nova.ServiceAsync("hv1.example.org", Token));

        Assert.Equal(("unknown", "unknown"), (listed.Status, listed.State));
        Assert.Contains("its cell does not answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Below_2_53_services_are_changed_by_host_and_binary()
    {
        var scope = Cloud.Create(nova: "2.38");
        var nova = scope.Get<NovaClient>();
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(Cloud.Row("hv1.example.org", id: 7)))
            .On("PUT /compute/v2.1/os-services/disable-log-reason", ScriptedReply.Ok(new { }))
            .On("PUT /compute/v2.1/os-services/enable", ScriptedReply.Ok(new { }));

        var service = await nova.ServiceAsync("hv1.example.org", Token);
        await nova.DisableServiceAsync(service, "why", Token);
        await nova.EnableServiceAsync(service, Token);

        Assert.Equal("7", service.Id);
        Assert.Equal(["""{"host":"hv1.example.org","binary":"nova-compute","disabled_reason":"why"}""", """{"host":"hv1.example.org","binary":"nova-compute"}"""], scope.Server.Writes.Skip(1).Select(request => request.Body));
    }

    [Fact]
    public async Task A_hypervisor_is_matched_exactly_although_nova_matches_any_part()
    {
        var scope = Cloud.Create();
        scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1.example.org", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("xhv1.example.org", Cloud.Hypervisor2), Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1, used: 4, servers: 2) } }))
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("xhv1.example.org", Cloud.Hypervisor2), Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1, used: 4, servers: 2) } }))
            .On($"GET /compute/v2.1/os-hypervisors/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { hypervisor = new { uptime = " 17:32:30 up 8 days,  2:14,  1 user,  load average: 0.1" } }));

        var hypervisor = await scope.Get<NovaClient>().HypervisorAsync("hv1.example.org", Token);

        Assert.Equal((Cloud.Hypervisor1, HypervisorState.Running, 2, 64, 4), (hypervisor.Id, hypervisor.State, hypervisor.ServerCount, hypervisor.VCpus, hypervisor.VCpusUsed));
        Assert.Equal((8 * 86400) + (2 * 3600) + (14 * 60), hypervisor.UptimeSeconds);
        Assert.Equal(["rack-a"], hypervisor.Aggregates);
    }

    [Fact]
    public async Task A_hypervisor_is_found_by_its_services_host_where_its_own_name_differs()
    {
        var scope = Cloud.Create();
        scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1.example.org", ScriptedReply.Json(404, new { itemNotFound = new { code = 404, message = "No hypervisor matching" } }))
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1", ScriptedReply.Json(404, new { itemNotFound = new { code = 404, message = "No hypervisor matching" } }))
            .On("GET /compute/v2.1/os-hypervisors/detail?limit=1000", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("node-17", Cloud.Hypervisor1, serviceHost: "hv1.example.org") } }))
            .On($"GET /compute/v2.1/os-hypervisors/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { hypervisor = new { uptime = (string?)null } }));

        var hypervisor = await scope.Get<NovaClient>().HypervisorAsync("hv1.example.org", Token);

        Assert.Equal(("node-17", "hv1.example.org"), (hypervisor.HypervisorName, hypervisor.ServiceHost));
    }

    [Fact]
    public async Task Servers_of_a_host_are_read_to_the_last_page_whatever_host_the_links_name()
    {
        var scope = Cloud.Create();
        scope.Server
            .On("GET /compute/v2.1/servers/detail?all_tenants=1&host=hv1.example.org&soft_deleted=1&limit=1000", ScriptedReply.Ok(new { servers = new[] { Cloud.Server("s1", "hv1.example.org") }, servers_links = new[] { new { rel = "next", href = "http://nova-internal:8774/v2.1/servers/detail?all_tenants=1&marker=s1" } } }))
            .On("GET /compute/v2.1/servers/detail?all_tenants=1&host=hv1.example.org&soft_deleted=1&limit=1000&marker=s1", ScriptedReply.Ok(new { servers = new[] { Cloud.Server("s2", "hv1.example.org") } }));

        var servers = await scope.Get<NovaClient>().ServersOnAsync("hv1.example.org", Token);

        Assert.Equal(["s1", "s2"], servers.Select(server => server.Id));
        Assert.Equal(("m1.small", 2, 2048L, "hv1.example.org"), (servers[0].FlavorName, servers[0].VCpus, servers[0].MemoryMiB, servers[0].HypervisorName));
    }

    [Fact]
    public async Task No_servers_is_no_answer_for_a_host_whose_cell_is_down_or_that_nova_does_not_know()
    {
        var scope = Cloud.Create();
        var nova = scope.Get<NovaClient>();
        scope.Server.On("GET /compute/v2.1/servers/detail", ScriptedReply.Ok(new { servers = Array.Empty<object>() }));

        Assert.Empty(await nova.ServersOnAsync("hv1.example.org", Token));
        scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" }));
        Assert.Equal("cellDown", (await Assert.ThrowsAsync<ServiceException>(() => nova.ServersOnAsync("hv1.example.org", Token))).FaultCode);
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => nova.ServersOnAsync("hv1", Token));
    }

    [Fact]
    public async Task Pages_that_go_in_circles_end_with_an_error()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/servers/detail", ScriptedReply.Ok(new { servers = new[] { Cloud.Server("s1", "hv1.example.org") }, servers_links = new[] { new { rel = "next", href = "http://x/servers/detail?marker=s1" } } }));

        await Assert.ThrowsAsync<ServiceException>(() => scope.Get<NovaClient>().ServersOnAsync("hv1.example.org", Token));
    }

    [Theory]
    [InlineData(null, "our account is no administrator")]
    [InlineData("hv2.example.org", "it ignored the host")]
    public async Task A_list_that_is_not_the_hosts_is_an_error_and_never_an_answer(string? host, string expected)
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/servers/detail", ScriptedReply.Ok(new { servers = new[] { Cloud.Server("s1", "hv1.example.org"), Cloud.Server("s2", host) } }));

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => scope.Get<NovaClient>().ServersOnAsync("hv1.example.org", Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_reason_is_cut_and_the_claim_stays_whole()
    {
        var claim = new Claim("20261118-1200-ab12", "alice", "MH-101");

        var reason = NovaClient.Reason(new string('x', 400), claim);

        Assert.Equal(255, reason.Length);
        Assert.Equal(claim, Claim.Find(reason));
    }

    [Theory]
    [InlineData("enabled", "up", false, 3, null, HypervisorState.Running)]
    [InlineData("enabled", "up", false, 0, null, HypervisorState.Empty)]
    [InlineData("enabled", "down", false, 3, null, HypervisorState.Down)]
    [InlineData("disabled", "up", true, 3, null, HypervisorState.Draining)]
    [InlineData("disabled", "up", true, 0, null, HypervisorState.Drained)]
    [InlineData("disabled", "up", true, 0, 600L, HypervisorState.Rebooted)]
    [InlineData("disabled", "up", false, 0, 600L, HypervisorState.Disabled)]
    [InlineData("unknown", "unknown", false, 0, null, HypervisorState.Unknown)]
    public void States_follow_from_service_servers_and_uptime(string status, string state, bool ours, int servers, long? uptime, HypervisorState expected)
        => Assert.Equal(expected, NovaClient.State(new ComputeService { HypervisorName = "h", Id = "1", Status = status, State = state, IsOurs = ours }, servers, uptime));

    [Theory]
    [InlineData(" 17:32:30 up 8 days,  2:14,  1 user,  load average: 0.00, 0.01, 0.05", (8 * 86400L) + 8040)]
    [InlineData(" 10:00:00 up 5 min,  0 users,  load average: 0.00, 0.01, 0.05", 300L)]
    [InlineData(" 10:00:00 up 1 day, 3 min,  0 users,  load average: 0.00", 86580L)]
    [InlineData("up a while", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_uptime_is_read_as_uptime_prints_it(string? text, long? expected) => Assert.Equal(expected, NovaValues.UptimeSeconds(text));

    [Fact]
    public async Task A_call_that_needs_more_than_the_cloud_has_says_so()
    {
        var scope = Cloud.Create(nova: "2.10");

        var error = await Assert.ThrowsAsync<ServiceException>(() => scope.Get<NovaClient>().Endpoint.SendAsync(Core.Http.HttpCall.Get("servers", "list the servers"), new Microversion(2, 53), Token));

        Assert.Equal("Could not list the servers: it needs compute API 2.53, and this cloud has up to 2.10.", error.Message);
    }
}

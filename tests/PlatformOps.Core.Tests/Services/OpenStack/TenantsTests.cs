using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class TenantsTests
{
    private const string L3 = "20000000-0000-0000-0000-000000000001";
    private const string Dhcp = "20000000-0000-0000-0000-000000000002";
    private const string Services = "GET /volume/v3/p1/os-services";

    private readonly TestScope _scope = Cloud.Create(others: [Cloud.Entry("network", "http://cloud.test/networking"), Cloud.Entry("volumev3", "http://cloud.test/volume/v3/p1")]).Empty();

    public TenantsTests()
    {
        _scope.Server
            .On("GET /compute/v2.1/os-services", Cloud.Services(Cloud.Row("hv1.example.org"), Other("nova-conductor", "ctl1"), Other("nova-scheduler", "ctl1")))
            .On(Cloud.AgentsOfHost, Agents(Agent("Open vSwitch agent"), Agent("Metadata agent")))
            .On(Services, Volumes(("cinder-scheduler", "ctl1"), ("cinder-volume", "ctl1@ceph"), ("cinder-volume", "hv11.example.org@lvm")));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_with_nothing_but_what_wires_its_own_servers_passes()
    {
        var result = await RunAsync();

        Assert.Equal(
            (StepOutcome.Passed, "Nova has nothing but nova-compute on it; Neutron has nothing on it that serves others (Open vSwitch agent, Metadata agent); none of Cinder's 3 services is on it"),
            (result.Outcome, result.Evidence));
        Assert.Equal(
            [
                "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org",
                "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1",
                "GET /compute/v2.1/os-hypervisors/detail?limit=1000",
                "GET /compute/v2.1/os-services",
                Cloud.AgentsOfHost,
                Services,
            ],
            _scope.Server.Lines.Skip(2));
        Assert.Single(_scope.Server.Writes);
    }

    [Theory]
    [InlineData("Open vSwitch agent")]
    [InlineData("OVN Controller agent")]
    [InlineData("OVN Metadata agent")]
    [InlineData("NIC Switch agent")]
    [InlineData("Linux bridge agent")]
    public async Task Agents_that_serve_their_own_machine_are_fine(string type)
    {
        _scope.Server.On(Cloud.AgentsOfHost, Agents(Agent(type)));

        Assert.Equal(StepOutcome.Passed, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task A_gateway_of_ovn_is_a_tenant_and_so_is_an_agent_that_nobody_knows_until_it_is_named()
    {
        _scope.Server.On(Cloud.AgentsOfHost, Agents(Agent("OVN Controller Gateway agent", L3, alive: false)));
        var gateway = await RunAsync();
        _scope.Server.On(Cloud.AgentsOfHost, Agents(Agent("Open vSwitch agent"), Agent("Calico per-host agent", Dhcp)));
        var unknown = await RunAsync();
        var named = await RunAsync(new CheckTenantsParameters(["calico per-host agent"]));

        Assert.Equal((StepOutcome.Failed, StepOutcome.Failed, StepOutcome.Passed), (gateway.Outcome, unknown.Outcome, named.Outcome));
        Assert.Contains($"Neutron has OVN Controller Gateway agent {L3} (not alive) on it", gateway.Evidence, StringComparison.Ordinal);
        Assert.Contains($"Neutron has Calico per-host agent {Dhcp} on it", unknown.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routers_and_networks_on_it_are_named_and_agents_without_any_are_fine()
    {
        _scope.Server
            .On(Cloud.AgentsOfHost, Agents(Agent("L3 agent", L3), Agent("DHCP agent", Dhcp)))
            .On($"GET /networking/v2.0/agents/{L3}/l3-routers", ScriptedReply.Ok(new { routers = new[] { new { id = "r1", name = "front" } } }))
            .On($"GET /networking/v2.0/agents/{Dhcp}/dhcp-networks", ScriptedReply.Ok(new { networks = new[] { new { id = "n1", name = "inside" }, new { id = "n2", name = "outside" } } }));
        var full = await RunAsync();
        _scope.Server
            .On($"GET /networking/v2.0/agents/{L3}/l3-routers", ScriptedReply.Ok(new { routers = Array.Empty<object>() }))
            .On($"GET /networking/v2.0/agents/{Dhcp}/dhcp-networks", ScriptedReply.Ok(new { networks = Array.Empty<object>() }));
        var empty = await RunAsync();

        Assert.Equal((StepOutcome.Failed, StepOutcome.Passed), (full.Outcome, empty.Outcome));
        Assert.Contains("Neutron has an L3 agent with 1 router: front (r1), a DHCP agent with 2 networks: inside (n1), outside (n2) on it", full.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_are_read_to_the_last_page()
    {
        _scope.Server
            .On(Cloud.AgentsOfHost, ScriptedReply.Ok(new { agents = new[] { Agent("Open vSwitch agent") }, agents_links = new[] { new { rel = "next", href = "http://neutron-internal:9696/v2.0/agents?host=hv1&limit=1&marker=a1" } } }))
            .On(Cloud.AgentsOfHost + "&marker=a1", Agents(Agent("OVN Controller Gateway agent", L3)));

        Assert.Equal(StepOutcome.Failed, (await RunAsync()).Outcome);
    }

    // Neutron hides what we may not see, and answers a success.
    [Fact]
    public async Task No_agent_at_all_is_no_proof()
    {
        _scope.Server.On(Cloud.AgentsOfHost, Agents()).On("GET /networking/v2.0/agents?limit=1", Agents());
        var reader = await RunAsync();
        _scope.Server.On("GET /networking/v2.0/agents?limit=1", Agents(Agent("Open vSwitch agent")));
        var otherName = await RunAsync();

        Assert.Equal((StepOutcome.Unknown, StepOutcome.Unknown), (reader.Outcome, otherName.Outcome));
        Assert.Contains("Neutron shows no agent at all: is our account an administrator?", reader.Evidence, StringComparison.Ordinal);
        Assert.Contains("Neutron knows no agent on 'hv1.example.org' or 'hv1', not even one that wires its servers", otherName.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_of_cinder_count_with_their_backends_and_in_any_case()
    {
        _scope.Server.On(Services, Volumes(("cinder-scheduler", "ctl1"), ("cinder-volume", "HV1.example.org@lvm"), ("cinder-backup", "hv1"), ("cinder-volume", "hv1-pool@ceph")));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.EndsWith("Cinder has cinder-volume 'HV1.example.org@lvm' (enabled, up), cinder-backup 'hv1' (enabled, up) on it", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_services_of_nova_on_it_are_tenants()
    {
        _scope.Server.On("GET /compute/v2.1/os-services", Cloud.Services(Cloud.Row("hv1.example.org"), Other("nova-conductor", "hv1"), Other("nova-scheduler", "hv2.example.org")));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.StartsWith("Nova has nova-conductor (up) on it;", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_does_not_answer_may_have_services_on_it_that_nobody_sees()
    {
        _scope.Server.On("GET /compute/v2.1/os-services", Cloud.Services(Cloud.Row("hv1.example.org"), new { binary = "nova-compute", host = "hv7", status = "UNKNOWN" }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Unknown, result.Outcome);
        Assert.StartsWith("Nova cannot tell of the services of a cell that does not answer ('hv7');", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_catalog_does_not_have_is_told_and_fine()
    {
        var scope = Cloud.Create().Empty();

        var result = await ((Check)new CheckTenants()).RunAsync(scope.Context("hv1.example.org"), new CheckTenantsParameters(), Token);

        Assert.Equal((StepOutcome.Passed, "Nova has nothing but nova-compute on it; there is no Neutron in the catalog of our region; there is no Cinder in the catalog of our region"), (result.Outcome, result.Evidence));
    }

    [Theory]
    [InlineData("other", "public", StepOutcome.Passed)]
    [InlineData("RegionOne", "admin", StepOutcome.Unknown)]
    public async Task A_service_of_another_region_is_not_ours_and_one_behind_another_interface_is_not_absent(string region, string @interface, StepOutcome expected)
    {
        var scope = Cloud.Create(configuration: Cloud.Configuration with { Region = "RegionOne" }, others: new { type = "network", name = "neutron", endpoints = new[] { new { @interface, region, region_id = region, url = "http://cloud.test/networking" } } }).Empty();

        Assert.Equal(expected, (await ((Check)new CheckTenants()).RunAsync(scope.Context("hv1.example.org"), new CheckTenantsParameters(), Token)).Outcome);
    }

    [Theory]
    [InlineData(Cloud.AgentsOfHost, "Neutron could not be asked: Could not list the agents on hv1.example.org or hv1: ")]
    [InlineData(Services, "Cinder could not be asked: Could not list the block storage services: ")]
    [InlineData("GET /compute/v2.1/os-services", "Nova")]
    public async Task A_service_that_does_not_answer_leaves_it_unknown(string line, string expected)
    {
        foreach (var reply in new[] { ScriptedReply.Json(403, new { NeutronError = new { type = "PolicyNotAuthorized", message = "rule:get_agents is disallowed by policy", detail = "" } }), ScriptedReply.Text(502, "text/html", "<html></html>") })
        {
            _scope.Server.On(line, reply);

            var result = await RunAsync();

            Assert.Equal(StepOutcome.Unknown, result.Outcome);
            Assert.Contains(expected, result.Evidence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_cinder_that_lists_nothing_at_all_proves_nothing()
    {
        _scope.Server.On(Services, Volumes());

        Assert.Equal(StepOutcome.Unknown, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task An_endpoint_of_neutron_with_its_version_will_do()
    {
        var scope = Cloud.Create(others: Cloud.Entry("network", "http://cloud.test/networking/v2.0/")).Empty();
        scope.Server.On(Cloud.AgentsOfHost, Agents(Agent("Open vSwitch agent")));

        Assert.Equal(StepOutcome.Passed, (await ((Check)new CheckTenants()).RunAsync(scope.Context("hv1.example.org"), new CheckTenantsParameters(), Token)).Outcome);
    }

    private static object Agent(string type, string id = "a", bool alive = true) => new { id, agent_type = type, host = "hv1.example.org", alive };

    private static ScriptedReply Agents(params object[] agents) => ScriptedReply.Ok(new { agents });

    private static ScriptedReply Volumes(params (string Binary, string Host)[] services)
        => ScriptedReply.Ok(new { services = services.Select(service => new { binary = service.Binary, host = service.Host, status = "enabled", state = "up", zone = "nova" }) });

    private static Dictionary<string, object?> Other(string binary, string host)
    {
        var row = Cloud.Row(host, id: $"{binary}-{host}", zone: "internal");
        row["binary"] = binary;
        return row;
    }

    private Task<CheckResult> RunAsync(CheckTenantsParameters? parameters = null) => ((Check)new CheckTenants()).RunAsync(_scope.Context("hv1.example.org"), parameters ?? new CheckTenantsParameters(), Token);
}

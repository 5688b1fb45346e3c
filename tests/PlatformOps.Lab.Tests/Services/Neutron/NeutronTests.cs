namespace PlatformOps.Lab.Tests.Services.Neutron;

public sealed class NeutronTests
{
    private const string World = """
        hypervisors:
          - { name: hv01.lab.example }
          - { name: hv02.lab.example, tenants: [l3-agent, dhcp-agent] }
          - { name: hv03.lab.example, tenants: [ovn-gateway] }
        """;

    [Fact]
    public async Task Agents_are_filtered_by_any_of_several_hosts()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);

        var agents = (await GetAsync(lab, "/agents?host=hv01.lab.example&host=hv03.lab.example&host=HV02.lab.example")).Json["agents"]!.AsArray();

        Assert.Equal(["OVN Controller Gateway agent", "OVN Metadata agent", "Open vSwitch agent"], Types(agents).Order());
        Assert.All(agents, agent => Assert.True((bool)agent!["alive"]!));
    }

    [Fact]
    public async Task What_an_agent_hosts_is_asked_of_the_agent()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);
        var agents = (await GetAsync(lab, "/agents?host=hv02.lab.example")).Json["agents"]!.AsArray();
        string Id(string type) => (string)agents.First(agent => (string)agent!["agent_type"]! == type)!["id"]!;

        Assert.Equal(["DHCP agent", "L3 agent", "Open vSwitch agent"], Types(agents).Order());
        Assert.Equal(2, (await GetAsync(lab, $"/agents/{Id("L3 agent")}/l3-routers")).Json["routers"]!.AsArray().Count);
        Assert.Equal("internal", (string)Assert.Single((await GetAsync(lab, $"/agents/{Id("DHCP agent")}/dhcp-networks")).Json["networks"]!.AsArray())!["name"]!);
        Assert.Empty((await GetAsync(lab, $"/agents/{Id("Open vSwitch agent")}/l3-routers")).Json["routers"]!.AsArray());
        Assert.Equal("AgentNotFound", (string)(await GetAsync(lab, $"/agents/{Guid.NewGuid()}")).Json["NeutronError"]!["type"]!);
    }

    [Fact]
    public async Task Others_than_administrators_see_no_agent_and_get_no_error_for_it()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);
        var id = (string)(await GetAsync(lab, "/agents?agent_type=L3 agent")).Json["agents"]![0]!["id"]!;

        var listed = await GetAsync(lab, "/agents", "reader");
        var routers = await GetAsync(lab, $"/agents/{id}/l3-routers", "reader");

        Assert.Equal((200, """{"agents":[]}"""), (listed.Status, listed.Text));
        Assert.Equal(403, routers.Status);
        Assert.Equal("rule:get_l3-routers is disallowed by policy", (string)routers.Json["NeutronError"]!["message"]!);
    }

    [Fact]
    public async Task A_limit_gives_pages_with_links_that_end()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);
        HashSet<string> seen = [];
        string? next = "/agents?limit=2";
        for (var pages = 0; next is not null && pages < 20; pages++)
        {
            var reply = await GetAsync(lab, next);
            foreach (var agent in reply.Json["agents"]!.AsArray())
                Assert.True(seen.Add((string)agent!["id"]!));
            next = ((string?)reply.Json["agents_links"]?[0]?["href"])?.Split("/v2.0")[1];
        }

        // Three of the control node; one of hv01, three of hv02, two of hv03.
        Assert.Equal(9, seen.Count);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_has_agents_that_are_not_alive()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);
        await lab.SetHostAsync("hv01.lab.example", """{"reachable":false}""");

        Assert.False((bool)(await GetAsync(lab, "/agents?host=hv01.lab.example")).Json["agents"]![0]!["alive"]!);
    }

    private static IEnumerable<string> Types(JsonArray agents) => agents.Select(agent => (string)agent!["agent_type"]!);

    private static async Task<Reply> GetAsync(LabUnderTest lab, string path, string user = "admin")
        => await lab.SendAsync("GET", "networking/v2.0" + path, null, ("X-Auth-Token", await lab.TokenAsync(user)));
}

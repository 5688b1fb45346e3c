namespace PlatformOps.Lab.Tests.Clients;

public sealed class OpenStackClientTests
{
    private const string Program = "/usr/bin/openstack";

    private static Task<(int Status, string Out, string Error)> RunAsync(LabUnderTest lab, params string[] arguments) => PeerProcess.RunAsync(Program, arguments, new Dictionary<string, string>
    {
        ["OS_CLIENT_CONFIG_FILE"] = Path.Combine(lab.Server.Folder, "clouds.yaml"),
        ["OS_CLOUD"] = "lab",
    });

    private static async Task<JsonArray> ListAsync(LabUnderTest lab, params string[] arguments)
    {
        var (status, output, error) = await RunAsync(lab, [.. arguments, "-f", "json"]);
        Assert.True(status == 0, error);
        return JsonNode.Parse(output)!.AsArray();
    }

    [Fact]
    public async Task It_disables_a_service_with_a_reason()
    {
        PeerProcess.RequireProgram(Program, "python3-openstackclient");
        await using var lab = await LabUnderTest.StartAsync();

        var (status, _, error) = await RunAsync(lab, "compute", "service", "set", "--disable", "--disable-reason", "reinstall", "hv01.lab.example", "nova-compute");
        Assert.True(status == 0, error);
        var service = Assert.Single(await ListAsync(lab, "compute", "service", "list", "--long", "--host", "hv01.lab.example"))!;

        Assert.Equal("disabled", (string)service["Status"]!);
        Assert.Equal("reinstall", (string)service["Disabled Reason"]!);
    }

    [Fact]
    public async Task It_lists_hypervisors_and_the_servers_of_one()
    {
        PeerProcess.RequireProgram(Program, "python3-openstackclient");
        await using var lab = await LabUnderTest.StartAsync();

        var hypervisors = await ListAsync(lab, "hypervisor", "list");
        var servers = await ListAsync(lab, "server", "list", "--all-projects", "--host", "hv01.lab.example", "--long");
        var (status, shown, error) = await RunAsync(lab, "hypervisor", "show", "hv01.lab.example", "-f", "json");

        Assert.Equal(4, hypervisors.Count);
        Assert.Equal(2, servers.Count);
        Assert.All(servers, server => Assert.Equal("hv01.lab.example", (string)server!["Host"]!));
        Assert.True(status == 0, error);
        Assert.Equal("hv01.lab.example", (string)JsonNode.Parse(shown)!["hypervisor_hostname"]!);
    }

    [Fact]
    public async Task It_lists_agents_with_their_routers_and_the_services_of_volumes()
    {
        PeerProcess.RequireProgram(Program, "python3-openstackclient");
        await using var lab = await LabUnderTest.StartAsync();
        await lab.SetHostAsync("hv01.lab.example", """{"tenants":["l3-agent","cinder-volume"]}""");

        var agents = await ListAsync(lab, "network", "agent", "list", "--host", "hv01.lab.example");
        var router = agents.First(agent => (string)agent!["Agent Type"]! == "L3 agent")!;
        var services = await ListAsync(lab, "volume", "service", "list", "--host", "hv01.lab.example");

        Assert.Equal(2, agents.Count);
        Assert.Equal((true, "neutron-l3-agent"), ((bool)router["Alive"]!, (string)router["Binary"]!));
        Assert.Equal("hv01.lab.example@lvm", (string)Assert.Single(services)!["Host"]!);
    }

    [Fact]
    public async Task A_reader_is_told_that_the_policy_does_not_allow_it()
    {
        PeerProcess.RequireProgram(Program, "python3-openstackclient");
        await using var lab = await LabUnderTest.StartAsync();

        var (status, _, error) = await RunAsync(lab, "--os-cloud", "lab-reader", "compute", "service", "list");

        Assert.NotEqual(0, status);
        Assert.Contains("Policy doesn't allow os_compute_api:os-services:list", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_migrates_a_server_and_waits_for_it()
    {
        PeerProcess.RequireProgram(Program, "python3-openstackclient");
        await using var lab = await LabUnderTest.StartAsync();
        var id = (string)lab.State["servers"]!.AsArray().First(server => (string)server!["host"]! == "hv01.lab.example" && (string)server["status"]! == "ACTIVE")!["id"]!;

        var (status, _, error) = await RunAsync(lab, "--os-compute-api-version", "2.30", "server", "migrate", "--live-migration", "--wait", id);
        Assert.True(status == 0, error);

        Assert.Equal("hv03.lab.example", (string)(await lab.NowAsync())["servers"]!.AsArray().First(server => (string)server!["id"]! == id)!["host"]!);
    }
}

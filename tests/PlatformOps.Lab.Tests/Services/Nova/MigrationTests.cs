namespace PlatformOps.Lab.Tests.Services.Nova;

public sealed class MigrationTests
{
    private const string Live = """{"os-migrateLive":{"host":null,"block_migration":"auto"}}""";
    private const string Version = "2.84";

    private static string ServerOn(LabUnderTest lab, string host) =>
        (string)lab.State["servers"]!.AsArray().First(server => (string)server!["host"]! == host && (string)server["status"]! == "ACTIVE")!["id"]!;

    private static async Task<JsonNode> ShowAsync(LabUnderTest lab, string token, string id) => (await lab.NovaAsync(token, "GET", $"/servers/{id}", version: Version)).Json["server"]!;

    private static async Task<string> StatusAsync(LabUnderTest lab, string token, string id) =>
        (string)(await lab.NovaAsync(token, "GET", $"/os-migrations?instance_uuid={id}", version: Version)).Json["migrations"]![0]!["status"]!;

    private static async Task<(LabUnderTest Lab, string Token, string Id)> StartAsync(string host, string? moves = null, double speed = 1000)
    {
        var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { VirtualMachines = 12, Speed = speed });
        var id = ServerOn(lab, host);
        if (moves is not null)
            Assert.Equal(204, (await lab.SendAsync("POST", $"lab/servers/{id}", $$"""{"moves":"{{moves}}"}""")).Status);
        return (lab, await lab.TokenAsync(), id);
    }

    [Fact]
    public async Task A_live_migration_is_accepted_goes_on_and_arrives()
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example", "hangs");
        await using var _ = lab;

        Assert.Equal(202, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version)).Status);
        Assert.Equal("migrating", (string)(await ShowAsync(lab, token, id))["OS-EXT-STS:task_state"]!);
        Assert.Equal(409, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version)).Status);
        var going = Assert.Single((await lab.NovaAsync(token, "GET", $"/servers/{id}/migrations", version: Version)).Json["migrations"]!.AsArray())!;
        Assert.Equal(202, (await lab.NovaAsync(token, "POST", $"/servers/{id}/migrations/{going["id"]}/action", """{"force_complete":null}""", Version)).Status);
        await LabUnderTest.UntilAsync(async () => await StatusAsync(lab, token, id) == "completed");

        var server = await ShowAsync(lab, token, id);
        Assert.Equal("hv03.lab.example", (string)server["OS-EXT-SRV-ATTR:host"]!);
        Assert.Equal("ACTIVE", (string)server["status"]!);
        Assert.Null(server["OS-EXT-STS:task_state"]);
        Assert.Empty((await lab.NovaAsync(token, "GET", $"/servers/{id}/migrations", version: Version)).Json["migrations"]!.AsArray());
    }

    [Fact]
    public async Task While_it_moves_both_hosts_hold_an_allocation()
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example", "hangs");
        await using var _ = lab;
        async Task<JsonObject> On(string host) => (await lab.SendAsync("GET", $"placement/resource_providers/{lab.Hypervisor(host)["id"]}/allocations", null, ("X-Auth-Token", token))).Json["allocations"]!.AsObject();
        var before = (await On("hv01.lab.example")).Count;

        await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version);

        Assert.Equal(before, (await On("hv01.lab.example")).Count);
        Assert.False((await On("hv01.lab.example")).ContainsKey(id));
        Assert.True((await On("hv03.lab.example")).ContainsKey(id));
    }

    [Fact]
    public async Task An_aborted_one_is_cancelled_and_stays()
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example", "hangs");
        await using var _ = lab;
        await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version);

        Assert.Equal(202, (await lab.NovaAsync(token, "DELETE", $"/servers/{id}/migrations/1", version: Version)).Status);
        await LabUnderTest.UntilAsync(async () => await StatusAsync(lab, token, id) == "cancelled");

        Assert.Equal("hv01.lab.example", (string)(await ShowAsync(lab, token, id))["OS-EXT-SRV-ATTR:host"]!);
        Assert.Equal(404, (await lab.NovaAsync(token, "DELETE", $"/servers/{id}/migrations/1", version: Version)).Status);
    }

    [Theory]
    [InlineData("fails", "error", "hv01.lab.example")]
    [InlineData("stays", "completed", "hv01.lab.example")]
    public async Task After_the_202_it_can_fail_or_only_say_that_it_completed(string moves, string status, string host)
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example", moves);
        await using var _ = lab;

        Assert.Equal(202, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version)).Status);
        await LabUnderTest.UntilAsync(async () => await StatusAsync(lab, token, id) == status);

        var server = await ShowAsync(lab, token, id);
        Assert.Equal(host, (string)server["OS-EXT-SRV-ATTR:host"]!);
        Assert.Equal("ACTIVE", (string)server["status"]!);
    }

    [Fact]
    public async Task Without_another_host_the_failure_is_in_the_action_log_only()
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example");
        await using var _ = lab;
        await lab.NovaAsync(token, "PUT", $"/os-services/{lab.Hypervisor("hv03.lab.example")["serviceId"]}", """{"status":"disabled"}""", "2.53");

        Assert.Equal(202, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, Version)).Status);

        var action = (await lab.NovaAsync(token, "GET", $"/servers/{id}/os-instance-actions", version: Version)).Json["instanceActions"]![0]!;
        Assert.Equal("Error", (string)action["message"]!);
        var events = (await lab.NovaAsync(token, "GET", $"/servers/{id}/os-instance-actions/{action["request_id"]}", version: Version)).Json["instanceAction"]!["events"]!;
        Assert.StartsWith("No valid host was found", (string)events[0]!["details"]!, StringComparison.Ordinal);
        Assert.Equal(400, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", Live, "2.30")).Status);
    }

    [Fact]
    public async Task A_cold_migration_waits_to_be_confirmed()
    {
        var (lab, token, id) = await StartAsync("hv02.lab.example");
        await using var _ = lab;
        // The other host of the zone has GPUs: it is not for this server.
        await lab.NovaAsync(token, "POST", "/os-aggregates/1/action", """{"remove_host":{"host":"hv02.lab.example"}}""");
        await lab.NovaAsync(token, "POST", "/os-aggregates/2/action", """{"add_host":{"host":"hv02.lab.example"}}""");

        Assert.Equal(202, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", """{"migrate":null}""", Version)).Status);
        await LabUnderTest.UntilAsync(async () => (string)(await ShowAsync(lab, token, id))["status"]! == "VERIFY_RESIZE");
        Assert.Equal("finished", await StatusAsync(lab, token, id));
        Assert.Equal(204, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", """{"confirmResize":null}""", Version)).Status);
        Assert.Equal(409, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", """{"confirmResize":null}""", Version)).Status);

        var server = await ShowAsync(lab, token, id);
        Assert.Equal("ACTIVE", (string)server["status"]!);
        Assert.NotEqual("hv02.lab.example", (string)server["OS-EXT-SRV-ATTR:host"]!);
        Assert.Equal("confirmed", await StatusAsync(lab, token, id));
    }

    [Theory]
    [InlineData("""{"os-migrateLive":{"host":null}}""", "2.84")]
    [InlineData("""{"os-migrateLive":{"host":null,"block_migration":"auto","force":true}}""", "2.84")]
    [InlineData("""{"os-migrateLive":{"host":"nowhere","block_migration":"auto"}}""", "2.84")]
    [InlineData("""{"migrate":{"host":"hv03.lab.example"}}""", "2.55")]
    [InlineData("""{"teleport":null}""", "2.84")]
    public async Task A_request_that_makes_no_sense_is_400(string body, string version)
    {
        var (lab, token, id) = await StartAsync("hv01.lab.example");
        await using var _ = lab;

        Assert.Equal(400, (await lab.NovaAsync(token, "POST", $"/servers/{id}/action", body, version)).Status);
    }
}

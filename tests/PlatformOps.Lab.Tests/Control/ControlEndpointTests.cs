namespace PlatformOps.Lab.Tests.Control;

public sealed class ControlEndpointTests
{
    [Fact]
    public async Task Requests_and_writes_are_counted_by_call_and_reset_together()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.NetBoxAsync("GET", "/dcim/devices/1001/");
        await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"status":"planned"}""");
        await lab.SshAsync("hostname");
        await lab.SshAsync("touch /tmp/x");

        var counters = await lab.NowAsync("counters");
        var writes = (await lab.NowAsync("writes")).AsArray();

        Assert.Equal("""{"netbox GET /dcim/devices/{id}":1,"netbox PATCH /dcim/devices/{id}":1,"ssh hostname":1,"ssh touch":1}""", counters["requests"]!.ToJsonString());
        Assert.Equal("""{"netbox PATCH /dcim/devices/{id}":1,"ssh touch":1}""", counters["writes"]!.ToJsonString());
        Assert.Equal(["hv01", "hv01.lab.example"], writes.Select(write => (string)write!["target"]!));
        Assert.Equal("touch /tmp/x", (string)writes[1]!["detail"]!);
        Assert.Equal([1, 2], writes.Select(write => (int)write!["sequence"]!));

        Assert.Equal(204, (await lab.SendAsync("DELETE", "lab/counters")).Status);
        Assert.Equal("""{"requests":{},"writes":{}}""", (await lab.NowAsync("counters")).ToJsonString());
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task A_refused_call_is_a_request_but_no_write()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"status":"bogus"}""");

        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task The_clock_is_advanced_and_made_faster_but_never_goes_back()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var before = DateTimeOffset.Parse((string)(await lab.NowAsync("clock"))["now"]!, System.Globalization.CultureInfo.InvariantCulture);

        var after = await lab.SendAsync("POST", "lab/clock", """{"speed":2,"advance-seconds":3600}""");

        Assert.Equal(2, (double)after.Json["speed"]!);
        Assert.True(DateTimeOffset.Parse((string)after.Json["now"]!, System.Globalization.CultureInfo.InvariantCulture) - before >= TimeSpan.FromHours(1));
        Assert.Equal(400, (await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":-1}""")).Status);
        Assert.Equal(400, (await lab.SendAsync("POST", "lab/clock", """{"speed":0}""")).Status);
    }

    [Fact]
    public async Task Advancing_the_clock_ends_a_wait_on_a_host_at_once()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Speed = 1 });
        var waiting = lab.SshAsync("sleep 3600");
        await LabUnderTest.UntilAsync(async () =>
        {
            await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":3600}""");
            return waiting.IsCompleted;
        });

        Assert.Equal(0, (await waiting).Status);
    }

    [Fact]
    public async Task Host_properties_that_cannot_be_set_are_named()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.SendAsync("POST", "lab/hosts/hv01.lab.example", """{"colour":"red"}""");

        Assert.Equal(400, reply.Status);
        Assert.Contains("'colour' cannot be set", reply.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await lab.SendAsync("POST", "lab/hosts/hv99", """{"reachable":true}""")).Status);
    }
}

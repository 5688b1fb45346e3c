namespace PlatformOps.Lab.Tests.Faults;

public sealed class FaultTests
{
    [Fact]
    public async Task A_status_strikes_the_call_as_often_as_asked_after_those_let_pass()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"netbox","call":"GET /status","effect":"status:503","retry-after":7,"after":1,"count":2}""");

        List<int> statuses = [];
        for (var i = 0; i < 5; i++)
            statuses.Add((await lab.NetBoxAsync("GET", "/status/")).Status);

        Assert.Equal([200, 503, 503, 200, 200], statuses);
    }

    [Fact]
    public async Task A_gateways_status_comes_as_a_page_and_the_services_own_in_its_form()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        await lab.AddFaultAsync("""{"service":"nova","effect":"status:503","retry-after":7,"count":1}""");
        await lab.AddFaultAsync("""{"service":"nova","effect":"status:429","retry-after":8,"after":1,"count":1}""");

        var gateway = await lab.NovaAsync(token, "GET", "/servers");
        var own = await lab.NovaAsync(token, "GET", "/servers");

        Assert.Equal(503, gateway.Status);
        Assert.Equal("7", gateway.Headers["Retry-After"]);
        Assert.StartsWith("text/html", gateway.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("8", own.Headers["Retry-After"]);
        Assert.Equal(429, (int)own.Json["overLimit"]!["code"]!);
    }

    [Fact]
    public async Task A_target_is_the_host_even_where_the_call_has_an_id()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        await lab.AddFaultAsync("""{"service":"nova","call":"PUT /os-services/*","target":"hv02*","effect":"status:500"}""");

        async Task<int> Disable(string host) => (await lab.NovaAsync(token, "PUT", $"/os-services/{lab.Hypervisor(host)["serviceId"]}", """{"status":"disabled"}""", "2.53")).Status;

        Assert.Equal(200, await Disable("hv01.lab.example"));
        Assert.Equal(500, await Disable("hv02.lab.example"));
    }

    [Theory]
    [InlineData("reset", 0)]
    [InlineData("reset-after-commit", 1)]
    public async Task A_reset_cuts_the_connection_before_or_after_the_effect(string effect, int writes)
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync($$"""{"service":"netbox","call":"PATCH *","effect":"{{effect}}","count":1}""");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lab.NetBoxAsync("PATCH", "/dcim/devices/1001/", """{"status":"planned"}"""));

        Assert.Equal(writes, (await lab.NowAsync("writes")).AsArray().Count);
        Assert.Equal(writes == 1 ? "planned" : "active", (string)(await lab.NowAsync())["netbox"]!["devices"]![0]!["status"]!);
    }

    [Fact]
    public async Task Truncated_garbled_and_login_page_answers_are_what_they_say()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"netbox","effect":"truncate","count":1}""");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lab.NetBoxAsync("GET", "/dcim/devices/"));
        await lab.AddFaultAsync("""{"service":"netbox","effect":"garbage","count":1}""");
        var garbage = await lab.NetBoxAsync("GET", "/dcim/devices/");
        await lab.AddFaultAsync("""{"service":"netbox","effect":"html","count":1}""");
        var page = await lab.NetBoxAsync("GET", "/dcim/devices/");

        Assert.Equal("application/json", garbage.Headers["Content-Type"]);
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => garbage.Json);
        Assert.Equal(200, page.Status);
        Assert.StartsWith("<!DOCTYPE html>", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_token_stays_refused_until_a_new_one_is_asked_for()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        await lab.AddFaultAsync("""{"service":"nova","effect":"token-expired","count":1}""");

        Assert.Equal(401, (await lab.NovaAsync(token, "GET", "/os-services")).Status);
        Assert.Equal(401, (await lab.NovaAsync(token, "GET", "/os-services")).Status);
        Assert.Equal(200, (await lab.NovaAsync(await lab.TokenAsync(), "GET", "/os-services")).Status);
    }

    [Fact]
    public async Task Probability_is_seeded()
    {
        async Task<string> Pattern()
        {
            await using var lab = await LabUnderTest.StartAsync();
            await lab.AddFaultAsync("""{"service":"netbox","effect":"status:500","probability":0.5}""");
            List<int> statuses = [];
            for (var i = 0; i < 20; i++)
                statuses.Add((await lab.NetBoxAsync("GET", "/status/")).Status);
            return string.Join(' ', statuses);
        }

        var first = await Pattern();

        Assert.Contains("500", first, StringComparison.Ordinal);
        Assert.Contains("200", first, StringComparison.Ordinal);
        Assert.Equal(first, await Pattern());
    }

    [Fact]
    public async Task Faults_are_listed_and_removed()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var id = await lab.AddFaultAsync("""{"service":"netbox","effect":"status:500"}""");
        await lab.NetBoxAsync("GET", "/status/");
        var listed = Assert.Single((await lab.NowAsync("faults")).AsArray())!;

        Assert.Equal(id, (int)listed["id"]!);
        Assert.Equal(1, (int)listed["struck"]!);
        Assert.Equal(204, (await lab.SendAsync("DELETE", $"lab/faults/{id}")).Status);
        Assert.Equal(404, (await lab.SendAsync("DELETE", $"lab/faults/{id}")).Status);
        Assert.Equal(200, (await lab.NetBoxAsync("GET", "/status/")).Status);
    }

    [Theory]
    [InlineData("nvoa", 400)]
    [InlineData("x*", 400)]
    [InlineData("ssh", 200)]
    [InlineData("NOVA", 200)]
    [InlineData("n*", 200)]
    [InlineData("*", 200)]
    public async Task A_fault_is_of_a_service_that_the_lab_has(string service, int status)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.SendAsync("POST", "lab/faults", $$"""{"service":"{{service}}","effect":"reset"}""");

        Assert.Equal(status, reply.Status);
        if (status == 400)
            Assert.Matches($@"^unknown service '{service.Replace("*", @"\*", StringComparison.Ordinal)}' \(known: .*netbox.*ssh", (string)reply.Json["error"]!);
    }

    [Theory]
    [InlineData("""{"service":"nova","effect":"explode"}""")]
    [InlineData("""{"service":"nova"}""")]
    [InlineData("""{"effect":"reset"}""")]
    [InlineData("""{"service":"nova","effect":"status:9"}""")]
    [InlineData("""{"service":"nova","effect":"status"}""")]
    [InlineData("""{"service":"nova","effect":"reset","probability":2}""")]
    [InlineData("""{"service":"nova","effect":"reset","often":2}""")]
    [InlineData("not json")]
    public async Task A_fault_that_makes_no_sense_is_refused(string fault)
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(400, (await lab.SendAsync("POST", "lab/faults", fault)).Status);
    }
}

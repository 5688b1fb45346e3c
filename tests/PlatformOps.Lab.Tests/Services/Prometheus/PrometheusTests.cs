namespace PlatformOps.Lab.Tests.Services.Prometheus;

public sealed class PrometheusTests
{
    [Theory]
    [InlineData("up", 8)]
    [InlineData("""up{job="node"}""", 4)]
    [InlineData("""up{instance=~"hv01\\.lab\\.example(:[0-9]+)?", job!="node"}""", 1)]
    [InlineData("""up{instance=~"hv01"}""", 0)]
    [InlineData("""{__name__="up", instance!~"hv0[12].*"}""", 4)]
    [InlineData("down", 0)]
    public async Task Series_are_selected_by_whole_labels(string query, int count)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await QueryAsync(lab, query);

        Assert.Equal((200, "success", "vector", count), (reply.Status, (string)reply.Json["status"]!, (string)reply.Json["data"]!["resultType"]!, reply.Json["data"]!["result"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_sample_has_its_labels_and_a_time_with_a_text()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.SendAsync("POST", "lab/hosts/hv02.lab.example", """{"reachable":false}""");
        await lab.SendAsync("POST", "lab/hosts/hv03.lab.example", """{"scraped":false}""");

        var samples = (await QueryAsync(lab, """up{job="node"}""")).Json["data"]!["result"]!.AsArray();

        Assert.Equal(["hv01.lab.example:9100 1", "hv02.lab.example:9100 0", "hv04.lab.example:9100 1"], samples.Select(sample => $"{sample!["metric"]!["instance"]} {sample["value"]![1]}"));
        Assert.Equal("up", (string)samples[0]!["metric"]!["__name__"]!);
        Assert.Equal(System.Text.Json.JsonValueKind.Number, samples[0]!["value"]![0]!.GetValueKind());
    }

    [Theory]
    [InlineData("", "parse error: no expression found in input")]
    [InlineData("up{", "parse error")]
    [InlineData("""up{job=~"("}""", "error parsing regexp")]
    public async Task What_cannot_be_asked_is_bad_data(string query, string error)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await QueryAsync(lab, query);

        Assert.Equal((400, "error", "bad_data"), (reply.Status, (string)reply.Json["status"]!, (string)reply.Json["errorType"]!));
        Assert.Contains(error, (string)reply.Json["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queries_come_by_GET_and_by_form_and_need_the_account()
    {
        await using var lab = await LabUnderTest.StartAsync();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("query", "vector(1)")]);

        var posted = await lab.SendAsync("POST", "prometheus/api/v1/query", form, Basic(lab));

        Assert.Equal("1", (string)posted.Json["data"]!["result"]![0]!["value"]![1]!);
        Assert.Equal("scalar", (string)(await QueryAsync(lab, "1")).Json["data"]!["resultType"]!);
        Assert.Equal(401, (await lab.SendAsync("GET", "prometheus/api/v1/query?query=up")).Status);
        Assert.Equal("2.53.3", (string)(await lab.SendAsync("GET", "prometheus/api/v1/status/buildinfo", null, Basic(lab))).Json["data"]!["version"]!);
    }

    private static Task<Reply> QueryAsync(LabUnderTest lab, string query) => lab.SendAsync("GET", $"prometheus/api/v1/query?query={Uri.EscapeDataString(query)}", null, Basic(lab));

    private static (string, string) Basic(LabUnderTest lab) => ("Authorization", "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ops:{lab.State["prometheus"]!["password"]}")));
}

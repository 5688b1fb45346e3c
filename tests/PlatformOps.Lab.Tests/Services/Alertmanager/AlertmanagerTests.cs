namespace PlatformOps.Lab.Tests.Services.Alertmanager;

/// <summary>What only the lab's Alertmanager has: a world behind it, faults, a clock, a lag.</summary>
public sealed class AlertmanagerTests
{
    private const string One = "hv01.lab.example";

    private static string Body(string name, string value, string end = "2096-01-01T00:00:00Z") =>
        $$"""{"matchers":[{"name":"{{name}}","value":"{{value}}","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"{{end}}","createdBy":"me","comment":"c"}""";

    private static async Task<string[]> FiringAsync(LabUnderTest lab, string filter = "") =>
        [.. (await lab.AlertmanagerAsync("GET", $"/alerts{filter}")).Json.AsArray().Select(alert => $"{alert!["labels"]!["alertname"]} {alert["labels"]!["hostname"] ?? alert["labels"]!["instance"] ?? ""}".Trim()).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Some_alerts_fire_until_a_reinstall_and_a_watchdog_always()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(["FilesystemAlmostFull hv03.lab.example", "Watchdog"], await FiringAsync(lab));
        await lab.SetHostAsync("hv03.lab.example", """{"reinstall":{"osVersion":"9.5"}}""");
        Assert.Equal(["Watchdog"], (await FiringAsync(lab)).Where(alert => !alert.StartsWith("NovaComputeDown", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_and_a_service_that_is_down_fire_as_long_as_they_are_so()
    {
        await using var lab = await LabUnderTest.StartAsync();

        await lab.SetHostAsync(One, """{"reachable":false,"serviceUp":false}""");
        Assert.Equal(["HostDown hv01.lab.example:9100", $"NovaComputeDown {One}"], await FiringAsync(lab, "?filter=alertname%3D~%22.*Down%22"));
        await lab.SetHostAsync(One, """{"reachable":true,"serviceUp":true}""");
        Assert.Empty(await FiringAsync(lab, "?filter=alertname%3D~%22.*Down%22"));
    }

    [Fact]
    public async Task A_reboot_fires_until_the_host_is_back()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Speed = 0.001 });

        await lab.SetHostAsync(One, """{"reboot":true}""");
        await LabUnderTest.UntilAsync(async () => (await FiringAsync(lab)).Contains("HostDown hv01.lab.example:9100"));
        await lab.SendAsync("POST", "lab/clock", """{"speed":100000}""");
        await LabUnderTest.UntilAsync(async () => !(await FiringAsync(lab)).Contains("HostDown hv01.lab.example:9100"));
    }

    [Fact]
    public async Task A_silence_ends_when_its_time_has_come()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var end = DateTimeOffset.UtcNow.AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var id = (string)(await lab.AlertmanagerAsync("POST", "/silences", Body("hostname", "hv03.lab.example", end))).Json["silenceID"]!;
        Assert.Equal(["Watchdog"], await FiringAsync(lab, "?silenced=false"));

        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":3601}""");

        Assert.Equal(2, (await FiringAsync(lab, "?silenced=false")).Length);
        Assert.Equal("expired", (string)(await lab.AlertmanagerAsync("GET", $"/silence/{id}")).Json["status"]!["state"]!);
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":432000}""");
        Assert.Equal(404, (await lab.AlertmanagerAsync("GET", $"/silence/{id}")).Status);
    }

    [Fact]
    public async Task Behind_a_cluster_reads_lag_and_writes_do_not()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { AlertmanagerReadLag = TimeSpan.FromHours(1) });
        var status = (await lab.AlertmanagerAsync("GET", "/status")).Json["cluster"]!;
        Assert.Equal(("ready", 2), ((string)status["status"]!, status["peers"]!.AsArray().Count));

        var id = (string)(await lab.AlertmanagerAsync("POST", "/silences", Body("hostname", "hv03.lab.example"))).Json["silenceID"]!;
        Assert.Equal(404, (await lab.AlertmanagerAsync("GET", $"/silence/{id}")).Status);
        Assert.Equal("[]", (await lab.AlertmanagerAsync("GET", "/silences")).Text);
        Assert.Equal(2, (await FiringAsync(lab, "?silenced=false")).Length);

        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":3601}""");
        Assert.Equal("active", (string)(await lab.AlertmanagerAsync("GET", $"/silence/{id}")).Json["status"]!["state"]!);
        Assert.Equal(["Watchdog"], await FiringAsync(lab, "?silenced=false"));
        Assert.Equal(200, (await lab.AlertmanagerAsync("DELETE", $"/silence/{id}")).Status);
        Assert.Equal("active", (string)(await lab.AlertmanagerAsync("GET", $"/silence/{id}")).Json["status"]!["state"]!);
    }

    [Fact]
    public async Task Writes_are_counted_by_the_host_they_are_about_and_the_state_shows_them()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var body = $$"""{"matchers":[{"name":"instance","value":"hv01\\.lab\\.example(:[0-9]+)?","isRegex":true}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2096-01-01T00:00:00Z","createdBy":"me","comment":"c"}""";

        var id = (string)(await lab.AlertmanagerAsync("POST", "/silences", body)).Json["silenceID"]!;
        for (var i = 0; i < 2; i++)
            await lab.AlertmanagerAsync("DELETE", $"/silence/{id}");
        await lab.AlertmanagerAsync("POST", "/silences", "{}");

        Assert.Equal([$"POST /silences {One}", $"DELETE /silence/{{id}} {One}"], (await lab.NowAsync("writes")).AsArray().Select(write => $"{write!["call"]} {write["target"]}"));
        var silence = Assert.Single((await lab.NowAsync())["alertmanager"]!["silences"]!.AsArray())!;
        Assert.Equal((id, "expired", "c"), ((string)silence["id"]!, (string)silence["state"]!, (string)silence["comment"]!));
    }

    [Fact]
    public async Task A_fault_strikes_the_second_silence_of_one_host()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync($$"""{"service":"alertmanager","call":"POST /silences","target":"{{One}}","after":1,"count":1,"effect":"status:500"}""");
        async Task<int> PostAsync(string host) => (await lab.AlertmanagerAsync("POST", "/silences", Body("hostname", host))).Status;

        Assert.Equal((200, 200, 500, 200), (await PostAsync(One), await PostAsync("hv02.lab.example"), await PostAsync(One), await PostAsync(One)));
    }

    [Fact]
    public async Task An_expired_login_is_401()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"alertmanager","count":1,"effect":"token-expired"}""");

        Assert.Equal((401, 200), ((await lab.AlertmanagerAsync("GET", "/status")).Status, (await lab.AlertmanagerAsync("GET", "/status")).Status));
    }

    [Theory]
    [InlineData("1.0.0")]
    [InlineData("0.24.0")]
    [InlineData("newest")]
    public async Task A_version_that_is_not_emulated_is_told(string version)
        => Assert.Contains($"'{version}' is not an Alertmanager version", (await Assert.ThrowsAsync<LabException>(() => LabUnderTest.StartAsync(LabUnderTest.Small with { AlertmanagerVersion = version }))).Message, StringComparison.Ordinal);
}

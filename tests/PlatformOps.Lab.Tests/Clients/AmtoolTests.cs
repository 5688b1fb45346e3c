namespace PlatformOps.Lab.Tests.Clients;

public sealed class AmtoolTests
{
    private const string Program = "/usr/bin/amtool";

    private static async Task<(int Status, string Out, string Error)> RunAsync(LabUnderTest lab, params string[] arguments)
    {
        var login = Path.Combine(lab.Server.Folder, "amtool-http.yml");
        await File.WriteAllTextAsync(login, $"basic_auth:\n  username: ops\n  password: {lab.State["alertmanager"]!["password"]}\n", TestContext.Current.CancellationToken);
        return await PeerProcess.RunAsync(Program, [$"--alertmanager.url={lab.Server.Address}alertmanager", $"--http.config.file={login}", .. arguments], new Dictionary<string, string> { ["HOME"] = lab.Server.Folder });
    }

    private static async Task<string> LinesAsync(LabUnderTest lab, params string[] arguments)
    {
        var (status, output, error) = await RunAsync(lab, arguments);
        Assert.True(status == 0, error);
        return output.Trim();
    }

    [Fact]
    public async Task It_makes_extends_and_expires_silences()
    {
        PeerProcess.RequireProgram(Program, "prometheus-alertmanager");
        await using var lab = await LabUnderTest.StartAsync();

        var id = await LinesAsync(lab, "silence", "add", "--author=me", "--comment=disk", "--duration=2h", "hostname=hv03.lab.example", "alertname=~Filesystem.*");
        Assert.Equal(id, await LinesAsync(lab, "silence", "query", "-q", "hostname=hv03.lab.example"));
        Assert.Contains("FilesystemAlmostFull", await LinesAsync(lab, "alert", "query", "--silenced", "alertname=FilesystemAlmostFull"), StringComparison.Ordinal);

        Assert.Contains("longer", await LinesAsync(lab, "silence", "update", "--duration=3h", "--comment=longer", id), StringComparison.Ordinal);
        var silence = Assert.Single(JsonNode.Parse(await LinesAsync(lab, "silence", "query", "-o", "json"))!.AsArray())!;
        Assert.Equal((id, "longer", "active"), ((string)silence["id"]!, (string)silence["comment"]!, (string)silence["status"]!["state"]!));

        await LinesAsync(lab, "silence", "expire", id);
        Assert.Equal("", await LinesAsync(lab, "silence", "query", "-q"));
        Assert.Equal(id, await LinesAsync(lab, "silence", "query", "-q", "--expired"));
    }

    [Fact]
    public async Task It_sends_alerts_and_shows_alerts_cluster_and_configuration()
    {
        PeerProcess.RequireProgram(Program, "prometheus-alertmanager");
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { AlertmanagerReadLag = TimeSpan.FromMinutes(1) });

        await LinesAsync(lab, "alert", "add", "alertname=Made", "hostname=hv01.lab.example", "--annotation=summary=by hand");
        Assert.Contains("by hand", await LinesAsync(lab, "alert", "query", "alertname=Made"), StringComparison.Ordinal);
        Assert.Contains("ready", await LinesAsync(lab, "cluster", "show"), StringComparison.Ordinal);
        Assert.Contains("receiver: ops", await LinesAsync(lab, "config", "show"), StringComparison.Ordinal);
        Assert.Contains("receiver: ops", await LinesAsync(lab, "config", "routes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_tells_why_a_silence_cannot_be_expired()
    {
        PeerProcess.RequireProgram(Program, "prometheus-alertmanager");
        await using var lab = await LabUnderTest.StartAsync();

        var (status, _, error) = await RunAsync(lab, "silence", "expire", "3fa85f64-5717-4562-b3fc-2c963f66afa6");

        Assert.NotEqual(0, status);
        Assert.Contains("404", error, StringComparison.Ordinal);
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Services.Prometheus;
using PlatformOps.Core.Sessions;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net;

namespace PlatformOps.Peers.Tests.Prometheus;

/// <summary>The check against Prometheus itself, which scrapes itself as one machine and nothing as another.</summary>
public sealed class PrometheusPeerTests : IAsyncLifetime
{
    // bcrypt of "lab-contract", with the least work.
    private const string Hash = "$2b$04$uh9ycW3hFg9siVul8kftBecApWqYZ2o.YHDEBh14.0ulrKgb.YopG";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort();
    private Process? _process;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var program = ProgramPath.Find("prometheus");
        Assert.SkipWhen(program is null, "prometheus is not installed (Debian package prometheus)");
        _folder.File("web.yml", $"basic_auth_users: {{ ops: '{Hash}' }}\n");
        _folder.File("prometheus.yml", $$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms }
            scrape_configs:
              - job_name: node
                basic_auth: { username: ops, password: lab-contract }
                static_configs:
                  - { targets: ["127.0.0.1:{{_port}}"], labels: { instance: "hv1.example.org:9100" } }
                  - { targets: ["127.0.0.1:1"], labels: { instance: "hv2:9100" } }
            """);
        var start = new ProcessStartInfo(program!) { WorkingDirectory = _folder.Path, RedirectStandardError = true };
        foreach (var argument in new[] { "--config.file=prometheus.yml", "--web.config.file=web.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{_port}" })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_machine_is_up_down_or_not_scraped()
    {
        var path = _folder.File("ops.yaml", $"environment: peer\nstate-folder: {_folder.Path}\nprometheus: {{ url: 'http://127.0.0.1:{_port}', username: ops, password: lab-contract }}\n");
        await using var session = SessionOpening.Open(path, null, null).Scope;

        var up = await UntilAsync(session, "hv1.example.org", StepOutcome.Passed);
        var down = await UntilAsync(session, "hv2.example.org", StepOutcome.Failed);
        var none = await CheckAsync(session, "hv3.example.org");
        var health = await session.Get<ServiceProbes>().ProbeAsync(["prometheus"], Token).SingleAsync(Token);

        Assert.Equal("1 up: node hv1.example.org:9100", up.Evidence);
        Assert.Equal("node hv2:9100 is down", down.Evidence);
        Assert.Contains("hv3.example.org is not scraped", none.Evidence, StringComparison.Ordinal);
        Assert.True(health.IsHealthy, health.Error?.Message);
        Assert.Matches(@"^\d+\.\d+\.\d+", health.Version);
    }

    private static Task<CheckResult> CheckAsync(SessionScope session, string name) => ((Check)new CheckTargetUp()).RunAsync(
        new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, name), Run = session.Identity("peer"), Step = "check", Clients = session, Time = session.Time, Log = SilentLog.Instance },
        new NoParameters(),
        Token);

    // It has to start, and to scrape once.
    private static async Task<CheckResult> UntilAsync(SessionScope session, string name, StepOutcome outcome)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var result = await CheckAsync(session, name);
            if ((result.Outcome == outcome && !result.Evidence.Contains("not scraped", StringComparison.Ordinal)) || TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(30))
                return result;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

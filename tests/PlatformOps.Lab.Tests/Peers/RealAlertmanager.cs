using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PlatformOps.Peers;

/// <summary>
/// A Prometheus Alertmanager of this machine, on a free port of 127.0.0.1, with its own data. PLATFORMOPS_PEER_ALERTMANAGER names another
/// program than the installed one.
/// </summary>
internal sealed partial class RealAlertmanager : IAsyncDisposable
{
    public const string UserName = "ops";

    public const string Password = "lab-contract";

    public const string Missing = "prometheus-alertmanager is not installed (Debian package prometheus-alertmanager)";

    // bcrypt of the password, with the least work.
    private const string Hash = "$2b$04$uh9ycW3hFg9siVul8kftBecApWqYZ2o.YHDEBh14.0ulrKgb.YopG";

    private readonly Process _process;
    private readonly string _folder;

    private RealAlertmanager(Process process, string folder, Uri address)
    {
        (_process, _folder, Address) = (process, folder, address);
    }

    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("PLATFORMOPS_PEER_ALERTMANAGER") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "prometheus-alertmanager")).FirstOrDefault(File.Exists);

    /// <summary>With its route prefix and a slash.</summary>
    public Uri Address { get; }

    /// <summary>Where members of its cluster meet it; null where it is alone.</summary>
    public string? ClusterAddress { get; private init; }

    /// <param name="configuration">Its alertmanager.yml.</param>
    /// <param name="cluster">Whether it is a cluster's member.</param>
    /// <param name="peer">A member of the cluster to join.</param>
    public static async Task<RealAlertmanager> StartAsync(string configuration, bool cluster = false, RealAlertmanager? peer = null)
    {
        var folder = Directory.CreateTempSubdirectory("platformops-alertmanager-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "alertmanager.yml"), configuration);
        await File.WriteAllTextAsync(Path.Combine(folder, "web.yml"), $"basic_auth_users:\n  {UserName}: {Hash}\n");
        var start = new ProcessStartInfo(Program!) { RedirectStandardError = true, WorkingDirectory = folder };
        string[] arguments =
        [
            "--config.file=alertmanager.yml", "--storage.path=data", "--web.listen-address=127.0.0.1:0", "--web.route-prefix=/alertmanager", "--web.external-url=http://127.0.0.1/alertmanager",
            "--web.config.file=web.yml", $"--cluster.listen-address={(cluster ? "127.0.0.1:0" : "")}", .. cluster ? ["--cluster.settle-timeout=1ms", "--log.level=debug"] : Array.Empty<string>(),
            .. peer is null ? [] : new[] { $"--cluster.peer={peer.ClusterAddress}" },
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            string? port = null, gossip = null;
            List<string> log = [];
            while (port is null || (cluster && gossip is null))
            {
                var line = await process.StandardError.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException($"Alertmanager ended: {string.Join('\n', log)}");
                log.Add(line);
                port ??= Listening().Match(line) is { Success: true } web ? web.Groups[1].Value : null;
                gossip ??= Gossip().Match(line) is { Success: true } mesh ? mesh.Groups[1].Value : null;
            }

            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            return new RealAlertmanager(process, folder, new Uri($"http://127.0.0.1:{port}/alertmanager/")) { ClusterAddress = gossip is null ? null : $"127.0.0.1:{gossip}" };
        }
        catch
        {
            await EndAsync(process, folder);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await EndAsync(_process, _folder);

    private static async Task EndAsync(Process process, string folder)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex(@"msg=""Listening on"" address=127\.0\.0\.1:([0-9]+)")]
    private static partial Regex Listening();

    [GeneratedRegex("Using dynamic bind port ([0-9]+)")]
    private static partial Regex Gossip();
}

using System.Diagnostics;
using PlatformOps.Core.Ledger;
using PlatformOps.PostgreSql;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>A PostgreSQL of this machine with its own data and a socket in a temporary folder. As root it runs as the account postgres, for it refuses root. Nothing of the system's clusters is used or changed.</summary>
internal sealed class PostgreSqlCluster : IAsyncDisposable
{
    public const string Missing = "PostgreSQL is not installed (Debian package postgresql)";
    public const string UserName = "ops";
    public const string Password = "canary-ledger-password";

    private static readonly string? Programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private static readonly bool IsRoot = Environment.UserName == "root";

    private readonly List<string> _settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=300"];

    private PostgreSqlCluster()
    {
    }

    /// <summary>Its socket is in it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("ops-pg-").FullName;

    /// <summary>The one that the ledgers and people are in.</summary>
    public string Database { get; private set; } = "postgres";

    /// <summary>An empty one.</summary>
    public async Task NewDatabaseAsync()
    {
        var name = $"t{Guid.NewGuid():N}";
        await TellAsync($"create database {name}");
        Database = name;
    }

    public static Task<PostgreSqlCluster> StartAsync(params string[] settings) => StartWithAsync(null, null, settings);

    /// <param name="certificate">As server.crt in its data, PEM.</param>
    /// <param name="key">As server.key.</param>
    public static async Task<PostgreSqlCluster> StartWithAsync(string? certificate, string? key, params string[] settings)
    {
        Assert.SkipWhen(Programs is null, Missing);
        var cluster = new PostgreSqlCluster();
        cluster._settings.AddRange(settings.SelectMany(setting => new[] { "-c", setting }));
        try
        {
            var password = Path.Combine(cluster.Folder, "password");
            await File.WriteAllTextAsync(password, Password);
            if (IsRoot)
                await RunAsync("chown", ["-R", "postgres", cluster.Folder]);
            await cluster.AskAsync("initdb", "--no-sync", "--auth=scram-sha-256", $"--username={UserName}", $"--pwfile={password}", "--encoding=UTF8", "--locale=C");
            if (certificate is not null && key is not null)
                await cluster.GiveAsync(("server.crt", certificate), ("server.key", key));
            await cluster.StartAgainAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>At once, as when its machine loses power.</summary>
    public Task StopAsync() => AskAsync("pg_ctl", "stop", "--mode=immediate", "--silent");

    /// <summary>It is there and gives no answer, as behind a network that is cut.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public Task StartAgainAsync()
        => AskAsync("pg_ctl", "start", "--wait", "--silent", $"--log={Path.Combine(Folder, "log")}", $"--options={string.Join(' ', [.. _settings, "-k", Folder])}");

    public SharedLedgerOptions Options(TimeSpan? lease = null) => new()
    {
        Host = Folder,
        Database = Database,
        UserName = UserName,
        Password = _ => Task.FromResult(Password),
        Lease = lease ?? TimeSpan.FromSeconds(30),
        Patience = TimeSpan.FromMinutes(2),
        Time = TimeProvider.System,
    };

    /// <summary>The ledger as another process has it.</summary>
    public async Task<DatabaseLedger> OpenAsync(TimeSpan? lease = null) => await OpenAsync(Options(lease));

    public static async Task<DatabaseLedger> OpenAsync(SharedLedgerOptions options)
    {
        var ledger = new DatabaseLedger(options);
        await ledger.PrepareAsync(TestContext.Current.CancellationToken);
        return ledger;
    }

    /// <summary>As somebody who looks after the database.</summary>
    public async Task<long> TellAsync(string sql)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder { Host = Folder, Database = Database, Username = UserName, Password = Password, Pooling = false });
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is { } answer ? Convert.ToInt64(answer, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Folder, "data", "postmaster.pid")))
            await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        var server = (await File.ReadAllLinesAsync(Path.Combine(Folder, "data", "postmaster.pid")))[0];
        // Its children too: one that serves a connection would answer. A child that has just ended is nobody's loss.
        await RunAsync("/bin/sh", ["-c", $"kill -{signal} {server}; for child in $(pgrep -P {server}); do kill -{signal} $child || true; done"]);
    }

    private async Task GiveAsync(params (string Name, string Content)[] files)
    {
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(Folder, "data", name);
            await File.WriteAllTextAsync(path, content);
            await RunAsync("chmod", ["600", path]);
            if (IsRoot)
                await RunAsync("chown", ["postgres", path]);
        }
    }

    private Task AskAsync(string program, params string[] arguments)
    {
        string[] all = [.. arguments, "--pgdata", Path.Combine(Folder, "data")];
        program = Path.Combine(Programs!, program);
        return IsRoot ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. all]) : RunAsync(program, all);
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        // The server that it starts keeps what it inherits: its output goes nowhere.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}");
    }
}

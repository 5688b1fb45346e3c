using System.Diagnostics;
using System.Globalization;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>
/// Two runners on one target, a thousand times, whose owner is stopped for longer than its lease, or killed. The database tells what came when:
/// takes of locks, records of journals and what reached the outside world are numbered by one sequence.
/// </summary>
public sealed class TwoRunnersTests(SharedCluster shared) : IClassFixture<SharedCluster>, IAsyncLifetime
{
    private const int Targets = 40;
    private static readonly int Trials = int.Parse(Environment.GetEnvironmentVariable("PLATFORMOPS_TRIALS") ?? "1000", CultureInfo.InvariantCulture);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ops-trials-");
    private readonly List<Worker> _workers = [];
    private readonly Random _random = new(4711);
    private PostgreSqlCluster _cluster = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Processes are not stopped there.");
        _cluster = await shared.WithNewDatabaseAsync();
        await (await _cluster.OpenAsync()).DisposeAsync();
        await _cluster.TellAsync("""
            create sequence moment;
            alter table platformops.journal add column moment bigint default nextval('moment');
            create table world (run_id text, moment bigint default nextval('moment'));
            create table take (key text, token bigint, run_id text, moment bigint default nextval('moment'));
            create function note_take() returns trigger language plpgsql as 'begin insert into take (key, token, run_id) values (new.key, new.token, new.owner::json->>''RunId''); return null; end';
            create trigger take after update on platformops.lock for each row when (new.token <> old.token and new.key like 'hypervisor:%') execute function note_take();
            create view intent as select run_id, moment from platformops.journal where convert_from(substr(record, 9), 'UTF8')::json->>'type' = 'intent';
            create view unknown as select run_id from platformops.journal where convert_from(substr(record, 9), 'UTF8')::json->>'outcome' = 'unknown';
            create view after_next as select one.run_id, one.key, next.moment from take one join take next on next.key = one.key and next.token = one.token + 1;
            """);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_owner_who_is_stopped_beyond_its_lease_begins_nothing_more_and_says_so()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        for (var round = 0; round < Rounds; round++)
        {
            var targets = await TakenAsync(one, round);
            await one.SignalAsync("STOP");
            await other.AskAsync($"some 2 {targets}", "done");
            await one.SignalAsync("CONT");
            await one.HearAsync("lost");
        }

        await NeverTwoOwnersAsync();
        // At most one call of its was on the way, and each such is told as not known.
        Assert.Equal(0, await _cluster.TellAsync("select count(*) from (select late.run_id from world late join after_next on after_next.run_id = late.run_id and late.moment > after_next.moment group by late.run_id having count(*) > 1) as several"));
        Assert.Equal(0, await _cluster.TellAsync("select count(*) from world late join after_next on after_next.run_id = late.run_id and late.moment > after_next.moment where late.run_id not in (select run_id from unknown)"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds * Targets} trials, {await _cluster.TellAsync("select count(*) from intent")} effects, {await _cluster.TellAsync("select count(*) from world late join after_next on after_next.run_id = late.run_id and late.moment > after_next.moment")} stale calls");
    }

    [Fact]
    public async Task What_a_killed_owner_held_is_anothers_after_its_lease()
    {
        var other = await StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var one = await StartAsync();
            var targets = await TakenAsync(one, round);
            await one.SignalAsync("KILL");
            await other.AskAsync($"some 2 {targets}", "done");
        }

        await NeverTwoOwnersAsync();
        Assert.Equal(0, await _cluster.TellAsync("select count(*) from world late join after_next on after_next.run_id = late.run_id and late.moment > after_next.moment"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds * Targets} trials, {await _cluster.TellAsync("select count(*) from intent")} effects");
    }

    private static int Rounds => Math.Max(1, Trials / Targets);

    // An effect is its owner's whose intent the ledger took: none was taken of one whose lock another had.
    private async Task NeverTwoOwnersAsync()
    {
        Assert.Equal(0, await _cluster.TellAsync("select count(*) from intent join after_next on after_next.run_id = intent.run_id and intent.moment > after_next.moment"));
        Assert.Equal(0, await _cluster.TellAsync("select count(*) from (select run_id, count(*) as made from world group by run_id) as made where made.made > (select count(*) from intent where intent.run_id = made.run_id)"));
        Assert.Equal(Rounds * Targets * 2, await _cluster.TellAsync("select count(*) from take"));
        Assert.True(await _cluster.TellAsync("select count(*) from intent") > Rounds * Targets * 2);
    }

    private async Task<string> TakenAsync(Worker one, int round)
    {
        var targets = string.Join(' ', Enumerable.Range(0, Targets).Select(n => string.Create(CultureInfo.InvariantCulture, $"hv{round}-{n}")));
        await one.AskAsync($"own {targets}", "taken");
        await Task.Delay(_random.Next(200), Stop);
        return targets;
    }

    private async Task<Worker> StartAsync()
    {
        var options = _cluster.Options();
        var program = Path.Combine(AppContext.BaseDirectory, "PlatformOps.LedgerWorker.dll");
        var start = new ProcessStartInfo("dotnet", [program, options.Host, options.Database, options.UserName, PostgreSqlCluster.Password, "1000", _folder.FullName]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var worker = new Worker(Process.Start(start)!);
        _workers.Add(worker);
        await worker.HearAsync("ready");
        return worker;
    }

    private sealed class Worker(Process process) : IAsyncDisposable
    {
        public async Task AskAsync(string line, string answer)
        {
            await process.StandardInput.WriteLineAsync(line);
            await HearAsync(answer);
        }

        public async Task HearAsync(string answer)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            deadline.CancelAfter(TimeSpan.FromMinutes(2));
            Assert.Equal(answer, await process.StandardOutput.ReadLineAsync(deadline.Token));
        }

        public async Task SignalAsync(string signal)
        {
            using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Stop);
            if (signal == "KILL")
                await process.WaitForExitAsync(Stop);
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }
}

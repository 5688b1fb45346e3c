using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>A real PostgreSQL keeps the contract, and what more a database that is shared has to.</summary>
public sealed class DatabaseLedgerTests(SharedCluster shared) : LedgerContract, IClassFixture<SharedCluster>
{
    private static readonly LockOwner Alice = new("r1", "alice", "ops1", 4711) { Target = "hv1" };
    private static readonly LockOwner Bob = new("r2", "bob", "ops2", 1) { Target = "hv1" };

    private PostgreSqlCluster _cluster = null!;

    public override async ValueTask InitializeAsync()
    {
        _cluster = await shared.WithNewDatabaseAsync();
        await base.InitializeAsync();
    }

    private protected override async Task<ILedgerStore> OpenAsync() => await _cluster.OpenAsync();

    private protected override async Task<TargetLock> TakeAwayAsync(string key)
    {
        await ExpireAsync(key);
        return await Other.TakeLockAsync(key, Bob, Stop);
    }

    [Fact]
    public async Task A_lease_whose_owner_is_gone_expires_by_the_servers_clock()
    {
        await using var gone = await _cluster.OpenAsync();
        using var first = await gone.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        // It dies: nobody renews and nobody gives back.
        await _cluster.TellAsync("update platformops.lock set expires = clock_timestamp() + interval '1 h', token = token + 1");
        await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
        await ExpireAsync("hypervisor:hv1");

        using var second = await Other.TakeLockAsync("hypervisor:hv1", Bob, Stop);

        Assert.Equal(3, second.Token);
        Assert.Equal([new FormerWork("r1", "hv1")], second.Former);
        Assert.False(first.IsStillHeld());
    }

    [Fact]
    public async Task A_living_owner_renews_its_lease_whatever_went_wrong_with_the_last_time()
    {
        var time = new FaultyClock();
        await using var ledger = await PostgreSqlCluster.OpenAsync(_cluster.Options() with { Time = time });
        using var held = await ledger.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        await time.Clock.WhenTimersPendingAsync();
        await ExpireAsync("hypervisor:hv1");
        time.IsFaulty = true;
        time.Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually(() => !time.IsFaulty);
        Assert.False(Other.IsLockHeld("hypervisor:hv1"));

        time.Clock.Advance(TimeSpan.FromSeconds(10));

        await Eventually(() => Other.IsLockHeld("hypervisor:hv1"));
        await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
    }

    [Fact]
    public async Task Whose_lease_could_not_be_renewed_is_told_why()
    {
        var time = new FaultyClock();
        await using var ledger = await PostgreSqlCluster.OpenAsync(_cluster.Options() with { Time = time });
        await using var journal = (await Journal.TryTakeAsync(ledger, "r1", "alice", time.Clock))!;
        await time.Clock.WhenTimersPendingAsync();
        time.IsFaulty = true;
        time.Clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually(() => !time.IsFaulty);
        await ExpireAsync("journal:r1");
        await using var bobs = (await Journal.TryTakeAsync(Other, "r1", "bob", TimeProvider.System))!;

        var refused = await Assert.ThrowsAsync<LedgerException>(() => journal.WriteDurablyAsync(new JournalHeader(1, "r1")));

        Assert.Contains("InvalidOperationException: a fault of ours", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_ran_out_and_nobody_took_is_still_its_owners()
    {
        using var held = await One.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        await ExpireAsync("hypervisor:hv1");
        Assert.False(Other.IsLockHeld("hypervisor:hv1"));

        Assert.True(held.IsStillHeld());
        await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
    }

    [Fact]
    public async Task Who_was_cut_off_while_another_took_the_run_writes_nothing_more_of_it()
    {
        await using var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        await ExpireAsync("journal:r1");
        await using var bobs = (await Journal.TryTakeAsync(Other, "r1", "bob", TimeProvider.System))!;
        await bobs.WriteDurablyAsync(new TargetEnded("bobs", RunState.Succeeded, ""));

        var refused = await Assert.ThrowsAsync<LedgerException>(() => journal.WriteDurablyAsync(new TargetEnded("alices", RunState.Succeeded, "")));

        Assert.Contains("Run r1 was taken by another process", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["bobs"], JournalFormat.Decode(Other.ReadJournal("r1"), "journal").Entries.OfType<TargetEnded>().Select(entry => entry.Target));
    }

    [Fact]
    public async Task What_is_written_while_the_database_is_away_is_there_once_when_it_is_back()
    {
        await using var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        using var held = await One.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        await _cluster.StopAsync();

        Assert.True(One.IsAway(Assert.Throws<LedgerException>(() => One.ReadText("kill-switch.json"))));
        var writing = journal.WriteDurablyAsync(new TargetEnded("hv1", RunState.Succeeded, ""), [held]);
        await Task.WhenAny(writing, Task.Delay(1500, Stop));
        Assert.False(writing.IsCompleted);
        await _cluster.StartAgainAsync();
        await writing;

        Assert.True(held.IsStillHeld());
        Assert.Equal(["hv1"], JournalFormat.Decode(Other.ReadJournal("r1"), "journal").Entries.OfType<TargetEnded>().Select(entry => entry.Target));
    }

    [Fact]
    public async Task Whoever_gives_up_while_the_database_is_away_does_not_wait_for_it()
    {
        await using var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!;
        using var leaving = new CancellationTokenSource();
        using var working = journal.GiveUpWith(leaving.Token);
        await _cluster.StopAsync();
        var writing = journal.WriteDurablyAsync(new JournalHeader(1, "r1"));

        await leaving.CancelAsync();
        await Assert.ThrowsAsync<LedgerException>(() => writing);
        await _cluster.StartAgainAsync();

        Assert.Contains("cannot be used", (await Assert.ThrowsAsync<LedgerException>(() => writing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_crashes_forgets_nothing_that_was_written_whatever_it_is_set_to()
    {
        await using var cluster = await PostgreSqlCluster.StartAsync("wal_writer_delay=10000ms", "synchronous_commit=off");
        await using var one = await cluster.OpenAsync();
        await using var other = await cluster.OpenAsync();
        await using (var journal = (await Journal.TryTakeAsync(one, "r1", "alice", TimeProvider.System))!)
        {
            await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
            await journal.WriteAsync(new TargetEnded("hv1", RunState.Succeeded, new string('x', 900)));
            one.ReplaceText("kill-switch.json", "set"u8);
            (await one.TakeLockAsync("hypervisor:hv1", Alice, Stop)).Dispose();
            await cluster.StopAsync();
            await cluster.StartAgainAsync();
            await journal.WriteDurablyAsync(new TargetEnded("hv2", RunState.Succeeded, ""));
        }

        await using (var journal = (await Journal.TryTakeAsync(other, "r1", "bob", TimeProvider.System))!)
            await journal.WriteDurablyAsync(new TargetEnded("hv3", RunState.Succeeded, ""));
        Assert.Equal(["hv1", "hv2", "hv3"], Targets(other));
        Assert.NotNull(other.ReadText("kill-switch.json"));
        using var held = await other.TakeLockAsync("hypervisor:hv1", Bob, Stop);
        Assert.Equal(2, held.Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_written_behind_what_the_database_has_forgotten(bool durable)
    {
        await using (var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!)
        {
            await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
            await journal.WriteDurablyAsync(new TargetEnded("hv1", RunState.Succeeded, ""));
            await journal.WriteDurablyAsync(new TargetEnded("hv2", RunState.Succeeded, ""));
            await _cluster.TellAsync("delete from platformops.journal where at = (select max(at) from platformops.journal)");

            var refused = await Assert.ThrowsAsync<LedgerException>(() => durable ? journal.WriteDurablyAsync(new TargetEnded("hv3", RunState.Succeeded, "")) : journal.WriteAsync(new TargetEnded("hv3", RunState.Succeeded, "")));
            Assert.Contains("has forgotten the end of run r1", refused.Message, StringComparison.Ordinal);
            Assert.False(One.IsAway(refused));
        }

        await using (var journal = (await Journal.TryTakeAsync(Other, "r1", "bob", TimeProvider.System))!)
            await journal.WriteDurablyAsync(new TargetEnded("hv4", RunState.Succeeded, ""));
        Assert.Equal(["hv1", "hv4"], Targets(Other));
    }

    [Theory]
    [InlineData("min(at)")]
    [InlineData("percentile_disc(0.5) within group (order by at)")]
    public async Task A_journal_with_a_gap_is_told_of_and_not_gone_on_with(string forgotten)
    {
        await using (var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!)
        {
            await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
            await journal.WriteDurablyAsync(new TargetEnded("hv1", RunState.Succeeded, ""));
            await journal.WriteDurablyAsync(new TargetEnded("hv2", RunState.Succeeded, ""));
        }

        await _cluster.TellAsync($"delete from platformops.journal where at = (select {forgotten} from platformops.journal)");

        Assert.Equal(["r1"], Other.Runs());
        Assert.Contains("are missing", Assert.Throws<LedgerException>(() => Other.ReadJournal("r1")).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerException>(() => Journal.TryTakeAsync(Other, "r1", "bob", TimeProvider.System));
        Assert.False(Other.IsJournalHeld("r1"));
    }

    [Fact]
    public async Task A_lock_whose_taking_was_given_up_is_nobodys()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => One.TakeLockAsync("hypervisor:hv1", Alice, new CancellationToken(true)));

        Assert.False(Other.IsLockHeld("hypervisor:hv1"));
    }

    [Fact]
    public async Task Whoever_gives_up_while_the_database_gives_no_answer_does_not_wait_for_it()
    {
        await using var cluster = await PostgreSqlCluster.StartAsync();
        await using var ledger = await cluster.OpenAsync();
        var journal = (await Journal.TryTakeAsync(ledger, "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var locks = new List<TargetLock>();
        for (var i = 0; i < 3; i++)
            locks.Add(await ledger.TakeLockAsync($"hypervisor:hv{i}", Alice, stop.Token));
        await cluster.FreezeAsync();
        try
        {
            var asking = ledger.AskAsync(() => ledger.ReadText("kill-switch.json"), TimeProvider.System, stop.Token);
            var taking = ledger.TakeLockAsync("hypervisor:hv9", Alice, stop.Token);
            using var working = journal.GiveUpWith(stop.Token);
            var writing = journal.WriteDurablyAsync(new TargetEnded("hv1", RunState.Succeeded, ""));
            await Task.WhenAny(asking, taking, writing, Task.Delay(500, Stop));
            Assert.False(asking.IsCompleted || taking.IsCompleted || writing.IsCompleted);

            var watch = Stopwatch.StartNew();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
            await Assert.ThrowsAsync<LedgerException>(() => writing);
            locks.ForEach(held => held.Dispose());
            await journal.DisposeAsync();
            Assert.True(ledger.IsAway(Assert.Throws<LedgerException>(() => ledger.IsJournalHeld("r1"))));
            // A second is what people are promised; this machine may be busy.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        finally
        {
            await cluster.ThawAsync();
        }

        // What was on its way is given back as the answer comes.
        await using var other = await cluster.OpenAsync();
        await Eventually(() => !other.IsLockHeld("hypervisor:hv9"));
        using var again = await other.TakeLockAsync("hypervisor:hv9", Bob, Stop);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_once_and_told_without_it()
    {
        var asked = 0;
        var refused = await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(_cluster.Options() with
        {
            Password = _ =>
            {
                asked++;
                return Task.FromResult("canary-wrong");
            },
        }));

        Assert.Equal(1, asked);
        Assert.False(One.IsAway(refused));
        Assert.Contains("password authentication failed", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Set postgres.username and postgres.password", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.ToString(), StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(Path.Combine(_cluster.Folder, "log"), Stop);
        Assert.Equal(1, log.Split("password authentication failed").Length - 1);
    }

    [Fact]
    public async Task A_database_or_server_that_is_not_there_is_told_with_the_setting_that_helps()
    {
        Assert.Contains("set postgres.database", (await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(_cluster.Options() with { Database = "nobodys" }))).Message, StringComparison.Ordinal);
        var away = await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(_cluster.Options() with { Port = 1 }));
        Assert.Contains("are postgres.host and postgres.port its own?", away.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Resume-OpsRun", away.Message, StringComparison.Ordinal);
        Assert.True(One.IsAway(away));
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_not_given_the_password_over_a_network()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var cluster = await PostgreSqlCluster.StartAsync("listen_addresses=127.0.0.1", $"port={port}");

        var refused = await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(cluster.Options() with { Host = "127.0.0.1", Port = port }));

        Assert.Contains("speaks no TLS", refused.Message, StringComparison.Ordinal);
        Assert.Contains("set postgres.host to the folder of its socket", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_may_only_read_and_write_works_where_the_tables_are_made()
    {
        await _cluster.TellAsync("create role clerk login password 'canary-clerk'; grant usage on schema platformops to clerk; grant select, insert, update, delete on all tables in schema platformops to clerk; revoke create on schema public from public");
        await using var ledger = await PostgreSqlCluster.OpenAsync(_cluster.Options() with { UserName = "clerk", Password = _ => Task.FromResult("canary-clerk") });

        using var held = await ledger.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        ledger.ReplaceText("t", "x"u8);
        await using var journal = (await Journal.TryTakeAsync(ledger, "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"), [held]);
    }

    [Fact]
    public async Task Tables_of_another_version_are_refused()
    {
        await _cluster.TellAsync("update platformops.version set version = 2");

        Assert.Contains("is not of version 1", (await Assert.ThrowsAsync<LedgerException>(() => _cluster.OpenAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_who_come_first_make_the_tables_once()
    {
        await _cluster.TellAsync("drop schema platformops cascade");

        var ledgers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _cluster.OpenAsync()));

        Assert.Equal(1, await _cluster.TellAsync("select count(*) from platformops.version"));
        foreach (var ledger in ledgers)
            await ledger.DisposeAsync();
    }

    private static IEnumerable<string> Targets(ILedgerStore ledger) => JournalFormat.Decode(ledger.ReadJournal("r1"), "journal").Entries.OfType<TargetEnded>().Select(entry => entry.Target);

    private Task<long> ExpireAsync(string key) => _cluster.TellAsync($"update platformops.lock set expires = clock_timestamp() - interval '1 s' where key = '{key}'");

    private static async Task Eventually(Func<bool> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience.Long, "it did not come to be");
            await Task.Delay(20, Stop);
        }
    }

    /// <summary>A clock that tests move, and that once throws what nobody expects of it.</summary>
    private sealed class FaultyClock : TimeProvider
    {
        private int _isFaulty;

        public FakeTimeProvider Clock { get; } = new();

        public bool IsFaulty
        {
            get => Volatile.Read(ref _isFaulty) == 1;
            set => Volatile.Write(ref _isFaulty, value ? 1 : 0);
        }

        public override long TimestampFrequency => Clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Clock.GetUtcNow();

        public override long GetTimestamp() => Interlocked.Exchange(ref _isFaulty, 0) == 1 ? throw new InvalidOperationException("a fault of ours") : Clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Clock.CreateTimer(callback, state, dueTime, period);
    }
}

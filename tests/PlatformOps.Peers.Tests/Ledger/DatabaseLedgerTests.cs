using System.Net;
using System.Net.Sockets;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

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
        var gone = await _cluster.OpenAsync(TimeSpan.FromSeconds(1));
        using (var first = await gone.TakeLockAsync("hypervisor:hv1", Alice, Stop))
        {
            // It dies: nobody renews and nobody gives back.
            await _cluster.TellAsync("update platformops.lock set expires = clock_timestamp() + interval '1 s', token = token + 1");
            await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
            TargetLock? second = null;
            for (var deadline = DateTimeOffset.UtcNow.AddSeconds(20); second is null && DateTimeOffset.UtcNow < deadline;)
            {
                try
                {
                    second = await Other.TakeLockAsync("hypervisor:hv1", Bob, Stop);
                }
                catch (TargetLockedException)
                {
                    await Task.Delay(50, Stop);
                }
            }

            Assert.Equal(3, second!.Token);
            Assert.Equal([new FormerWork("r1", "hv1")], second.Former);
            Assert.False(first.IsStillHeld());
        }

        await gone.DisposeAsync();
    }

    [Fact]
    public async Task A_living_owner_keeps_its_lease_beyond_its_length()
    {
        await using var ledger = await _cluster.OpenAsync(TimeSpan.FromSeconds(3));
        using var held = await ledger.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        var began = await _cluster.TellAsync("select extract(epoch from expires)::bigint from platformops.lock where key = 'hypervisor:hv1'");
        for (var deadline = DateTimeOffset.UtcNow.AddSeconds(30); DateTimeOffset.UtcNow < deadline;)
        {
            await Task.Delay(200, Stop);
            if (await _cluster.TellAsync("select extract(epoch from expires)::bigint from platformops.lock where key = 'hypervisor:hv1'") >= began + 3)
                break;
        }

        await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
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
        Assert.DoesNotContain("canary", refused.ToString(), StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(Path.Combine(_cluster.Folder, "log"), Stop);
        Assert.Equal(1, log.Split("password authentication failed").Length - 1);
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

        Assert.Contains("SSL", refused.Message, StringComparison.Ordinal);
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

    private Task<long> ExpireAsync(string key) => _cluster.TellAsync($"update platformops.lock set expires = clock_timestamp() - interval '1 s' where key = '{key}'");
}

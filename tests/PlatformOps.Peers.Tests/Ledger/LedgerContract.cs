using System.Text;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>What every ledger promises, whatever it is kept in. Each one that is opened is another process's.</summary>
public abstract class LedgerContract : IAsyncLifetime
{
    private static readonly LockOwner Alice = new("r1", "alice", "ops1", 4711) { Target = "hv1" };
    private static readonly LockOwner Bob = new("r2", "bob", "ops2", 1) { Target = "hv1" };

    private readonly List<IAsyncDisposable> _open = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ops-ledger-");

    private protected ILedgerStore One { get; private set; } = null!;

    private protected ILedgerStore Other { get; private set; } = null!;

    private protected string Folder => _folder.FullName;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected abstract Task<ILedgerStore> OpenAsync();

    /// <summary>Bob gets a lock that Alice has, by what makes an owner lose it.</summary>
    private protected abstract Task<TargetLock> TakeAwayAsync(string key);

    public virtual async ValueTask InitializeAsync()
    {
        _open.Add(One = await OpenAsync());
        _open.Add(Other = await OpenAsync());
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var ledger in _open)
            await ledger.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_journal_is_one_processes_until_it_lets_go_and_is_read_by_all()
    {
        Assert.Null(One.ReadJournal("r1"));
        Assert.Null(Other.JournalLength("r1"));
        Assert.False(Other.IsJournalHeld("r1"));

        await using (var held = (await One.TryTakeJournalAsync("r1", "alice"))!)
        {
            Assert.Empty(held.ReadAll());
            Assert.Null(await Other.TryTakeJournalAsync("r1", "bob"));
            Assert.True(Other.IsJournalHeld("r1"));
            await held.AppendAsync(["one"u8.ToArray(), [0, 255, 0]], [], durable: false, Stop);
            await held.AppendAsync(["two"u8.ToArray()], [], durable: true, Stop);
            Assert.Equal([.. "one"u8, 0, 255, 0, .. "two"u8], Other.ReadJournal("r1"));
            Assert.Equal(9, Other.JournalLength("r1"));
        }

        Assert.False(Other.IsJournalHeld("r1"));
        await using var again = (await Other.TryTakeJournalAsync("r1", "bob"))!;
        Assert.Equal(9, again.ReadAll().Length);
        await again.AppendAsync(["three"u8.ToArray()], [], durable: true, Stop);
        Assert.Equal(14, One.JournalLength("r1"));
        Assert.Equal(["r1"], One.Runs());
    }

    [Fact]
    public async Task A_torn_tail_is_cut_off_and_written_over()
    {
        await using (var held = (await One.TryTakeJournalAsync("r1", "alice"))!)
        {
            _ = held.ReadAll();
            var record = JournalFormat.Encode(new JournalHeader(1, "r1"));
            await held.AppendAsync([record, record[..^3]], [], durable: true, Stop);
        }

        await using (var journal = (await Journal.TryTakeAsync(Other, "r1", "bob", TimeProvider.System))!)
        {
            Assert.True(journal.TornBytes > 0);
            await journal.WriteDurablyAsync(new TargetEnded("after", RunState.Succeeded, "done"));
        }

        Assert.Equal("after", Assert.IsType<TargetEnded>(JournalFormat.Decode(One.ReadJournal("r1"), "journal").Entries[^1]).Target);
    }

    [Fact]
    public async Task Records_that_are_written_side_by_side_are_all_there_once()
    {
        await using (var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!)
        {
            await journal.WriteAsync(new JournalHeader(1, "r1"));
            await Task.WhenAll(Enumerable.Range(0, 200).Select(n => journal.WriteDurablyAsync(new TargetEnded($"hv{n}", RunState.Succeeded, "done"))));
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(n => $"hv{n}").Order(), JournalFormat.Decode(Other.ReadJournal("r1"), "journal").Entries.OfType<TargetEnded>().Select(entry => entry.Target).Order());
    }

    [Fact]
    public async Task A_second_owner_is_refused_with_who_where_and_since_when()
    {
        using var held = await One.TakeLockAsync("hypervisor:hv1", Alice, Stop);

        var refused = await Assert.ThrowsAsync<TargetLockedException>(() => Other.TakeLockAsync("hypervisor:hv1", Bob, Stop));
        await Assert.ThrowsAsync<TargetLockedException>(() => One.TakeLockAsync("hypervisor:hv1", Bob, Stop));

        Assert.Matches(@"hypervisor:hv1 is locked by run r1 of alice on ops1 \(process 4711, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\)", refused.Message);
        Assert.True(Other.IsLockHeld("hypervisor:hv1"));
        Assert.True(held.IsStillHeld());
        using var another = await Other.TakeLockAsync("hypervisor:hv2", Bob, Stop);
    }

    [Fact]
    public async Task The_token_grows_with_every_owner_and_a_lock_given_back_is_nobodys()
    {
        var tokens = new List<long>();
        foreach (var ledger in (ILedgerStore[])[One, Other, One])
        {
            var held = await ledger.TakeLockAsync("kayobe:control/prod", Alice, Stop);
            tokens.Add(held.Token);
            held.Dispose();
            Assert.False(held.IsStillHeld());
        }

        Assert.Equal([1, 2, 3], tokens);
        Assert.False(Other.IsLockHeld("kayobe:control/prod"));
    }

    [Fact]
    public async Task Who_had_it_before_is_remembered_until_it_is_settled()
    {
        foreach (var run in (string[])["r1", "r2"])
            (await One.TakeLockAsync("hypervisor:hv1", Alice with { RunId = run }, Stop)).Dispose();
        using (var third = await Other.TakeLockAsync("hypervisor:hv1", Alice with { RunId = "r3" }, Stop))
        {
            Assert.Equal([new FormerWork("r1", "hv1"), new FormerWork("r2", "hv1")], third.Former);
            third.Keep([new FormerWork("r1", "hv1")]);
        }

        using var fourth = await One.TakeLockAsync("hypervisor:hv1", Alice with { RunId = "r4" }, Stop);
        Assert.Equal([new FormerWork("r1", "hv1"), new FormerWork("r3", "hv1")], fourth.Former);
    }

    [Fact]
    public async Task Of_many_who_want_a_lock_one_has_it()
    {
        var (inside, taken) = (new Peak(), 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(
            async () =>
            {
                var ledger = n % 2 == 0 ? One : Other;
                for (var mine = 0; mine < 5;)
                {
                    try
                    {
                        using var held = await ledger.TakeLockAsync("room:az1", Alice with { RunId = $"r{n}" }, Stop);
                        using (inside.Enter())
                            await Task.Yield();
                        Interlocked.Increment(ref taken);
                        mine++;
                    }
                    catch (TargetLockedException)
                    {
                        await Task.Delay(5, Stop);
                    }
                }
            },
            Stop)));

        Assert.Equal((1, 80), (inside.Most, taken));
        using var last = await One.TakeLockAsync("room:az1", Alice, Stop);
        Assert.Equal(81, last.Token);
    }

    [Fact]
    public async Task What_is_begun_under_a_lock_that_was_lost_is_not_written_and_the_others_records_are()
    {
        await using var journal = (await Journal.TryTakeAsync(One, "r1", "alice", TimeProvider.System))!;
        await journal.WriteDurablyAsync(new JournalHeader(1, "r1"));
        using var lost = await One.TakeLockAsync("hypervisor:hv1", Alice, Stop);
        using var kept = await One.TakeLockAsync("hypervisor:hv2", Alice with { Target = "hv2" }, Stop);
        await journal.WriteDurablyAsync(new TargetEnded("before", RunState.Succeeded, ""), [lost, kept]);
        using var bobs = await TakeAwayAsync("hypervisor:hv1");

        var writes = new[] { ("hv1", lost), ("hv2", kept) }.Select(pair => journal.WriteDurablyAsync(new TargetEnded(pair.Item1, RunState.Succeeded, ""), [pair.Item2])).ToList();

        Assert.Contains("The lock hypervisor:hv1 was lost", (await Assert.ThrowsAsync<RefusedException>(() => writes[0])).Message, StringComparison.Ordinal);
        await writes[1];
        Assert.False(lost.IsStillHeld());
        Assert.True(bobs.IsStillHeld());
        Assert.True(bobs.Token > 0);
        Assert.Equal(["before", "hv2"], JournalFormat.Decode(Other.ReadJournal("r1"), "journal").Entries.OfType<TargetEnded>().Select(entry => entry.Target));

        // Whoever lost it gives nothing of the new owner's back.
        lost.Dispose();
        Assert.True(bobs.IsStillHeld());
        await Assert.ThrowsAsync<TargetLockedException>(() => One.TakeLockAsync("hypervisor:hv1", Alice, Stop));
    }

    [Fact]
    public void A_shared_text_is_replaced_and_removed()
    {
        Assert.Null(One.ReadText("runs/r1/stop"));
        One.ReplaceText("runs/r1/stop", "Now"u8);
        Other.ReplaceText("runs/r1/stop", "AfterStep"u8);
        Other.ReplaceText("other", [0, 1, 255]);

        Assert.Equal("AfterStep", Encoding.ASCII.GetString(One.ReadText("runs/r1/stop")!));
        Assert.Equal([0, 1, 255], One.ReadText("other"));
        One.RemoveText("runs/r1/stop");
        One.RemoveText("runs/r1/stop");
        Assert.Null(Other.ReadText("runs/r1/stop"));
    }

    [Fact]
    public void The_kill_switch_of_one_stops_the_other()
    {
        var (one, other) = (new KillSwitch(One, TimeProvider.System), new KillSwitch(Other, TimeProvider.System));
        one.Set("alice", "storage incident");

        Assert.Contains("set by alice", Assert.Throws<RefusedException>(other.ThrowIfSet).Message, StringComparison.Ordinal);
        other.Clear();
        one.ThrowIfSet();
    }

    [Fact]
    public async Task A_run_is_listed_stopped_and_gone_on_with_from_another_machine()
    {
        var (here, there) = (Runs(One, "here"), Runs(Other, "there"));
        var began = new RunStarted(new JournalIdentity("test", "alice", "al", "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(28)), [new JournalPhase("Phase", "")], [new JournalTarget("hypervisor", "hv1", null)]);
        await using (await here.CreateAsync("20261120-120000-000aaa", began, TestContext.Current.CancellationToken))
        {
            Assert.Equal(RunState.Running, Assert.Single(there.List()).State);
            there.RequestStop("0aaa", RunStopMode.AfterStep);
            Assert.Equal(RunStopMode.AfterStep, here.StopRequest("20261120-120000-000aaa"));
            await Assert.ThrowsAsync<TargetLockedException>(() => there.OpenAsync("0aaa", "bob", TestContext.Current.CancellationToken));
        }

        Assert.Equal(RunState.Interrupted, there.Describe("000aaa").State);
        await using (var taken = await there.OpenAsync("000aaa", "bob", TestContext.Current.CancellationToken))
        {
            there.ClearStopRequest(taken.RunId);
            await taken.WriteDurablyAsync(new RunEnded(RunState.Succeeded, "done"));
        }

        Assert.Null(here.StopRequest("20261120-120000-000aaa"));
        Assert.Equal(RunState.Succeeded, here.Describe("000aaa").State);
        Assert.Equal(["alice", "bob"], here.Entries("000aaa").OfType<ProcessStarted>().Select(process => process.Person));
    }

    // Its logs are its own machine's.
    private RunStore Runs(ILedgerStore ledger, string machine) => new(new LedgerFiles(), Path.Combine(Folder, machine), TimeProvider.System, shared: ledger);
}

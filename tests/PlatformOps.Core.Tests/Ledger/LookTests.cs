using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Ledger;

/// <summary>Whoever asks whether something is in use holds its lock for a moment: that keeps nobody from taking it.</summary>
public sealed class LookTests
{
    private static readonly LockOwner Alice = new("r1", "alice", "ops1", 1);

    private readonly MemoryLedgerFiles _files = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RunStore _store;

    public LookTests() => _store = new RunStore(_files, "/state", _time);

    [Fact]
    public async Task A_run_is_begun_while_somebody_looks_at_its_journal()
    {
        var look = Look("/state/runs/r1/journal.lock");
        var creating = _store.CreateAsync("r1", Sample.Started("hv1"), TestContext.Current.CancellationToken);
        Assert.False(creating.IsCompleted);
        look.Dispose();
        await _time.WhenTimersPendingAsync();
        _time.AdvanceToNextTimer();

        await using var ledger = await creating;
        Assert.Equal(RunState.Open, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_run_is_taken_while_somebody_looks_at_its_journal()
    {
        await (await _store.CreateAsync("r1", Sample.Started("hv1"), TestContext.Current.CancellationToken)).DisposeAsync();
        var look = Look("/state/runs/r1/journal.lock");
        var opening = _store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        Assert.False(opening.IsCompleted);
        look.Dispose();
        await _time.WhenTimersPendingAsync();
        _time.AdvanceToNextTimer();

        await using var ledger = await opening;
        Assert.Equal("r1", ledger.RunId);
    }

    [Fact]
    public async Task A_target_is_taken_while_somebody_looks_at_its_lock()
    {
        var look = Look("/state/locks/hypervisor=3Ahv1.lock");
        var taking = _store.Ledger.TakeLockAsync("hypervisor:hv1", Alice, TestContext.Current.CancellationToken);
        Assert.False(taking.IsCompleted);
        look.Dispose();
        await _time.WhenTimersPendingAsync();
        _time.AdvanceToNextTimer();

        using var held = await taking;
        Assert.True(_store.Ledger.IsLockHeld("hypervisor:hv1"));
    }

    [Fact]
    public async Task What_is_held_on_is_refused_with_who_holds_it()
    {
        _time.AutoAdvance = TimeSpan.FromMilliseconds(50);
        await using var ledger = await _store.CreateAsync("r1", Sample.Started("hv1"), TestContext.Current.CancellationToken);
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1", Alice, TestContext.Current.CancellationToken);

        Assert.Contains("is being worked on by alice", (await Assert.ThrowsAsync<TargetLockedException>(() => _store.OpenAsync("r1", "bob", TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        Assert.Contains("is locked by run r1 of alice", (await Assert.ThrowsAsync<TargetLockedException>(() => _store.Ledger.TakeLockAsync("hypervisor:hv1", Alice with { RunId = "r2" }, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_gives_up_waits_for_no_look()
    {
        using var look = Look("/state/locks/hypervisor=3Ahv1.lock");
        using var stop = new CancellationTokenSource();
        var taking = _store.Ledger.TakeLockAsync("hypervisor:hv1", Alice, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
    }

    [Fact]
    public async Task Looking_leaves_what_it_looked_at_free()
    {
        await (await _store.CreateAsync("r1", Sample.Started("hv1"), TestContext.Current.CancellationToken)).DisposeAsync();

        Assert.False(_store.Ledger.IsJournalHeld("r1"));
        Assert.False(_store.Ledger.IsLockHeld("hypervisor:hv1"));

        await using var ledger = await _store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1", Alice, TestContext.Current.CancellationToken);
        Assert.True(_store.Ledger.IsJournalHeld("r1"));
    }

    // What IsHeld holds while it looks.
    private IDisposable Look(string path) => _files.TryLock(path)!;
}

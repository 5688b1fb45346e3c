using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Tests.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Changes;

public sealed class GateTests
{
    private readonly MemoryLedgerFiles _files = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvance = TimeSpan.FromSeconds(2) };
    private readonly Light _light = new();
    private RunStore? _store;
    private KillSwitch? _killSwitch;

    private RunStore Store => _store ??= new RunStore(_files, "/state", _time);

    private KillSwitch KillSwitch => _killSwitch ??= new KillSwitch(new FileLedgerStore(_files, "/state", _time), _time);

    [Fact]
    public async Task A_change_that_is_needed_is_made_once_and_seen()
    {
        await using var ledger = await CreateAsync();
        var end = await RunAsync(ledger, new SwitchLight());

        Assert.Equal((StepOutcome.Done, "off", "on"), (end.Outcome, end.Before, end.After));
        Assert.Equal(1, _light.Applied);
        Assert.True(_light.IsOn);
    }

    [Fact]
    public async Task What_is_already_there_is_left_alone()
    {
        _light.IsOn = true;
        await using var ledger = await CreateAsync();

        Assert.Equal(StepOutcome.Unchanged, (await RunAsync(ledger, new SwitchLight())).Outcome);
        Assert.Equal(0, _light.Applied);
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
    }

    [Fact]
    public async Task A_plan_reads_and_sends_no_write()
    {
        var end = await Gate.PlanAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), TestContext.Current.CancellationToken);

        Assert.Equal((StepOutcome.Planned, "off", "on"), (end.Outcome, end.Before, end.After));
        Assert.Equal("[test] The light on hv1: off → on", end.Message);
        Assert.Equal((1, 0), (_light.Observed, _light.Applied));
    }

    [Fact]
    public async Task The_intent_is_on_the_disk_before_the_effect_is_sent_and_the_result_after()
    {
        await using var ledger = await CreateAsync();
        var before = _files.Flushes;
        _light.OnApply = () =>
        {
            Assert.IsType<Intent>(Entries()[^1]);
            Assert.Equal(before + 1, _files.Flushes);
        };

        await RunAsync(ledger, new SwitchLight());

        Assert.Equal(StepOutcome.Done, Assert.IsType<Result>(Entries()[^1]).Outcome);
        Assert.Equal(before + 2, _files.Flushes);
    }

    [Theory]
    [InlineData("on", "hunter2", "what is there before light.switch")]
    [InlineData("hunter2", "red", "the parameters of light.switch")]
    public async Task An_effect_whose_intent_would_hold_a_secret_is_refused_and_not_sent(string to, string colour, string says)
    {
        _store = new RunStore(_files, "/state", _time, text => text.Replace("hunter2", "***", StringComparison.Ordinal));
        _light.Colour = colour;
        await using var ledger = await CreateAsync();

        var end = await RunAsync(ledger, new SwitchLight(), to: to);

        Assert.Equal((StepOutcome.Failed, 0), (end.Outcome, _light.Applied));
        Assert.Contains(says, Assert.IsType<RefusedException>(end.Error).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
        Assert.DoesNotContain("hunter2", System.Text.Encoding.UTF8.GetString(_files.TryRead(Path.Combine(Store.FolderOf("r1"), "journal"))!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_intent_that_cannot_be_written_sends_nothing()
    {
        await using var ledger = await CreateAsync();
        _files.BeforeOperation = (operation, _) =>
        {
            if (operation == "flush")
                throw new IOException("No space left on device");
        };

        await Assert.ThrowsAsync<LedgerException>(() => RunAsync(ledger, new SwitchLight()));
        Assert.Equal(0, _light.Applied);
    }

    [Fact]
    public async Task After_a_crash_an_effect_that_happened_is_not_sent_again()
    {
        await using (var ledger = await CreateAsync())
        {
            _light.OnApplied = Crash;
            await DieAsync(() => RunAsync(ledger, new SwitchLight()));
        }

        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        var end = await RunAsync(again, new SwitchLight());

        Assert.Equal((StepOutcome.Done, 1), (end.Outcome, _light.Applied));
        Assert.Contains("after an interruption", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_crash_an_effect_that_did_not_happen_is_sent()
    {
        await using (var ledger = await CreateAsync())
        {
            _light.OnApply = Crash;
            await DieAsync(() => RunAsync(ledger, new SwitchLight()));
        }

        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        Assert.Equal((StepOutcome.Done, 1), ((await RunAsync(again, new SwitchLight())).Outcome, _light.Applied));
    }

    [Theory]
    [InlineData("succeeded", StepOutcome.Done, 1, 1)]
    [InlineData("failed", StepOutcome.Failed, 1, 1)]
    [InlineData("lost", StepOutcome.Unknown, 1, 0)]
    [InlineData("absent", StepOutcome.Done, 2, 1)]
    public async Task After_a_crash_what_left_a_trace_has_the_outcome_that_it_has_there(string trace, StepOutcome outcome, int applied, int settled)
    {
        var change = new TracedChange { Trace = trace };
        await using (var ledger = await CreateAsync())
        {
            change.OnApply = Crash;
            await DieAsync(() => RunAsync(ledger, change));
        }

        Assert.Equal(0, change.Settled);
        change.OnApply = () => { };
        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        var end = await RunAsync(again, change);

        Assert.Equal((outcome, applied, settled), (end.Outcome, change.Applied, change.Settled));
        // What it is now is looked at only where it is begun anew.
        Assert.Equal(applied, change.Observed);
    }

    [Fact]
    public async Task Clearing_up_after_a_result_changes_nothing_of_it()
    {
        var change = new TracedChange { OnSettle = () => throw new ServiceException("x", "away", 503) };
        await using var ledger = await CreateAsync();

        Assert.Equal(StepOutcome.Done, (await RunAsync(ledger, change)).Outcome);
        Assert.Equal(StepOutcome.Done, Assert.IsType<Result>(Entries()[^1]).Outcome);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task After_a_crash_what_is_destructive_or_in_a_third_state_waits_for_a_person(bool destructive, bool idempotent)
    {
        var change = new SwitchLight { Destructive = destructive, Idempotent = idempotent };
        await using (var ledger = await CreateAsync())
        {
            _light.OnApply = Crash;
            await DieAsync(() => RunAsync(ledger, change));
        }

        if (!destructive)
            change = new SwitchLight { Idempotent = false };
        _light.Colour = "red";
        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        var end = await RunAsync(again, change);

        Assert.Equal(StepOutcome.Unknown, end.Outcome);
        Assert.IsType<OutcomeUnknownException>(end.Error);
        Assert.Contains("Resolve-OpsStep", end.Message, StringComparison.Ordinal);
        Assert.Equal(0, _light.Applied);
        Assert.True(again.Find(Key)!.IsOpen);
        Assert.True(again.Find(Key)!.NeedsDecision);
    }

    [Theory]
    [InlineData(StepDecision.Happened, StepOutcome.Done, 0)]
    [InlineData(StepDecision.NotHappened, StepOutcome.Done, 1)]
    [InlineData(StepDecision.Skipped, StepOutcome.Skipped, 0)]
    [InlineData(StepDecision.Abandon, StepOutcome.Failed, 0)]
    public async Task A_persons_decision_settles_what_is_in_doubt(StepDecision decision, StepOutcome outcome, int applied)
    {
        await using (var ledger = await CreateAsync())
        {
            _light.OnApply = Crash;
            await DieAsync(() => RunAsync(ledger, new SwitchLight { Destructive = true }));
        }

        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        await again.WriteDurablyAsync(new Decision(Key, decision, "I looked", "bob"));
        var end = await RunAsync(again, new SwitchLight { Destructive = true });

        Assert.Equal((outcome, applied), (end.Outcome, _light.Applied));
    }

    [Fact]
    public async Task A_call_of_unknown_outcome_is_settled_by_looking()
    {
        await using var ledger = await CreateAsync();
        _light.OnApplied = () => throw new OutcomeUnknownException("the connection was reset after the request was sent");

        Assert.Equal((StepOutcome.Done, 1), ((await RunAsync(ledger, new SwitchLight())).Outcome, _light.Applied));
    }

    [Fact]
    public async Task An_event_is_seen_by_what_is_other_than_before()
    {
        var change = new SwitchLight { Event = true, Idempotent = false };
        await using var ledger = await CreateAsync();
        var done = await RunAsync(ledger, change);
        // It is on already, and is asked for all the same.
        _light.IsBroken = true;
        await using var other = await CreateAsync("r2");
        var unseen = await RunAsync(other, change);

        Assert.Equal((StepOutcome.Done, "off", "on"), (done.Outcome, done.Before, done.After));
        Assert.Equal((StepOutcome.Unknown, 2), (unseen.Outcome, _light.Applied));
        Assert.True(other.Find(Key)!.IsOpen);
    }

    [Fact]
    public async Task An_effect_that_was_accepted_and_never_shows_is_a_failure()
    {
        await using var ledger = await CreateAsync();
        _light.IsBroken = true;

        var end = await RunAsync(ledger, new SwitchLight());

        Assert.Equal(StepOutcome.Failed, end.Outcome);
        Assert.Contains("was accepted, but 60 s later it is off", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_effect_that_must_not_be_sent_twice_and_never_shows_stays_in_doubt()
    {
        await using var ledger = await CreateAsync();
        _light.IsBroken = true;

        Assert.Equal(StepOutcome.Unknown, (await RunAsync(ledger, new SwitchLight { Destructive = true })).Outcome);
        Assert.True(ledger.Find(Key)!.IsOpen);
    }

    [Fact]
    public async Task A_service_that_is_away_while_it_is_looked_at_does_not_turn_a_made_change_into_a_failed_one()
    {
        await using var ledger = await CreateAsync();
        _light.OnApplied = () => _light.FailObservations = 5;

        Assert.Equal(StepOutcome.Done, (await RunAsync(ledger, new SwitchLight())).Outcome);

        _light.IsOn = false;
        await using var other = await CreateAsync("r2");
        _light.OnApplied = () => _light.FailObservations = int.MaxValue;
        Assert.Equal(StepOutcome.Unknown, (await RunAsync(other, new SwitchLight())).Outcome);
        Assert.True(other.Find(Key)!.IsOpen);
    }

    [Fact]
    public async Task Looking_that_fails_on_resume_leaves_the_doubt_open()
    {
        await using (var ledger = await CreateAsync())
        {
            _light.OnApplied = Crash;
            await DieAsync(() => RunAsync(ledger, new SwitchLight()));
        }

        await using var again = await Store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
        _light.FailObservations = 1;
        Assert.Equal(StepOutcome.Failed, (await RunAsync(again, new SwitchLight())).Outcome);
        Assert.True(again.Find(Key)!.IsOpen);
        Assert.Equal((StepOutcome.Done, 1), ((await RunAsync(again, new SwitchLight())).Outcome, _light.Applied));
    }

    [Fact]
    public async Task The_kill_switch_stops_the_effect_at_the_last_moment()
    {
        await using var ledger = await CreateAsync();
        _light.OnObserve = () => KillSwitch.Set("bob", "the building is on fire");

        var end = await RunAsync(ledger, new SwitchLight());

        Assert.Equal((StepOutcome.Failed, 0), (end.Outcome, _light.Applied));
        Assert.Contains("the building is on fire", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destructive_effect_stays_inside_the_change_window()
    {
        await using var ledger = await CreateAsync();
        var policy = Policy with { ChangeWindows = [new ChangeWindow { Days = [DayOfWeek.Sunday] }] };

        Assert.Equal(StepOutcome.Failed, (await RunAsync(ledger, new SwitchLight { Destructive = true }, policy)).Outcome);
        Assert.Equal(0, _light.Applied);
    }

    [Fact]
    public async Task A_change_needs_the_locks_beyond_its_target()
    {
        await using var ledger = await CreateAsync();
        using var held = await Store.Ledger.TakeLockAsync("house:fuse", new LockOwner("other", "bob", "ops2", 1), TestContext.Current.CancellationToken);

        var end = await RunAsync(ledger, new SwitchLight { Locks = ["house:fuse"] });

        Assert.IsType<TargetLockedException>(end.Error);
        Assert.Equal(0, _light.Applied);
    }

    [Fact]
    public async Task Nothing_is_sent_once_another_run_has_taken_the_lock()
    {
        await using var ledger = await CreateAsync();
        using var held = await ledger.LockAsync("hypervisor:hv1", TestContext.Current.CancellationToken, "hv1");
        var gate = new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time);

        var end = await gate.RunAsync(new SwitchLight { OnGuard = () => TakeAway(held) }, Context(), new SwitchLight.Parameters(), default, [held], TestContext.Current.CancellationToken);

        Assert.Contains("The lock hypervisor:hv1 was lost", end.Message, StringComparison.Ordinal);
        Assert.Equal(0, _light.Applied);
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
    }

    [Fact]
    public async Task An_intent_is_not_written_once_the_lock_is_anothers()
    {
        await using var ledger = await CreateAsync();
        using var held = await ledger.LockAsync("hypervisor:hv1", TestContext.Current.CancellationToken, "hv1");
        // After the last look at it.
        ledger.BeforeEffect = () => TakeAway(held);

        var end = await new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time).RunAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), default, [held], TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcome.Failed, end.Outcome);
        Assert.IsType<RefusedException>(end.Error);
        Assert.Equal(0, _light.Applied);
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
    }

    [Fact]
    public async Task An_effect_whose_lock_is_lost_while_it_is_under_way_is_a_persons_to_decide()
    {
        await using var ledger = await CreateAsync();
        using var held = await ledger.LockAsync("hypervisor:hv1", TestContext.Current.CancellationToken, "hv1");
        _light.OnApply = () => TakeAway(held);

        var end = await new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time).RunAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), default, [held], TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcome.Unknown, end.Outcome);
        Assert.Contains("The lock hypervisor:hv1 was lost while this was under way", end.Message, StringComparison.Ordinal);
        Assert.Equal(1, _light.Applied);
        Assert.Equal(StepOutcome.Unknown, Assert.Single(Entries().OfType<Result>()).Outcome);
        Assert.True(ledger.Find(new StepKey("hv1", "Test", "light.switch"))!.NeedsDecision);
    }

    [Fact]
    public async Task A_lock_beyond_the_target_is_waited_for()
    {
        await using var ledger = await CreateAsync();
        var held = await Store.Ledger.TakeLockAsync("house:fuse", new LockOwner("other", "bob", "ops2", 1), TestContext.Current.CancellationToken);
        var running = RunAsync(ledger, new SwitchLight { Locks = ["house:fuse"], OnGuard = () => Assert.False(held.IsStillHeld()) });
        held.Dispose();

        Assert.Equal(StepOutcome.Done, (await running).Outcome);
        Assert.False(Store.Ledger.IsLockHeld("house:fuse"));
    }

    [Fact]
    public async Task What_the_holder_of_a_lock_did_meanwhile_is_not_done_again()
    {
        await using var ledger = await CreateAsync();
        var held = await Store.Ledger.TakeLockAsync("house:fuse", new LockOwner("other", "bob", "ops2", 1), TestContext.Current.CancellationToken);
        var running = RunAsync(ledger, new SwitchLight { Idempotent = false, Locks = ["house:fuse"] });
        _light.IsOn = true;
        held.Dispose();

        Assert.Equal((StepOutcome.Unchanged, 0), ((await running).Outcome, _light.Applied));
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
    }

    [Fact]
    public async Task Undo_holds_the_locks_beyond_its_target_and_gives_them_back()
    {
        await using var ledger = await CreateAsync();
        var change = new SwitchLight { Locks = ["house:fuse"] };
        await RunAsync(ledger, change);
        var isHeld = false;
        _light.OnApply = () => isHeld = Store.Ledger.IsLockHeld("house:fuse");

        Assert.Equal(StepOutcome.Undone, (await UndoAsync(ledger, change)).Outcome);
        Assert.True(isHeld);
        Assert.False(Store.Ledger.IsLockHeld("house:fuse"));
    }

    [Fact]
    public async Task Undo_sends_nothing_while_another_holds_a_lock_beyond_its_target()
    {
        await using var ledger = await CreateAsync();
        var change = new SwitchLight { Locks = ["house:fuse"] };
        await RunAsync(ledger, change);
        using var held = await Store.Ledger.TakeLockAsync("house:fuse", new LockOwner("other", "bob", "ops2", 1), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<TargetLockedException>(() => UndoAsync(ledger, change));

        Assert.True(_light.IsOn);
        Assert.DoesNotContain(Entries(), entry => entry is Intent { IsUndo: true });
    }

    [Fact]
    public async Task Undo_looks_when_it_has_the_locks_whether_what_it_takes_back_is_still_there()
    {
        await using var ledger = await CreateAsync();
        var change = new SwitchLight { Locks = ["house:fuse"] };
        await RunAsync(ledger, change);
        var held = await Store.Ledger.TakeLockAsync("house:fuse", new LockOwner("other", "bob", "ops2", 1), TestContext.Current.CancellationToken);
        var undoing = UndoAsync(ledger, change);
        _light.Colour = "red";
        held.Dispose();

        Assert.Equal(StepOutcome.Drifted, (await undoing).Outcome);
        Assert.True(_light.IsOn);
    }

    [Fact]
    public async Task Undo_of_unknown_outcome_is_settled_by_looking()
    {
        await using var ledger = await CreateAsync();
        await RunAsync(ledger, new SwitchLight());
        _light.OnApplied = () => throw new OutcomeUnknownException("the connection was reset after the request was sent");

        Assert.Equal(StepOutcome.Undone, (await UndoAsync(ledger)).Outcome);
    }

    [Fact]
    public async Task What_the_last_look_refuses_is_not_sent_and_leaves_no_intent()
    {
        await using var ledger = await CreateAsync();

        var end = await RunAsync(ledger, new SwitchLight { OnGuard = () => throw new RefusedException("the room is full") });

        Assert.Equal((StepOutcome.Failed, "the room is full", 0), (end.Outcome, end.Message, _light.Applied));
        Assert.DoesNotContain(Entries(), entry => entry is Intent);
    }

    [Fact]
    public async Task An_effect_that_cannot_be_seen_is_done_when_it_returned_and_in_doubt_when_it_was_cut()
    {
        await using (var ledger = await CreateAsync())
            Assert.Equal(StepOutcome.Done, (await RunAsync(ledger, new SwitchLight { Observable = false })).Outcome);

        await using var other = await CreateAsync("r2");
        _light.OnApplied = () => throw new OutcomeUnknownException("no exit status");
        Assert.Equal(StepOutcome.Unknown, (await RunAsync(other, new SwitchLight { Observable = false })).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_sent_where_the_kill_switch_was_set_while_the_intent_was_written(bool undo)
    {
        await using var ledger = await CreateAsync();
        if (undo)
            await RunAsync(ledger, new SwitchLight());
        var applied = _light.Applied;
        _files.BeforeOperation = (operation, _) =>
        {
            if (operation != "flush")
                return;
            _files.BeforeOperation = null;
            KillSwitch.Set("bob", "the building is on fire");
        };
        var gate = new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time) { SeenWithin = TimeSpan.Zero };

        var end = undo
            ? await gate.UndoAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), ledger.Find(Key)!, default, [], TestContext.Current.CancellationToken)
            : await gate.RunAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), default, [], TestContext.Current.CancellationToken);

        Assert.Equal((StepOutcome.Failed, applied, undo), (end.Outcome, _light.Applied, _light.IsOn));
        Assert.Contains("nothing was sent: ", end.Message, StringComparison.Ordinal);
        Assert.Contains("the building is on fire", end.Message, StringComparison.Ordinal);
        Assert.False(ledger.Find(Key)!.IsOpen);
    }

    /// <summary>The ledger may have been away for an hour: what was proved before is as old.</summary>
    [Fact]
    public async Task What_must_hold_is_proved_again_where_the_intent_took_long()
    {
        await using var ledger = await CreateAsync();
        var isEmpty = true;
        _files.BeforeOperation = (operation, _) => isEmpty &= operation != "flush";
        var gate = new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time) { SeenWithin = TimeSpan.Zero };

        var end = await gate.RunAsync(
            new SwitchLight(), Context(), new SwitchLight.Parameters(), default, [], TestContext.Current.CancellationToken,
            guards: () => isEmpty ? Task.CompletedTask : throw new RefusedException("a server was built there"));

        Assert.Equal((StepOutcome.Failed, true, 0), (end.Outcome, end.IsUnsent, _light.Applied));
        Assert.Contains("nothing was sent: a server was built there", end.Message, StringComparison.Ordinal);
        Assert.False(ledger.Find(Key)!.IsOpen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_seen_before_the_ledger_was_away_is_looked_at_again(bool undo)
    {
        var away = new AwayStore(new FileLedgerStore(_files, "/state", _time));
        _store = new RunStore(_files, "/state", _time, shared: away);
        _killSwitch = new KillSwitch(away, _time);
        await using var ledger = await CreateAsync();
        if (undo)
            await RunAsync(ledger, new SwitchLight());
        var applied = _light.Applied;
        away.OnAsk = _ =>
        {
            away.OnAsk = null;
            (_light.IsOn, _light.Colour) = (true, undo ? "red" : "white");
            throw AwayStore.Away;
        };

        var end = undo ? await UndoAsync(ledger) : await RunAsync(ledger, new SwitchLight());

        Assert.Equal((undo ? StepOutcome.Drifted : StepOutcome.Unchanged, applied), (end.Outcome, _light.Applied));
    }

    [Fact]
    public async Task An_undo_whose_lock_is_lost_while_it_is_under_way_is_a_persons_to_decide()
    {
        await using var ledger = await CreateAsync();
        await RunAsync(ledger, new SwitchLight());
        using var held = await ledger.LockAsync("hypervisor:hv1", TestContext.Current.CancellationToken, "hv1");
        _light.OnApplied = () => TakeAway(held);

        var end = await new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time)
            .UndoAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), ledger.Find(Key)!, default, [held], TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcome.Unknown, end.Outcome);
        Assert.True(ledger.Find(Key)!.NeedsDecision);
    }

    [Fact]
    public async Task An_undo_that_nobody_can_see_the_end_of_is_a_persons_to_decide()
    {
        await using var ledger = await CreateAsync();
        await RunAsync(ledger, new SwitchLight());
        _light.OnApplied = () => _light.FailObservations = 1000;

        Assert.Equal(StepOutcome.Unknown, (await UndoAsync(ledger)).Outcome);
        Assert.True(ledger.Find(Key)!.NeedsDecision);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fault_of_ours_after_the_intent_leaves_the_effect_in_doubt(bool undo)
    {
        await using var ledger = await CreateAsync();
        if (undo)
            await RunAsync(ledger, new SwitchLight());
        _light.OnApplied = () => _light.OnObserve = () => throw new InvalidOperationException("a fault of ours");

        var end = undo ? await UndoAsync(ledger) : await RunAsync(ledger, new SwitchLight { Destructive = true });

        Assert.Equal(StepOutcome.Unknown, end.Outcome);
        Assert.True(ledger.Find(Key)!.NeedsDecision);
    }

    [Fact]
    public async Task Undo_puts_back_what_was_there_before()
    {
        await using var ledger = await CreateAsync();
        await RunAsync(ledger, new SwitchLight());

        var end = await UndoAsync(ledger);

        Assert.Equal((StepOutcome.Undone, "on", "off"), (end.Outcome, end.Before, end.After));
        Assert.False(_light.IsOn);
    }

    [Fact]
    public async Task Undo_leaves_what_somebody_changed_since()
    {
        await using var ledger = await CreateAsync();
        await RunAsync(ledger, new SwitchLight());
        _light.Colour = "red";

        Assert.Equal(StepOutcome.Drifted, (await UndoAsync(ledger)).Outcome);
        Assert.True(_light.IsOn);
    }

    [Fact]
    public async Task Cancelling_in_the_effect_leaves_it_to_be_probed()
    {
        await using var ledger = await CreateAsync();
        using var cancelling = new CancellationTokenSource();
        _light.OnApplied = () =>
        {
            cancelling.Cancel();
            cancelling.Token.ThrowIfCancellationRequested();
        };
        var gate = new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.RunAsync(new SwitchLight(), Context(), new SwitchLight.Parameters(), default, [], cancelling.Token));
        Assert.True(ledger.Find(Key)!.IsOpen);
    }

    private static StepKey Key => new("hv1", "Test", "light.switch");

    private static TargetPolicy Policy => new() { Environment = "test" };

    private void TakeAway(TargetLock held)
        => _files.Overwrite("/state/locks/hypervisor=3Ahv1.owner", JsonSerializer.SerializeToUtf8Bytes(new LockOwner("r2", "bob", "ops2", 1) { Token = held.Token + 1 }));

    private Task<RunLedger> CreateAsync(string runId = "r1") => Store.CreateAsync(runId, Sample.Started("hv1"), TestContext.Current.CancellationToken);

    private IReadOnlyList<JournalEntry> Entries() => Store.Entries("r1");

    private Task<StepEnd> RunAsync(RunLedger ledger, SwitchLight change, TargetPolicy? policy = null, string to = "on")
        => new Gate(ledger, new EffectGuard(policy ?? Policy, KillSwitch, _time), _time).RunAsync(change, Context(), new SwitchLight.Parameters { To = to }, default, [], TestContext.Current.CancellationToken);

    private Task<StepEnd> RunAsync(RunLedger ledger, TracedChange change)
        => new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time).RunAsync(change, Context(), new NoParameters(), default, [], TestContext.Current.CancellationToken);

    private Task<StepEnd> UndoAsync(RunLedger ledger, SwitchLight? change = null)
        => new Gate(ledger, new EffectGuard(Policy, KillSwitch, _time), _time).UndoAsync(change ?? new SwitchLight(), Context(), new SwitchLight.Parameters(), ledger.Find(Key)!, default, [], TestContext.Current.CancellationToken);

    // What a dead process answers is nobody's to read.
    private static async Task DieAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (LedgerException)
        {
        }
    }

    private void Crash()
    {
        _light.OnApply = _light.OnApplied = null;
        _files.Crash();
        throw new IOException("the process died");
    }

    private ActionContext Context() => TestRun.Context(_time, _light, step: "light.switch");
}

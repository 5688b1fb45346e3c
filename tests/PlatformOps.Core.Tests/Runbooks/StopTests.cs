using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What a run that was asked to stop leaves, and what resuming it does.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan Deadline = Patience.Long;

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task AfterStep_lets_the_step_end_and_begins_nothing_more()
    {
        Light("hv1", "light.switch").OnApply = () => Stop(RunStopMode.AfterStep);

        var records = await _world.RunAsync(RunWorld.Simple, "hv1", "hv2");

        Assert.Equal([("test.check", StepOutcome.Passed), ("light.switch", StepOutcome.Done)], records.Select(record => (record.Step, record.Outcome)));
        Assert.Equal([("test.check", StepOutcome.Passed), ("light.switch", StepOutcome.Done)], _world.Journalled("hv1"));
        // The phase and the target have not ended, and the other target was not begun.
        Assert.DoesNotContain(_world.Store.Entries("r1"), entry => entry is PhaseEnded or TargetEnded or TargetStarted { Target: "hv2" });
        Assert.Contains("Resume-OpsRun r1 goes on", Assert.IsType<RunEnded>(_world.Store.Entries("r1")[^1]).Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Stopped, _world.State());
        Assert.False(_world.Store.Ledger.IsLockHeld("hypervisor:hv1"));
    }

    [Fact]
    public async Task A_run_that_was_stopped_after_a_step_goes_on_behind_it()
    {
        Light("hv1", "light.switch").OnApply = () => Stop(RunStopMode.AfterStep);
        await _world.RunAsync(RunWorld.Simple, "hv1", "hv2");

        var records = await _world.ResumeAsync();

        // The check is looked at again, the change is verified without a word; the request to stop was for the process that ended.
        Assert.Equal(["test.check", "test.report", "light.dim"], records.Where(record => record.Target == "hv1").Select(record => record.Step));
        Assert.Equal(["test.check", "light.switch", "test.report", "light.dim"], records.Where(record => record.Target == "hv2").Select(record => record.Step));
        Assert.All(_world.House.Lights, light => Assert.Equal(1, light.Applied));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task AfterStep_ends_each_target_that_is_under_way_after_its_own_step()
    {
        var both = new Rendezvous(2);
        foreach (var target in (string[])["hv1", "hv2"])
        {
            Light(target, "light.switch").Sending = async _ =>
            {
                await both.ArriveAsync();
                Stop(RunStopMode.AfterStep);
            };
        }

        await _world.RunAsync(_world.Request(RunWorld.Simple, "hv1", "hv2", "hv3") with { ThrottleLimit = 2 });

        foreach (var target in (string[])["hv1", "hv2"])
            Assert.Equal([("test.check", StepOutcome.Passed), ("light.switch", StepOutcome.Done)], _world.Journalled(target));
        Assert.Empty(_world.Journalled("hv3"));
    }

    [Fact]
    public async Task AfterStep_does_not_wait_for_a_condition_any_longer()
    {
        var looks = 0;
        _world.Catalog.IsOver = _ =>
        {
            looks++;
            Stop(RunStopMode.AfterStep);
            return false;
        };

        var records = await _world.RunAsync(RunWorld.Head + "  - wait: test.wait\n  - change: light.dim\n", "hv1");

        Assert.Equal((StepOutcome.Waiting, 1), (Assert.Single(records).Outcome, looks));
        Assert.Equal(RunState.Stopped, _world.State());

        _world.Catalog.IsOver = _ => true;
        Assert.Equal([("test.wait", StepOutcome.Passed), ("light.dim", StepOutcome.Done)], (await _world.ResumeAsync()).Select(record => (record.Step, record.Outcome)));
    }

    [Fact]
    public async Task AfterTarget_lets_the_targets_that_are_under_way_end_all_their_phases_and_begins_no_other()
    {
        var both = new Rendezvous(2);
        foreach (var target in (string[])["hv1", "hv2"])
        {
            Light(target, "light.switch").Sending = async _ =>
            {
                await both.ArriveAsync();
                Stop(RunStopMode.AfterTarget);
            };
        }

        await _world.RunAsync(_world.Phases([RunWorld.Head + "  - change: light.switch\n", RunWorld.Head + "  - change: light.dim\n"], "hv1", "hv2", "hv3") with { ThrottleLimit = 2 });

        Assert.Equal(["hv1", "hv2"], _world.Store.Entries("r1").OfType<TargetEnded>().Where(end => end.State == RunState.Succeeded).Select(end => end.Target).Order());
        Assert.DoesNotContain(_world.Store.Entries("r1"), entry => entry is TargetStarted { Target: "hv3" });
        Assert.Equal(RunState.Stopped, _world.State());

        Assert.Equal(["hv3"], (await _world.ResumeAsync()).Select(record => record.Target).Distinct());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task AfterTarget_begins_no_further_batch()
    {
        Light("hv1", "light.switch").OnApply = () => Stop(RunStopMode.AfterTarget);

        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n", "hv1", "hv2") with { BatchSize = 1 });

        Assert.Equal(RunState.Stopped, _world.State());
        Assert.False(Light("hv2", "light.switch").IsOn);
    }

    [Theory]
    [InlineData(RunStopMode.AfterStep)]
    [InlineData(RunStopMode.AfterTarget)]
    public async Task A_stop_that_comes_in_the_last_step_finds_nothing_left_to_stop(RunStopMode mode)
    {
        Light("hv2", "light.dim").OnApply = () => Stop(mode);

        await _world.RunAsync(RunWorld.Simple, "hv1", "hv2");

        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Now_gives_up_the_effect_that_is_under_way_and_resuming_looks_what_became_of_it(bool happened)
    {
        var light = Light("hv1", "light.switch");
        if (happened)
            light.Answering = StopAndHangAsync;
        else
            light.Sending = StopAndHangAsync;

        await _world.RunAsync(RunWorld.Simple, "hv1", "hv2").WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal([("test.check", StepOutcome.Passed), ("light.switch", null)], _world.Journalled("hv1"));
        Assert.True(_world.Store.History("r1").Target("hv1").Steps[1].IsOpen);
        Assert.DoesNotContain(_world.Store.Entries("r1"), entry => entry is TargetEnded or TargetStarted { Target: "hv2" });
        Assert.Contains("at once", Assert.IsType<RunEnded>(_world.Store.Entries("r1")[^1]).Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Stopped, _world.State());
        Assert.False(_world.Store.Ledger.IsLockHeld("hypervisor:hv1"));

        (light.Sending, light.Answering) = (null, null);
        var records = await _world.ResumeAsync();

        var probed = records.Single(record => record is { Target: "hv1", Step: "light.switch" });
        Assert.Equal((StepOutcome.Done, happened), (probed.Outcome, probed.Message.Contains("after an interruption", StringComparison.Ordinal)));
        Assert.All(_world.House.Lights, one => Assert.Equal(1, one.Applied));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Now_leaves_something_destructive_to_a_person()
    {
        var light = Light("hv1", "light.smash");
        light.Sending = StopAndHangAsync;
        await _world.RunAsync(RunWorld.Head + "  - change: light.smash\n", "hv1").WaitAsync(Deadline, TestContext.Current.CancellationToken);
        light.Sending = null;

        Assert.Equal(StepOutcome.Unknown, Assert.Single(await _world.ResumeAsync()).Outcome);
        Assert.Equal(0, light.Applied);

        await _world.Runner.ResolveAsync("r1", new StepKey("hv1", "Phase", "light.smash"), StepDecision.NotHappened, "looked", "alice", TestContext.Current.CancellationToken);
        Assert.Equal(StepOutcome.Done, Assert.Single(await _world.ResumeAsync()).Outcome);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Now_does_not_end_before_the_effect_of_a_batch_has()
    {
        // It notices, and ends all the same.
        _world.Catalog.WhileBatch = async token =>
        {
            Stop(RunStopMode.Now);
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };

        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: test.batch\n", "hv1", "hv2") with { ThrottleLimit = 2 }).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal([("test.batch", StepOutcome.Done)], _world.Journalled("batch 1"));
        Assert.IsType<RunEnded>(_world.Store.Entries("r1")[^1]);
        Assert.Equal(RunState.Stopped, _world.State());
    }

    [Fact]
    public async Task Who_is_part_of_an_effect_that_has_begun_waits_for_its_end_and_only_then_gives_up()
    {
        var effect = new TaskCompletionSource<IReadOnlyDictionary<string, StepEnd>>();
        var only = new ActionTarget("hypervisor", "hv1");

        // With a token that is cancelled already, it would have given up before it returned.
        var meeting = new RunBatch(1, [only]).MeetAsync("step", new BatchMember(only, [], null), _ => effect.Task, new CancellationToken(canceled: true));

        Assert.False(meeting.IsCompleted);
        effect.SetResult(new Dictionary<string, StepEnd> { ["hv1"] = new(StepOutcome.Done, "") });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => meeting);
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_a_batch_is_none_of_those_its_effect_is_for()
    {
        var (first, second) = (new ActionTarget("hypervisor", "hv1"), new ActionTarget("hypervisor", "hv2"));
        var batch = new RunBatch(1, [first, second]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch.MeetAsync("step", new BatchMember(first, [], null), NamesAsync, new CancellationToken(canceled: true)));
        batch.End(first);

        Assert.Equal("hv2", (await batch.MeetAsync("step", new BatchMember(second, [], null), NamesAsync, TestContext.Current.CancellationToken)).Message);

        static Task<IReadOnlyDictionary<string, StepEnd>> NamesAsync(IReadOnlyList<BatchMember> members)
        {
            var end = new StepEnd(StepOutcome.Done, string.Join(", ", members.Select(member => member.Target.Name)));
            return Task.FromResult<IReadOnlyDictionary<string, StepEnd>>(members.ToDictionary(member => member.Target.Name, _ => end));
        }
    }

    [Theory]
    [InlineData(RunStopMode.AfterStep)]
    [InlineData(RunStopMode.AfterTarget)]
    [InlineData(RunStopMode.Now)]
    public async Task Observers_are_told_that_a_run_was_stopped(RunStopMode mode)
    {
        var observer = new EndObserver();
        _world.Observers.Add(observer);
        Light("hv1", "light.switch").Sending = token =>
        {
            Stop(mode);
            return mode == RunStopMode.Now ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        };

        await _world.RunAsync(RunWorld.Simple, "hv1", "hv2").WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal([RunState.Stopped], observer.Ends);
    }

    [Theory]
    [InlineData(RunStopMode.AfterStep, new[] { "hv1 light.dim" })]
    [InlineData(RunStopMode.AfterTarget, new[] { "hv1 light.dim", "hv1 light.switch" })]
    [InlineData(RunStopMode.Now, new string[0])]
    public async Task Taking_back_stops_between_steps_or_targets_or_at_once_and_is_gone_on_with(RunStopMode mode, string[] taken)
    {
        await _world.RunAsync(RunWorld.Simple, "hv1", "hv2");
        var light = Light("hv1", "light.dim");
        light.Sending = token =>
        {
            Stop(mode);
            return mode == RunStopMode.Now ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        };

        var records = await _world.UndoAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(taken, records.Select(record => $"{record.Target} {record.Step}"));
        Assert.Contains($"stopped on request ({mode}) while it was taken back: {4 - taken.Length} changes are left, and Undo-OpsRun r1 goes on", Assert.IsType<RunEnded>(_world.Store.Entries("r1")[^1]).Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Stopped, _world.State());
        Assert.False(_world.Store.Ledger.IsLockHeld("hypervisor:hv1"));

        light.Sending = null;
        await _world.UndoAsync();
        Assert.All(_world.House.Lights, one => Assert.Equal((false, 2), (one.IsOn, one.Applied)));
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task A_run_that_was_stopped_is_taken_back_whole()
    {
        Light("hv1", "light.switch").OnApply = () => Stop(RunStopMode.AfterStep);
        await _world.RunAsync(RunWorld.Simple, "hv1");
        Light("hv1", "light.switch").OnApply = null;

        await _world.UndoAsync();

        Assert.Equal(RunState.Undone, _world.State());
    }

    private Light Light(string target, string action) => _world.House.Light(target, action);

    private void Stop(RunStopMode mode) => _world.Store.RequestStop("r1", mode);

    private Task StopAndHangAsync(CancellationToken cancellationToken)
    {
        Stop(RunStopMode.Now);
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private sealed class EndObserver : IRunObserver
    {
        public List<RunState> Ends { get; } = [];

        public ValueTask OnRunEndedAsync(RunState state, string message, CancellationToken cancellationToken)
        {
            Ends.Add(state);
            return default;
        }
    }
}

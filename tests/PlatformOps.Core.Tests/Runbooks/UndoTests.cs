using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>Taking back what nobody had seen end.</summary>
public sealed class UndoTests : IDisposable
{
    private const string Two = RunWorld.Head + "  - change: light.switch\n  - change: light.dim\n";

    private static readonly StepKey Dim = new("hv1", "Phase", "light.dim");

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_person_says_has_happened_is_taken_back_whether_or_not_the_run_went_on(bool wentOn)
    {
        await _world.KilledAsync(_world.Request(Two, "hv1"), "hv1", "light.dim", happened: true);
        await _world.Runner.ResolveAsync("r1", Dim, StepDecision.Happened, "I looked", "alice", TestContext.Current.CancellationToken);
        if (wentOn)
            await _world.ResumeAsync();

        var records = await _world.UndoAsync();

        Assert.Equal([("light.dim", StepOutcome.Undone), ("light.switch", StepOutcome.Undone)], records.Select(record => (record.Step, record.Outcome)));
        Assert.All(_world.House.Lights, light => Assert.False(light.IsOn));
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task What_a_person_says_has_not_happened_is_not_taken_back()
    {
        await _world.KilledAsync(_world.Request(Two, "hv1"), "hv1", "light.dim");
        await _world.Runner.ResolveAsync("r1", Dim, StepDecision.NotHappened, "I looked", "alice", TestContext.Current.CancellationToken);

        Assert.Equal([("light.switch", StepOutcome.Undone)], (await _world.UndoAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Nothing_is_taken_back_across_what_a_later_run_destroyed_whatever_its_clock_says(int minutes)
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n", "hv1");
        _world.Time.Jump(TimeSpan.FromMinutes(minutes));
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.smash\n", "hv1") with { Identity = TestRun.Identity("r2") });
        _world.Time.Jump(TimeSpan.FromMinutes(-minutes));

        Assert.Equal(StepOutcome.Skipped, Assert.Single(await _world.UndoAsync()).Outcome);
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_in_doubt_is_looked_at_and_taken_back_where_it_happened(bool happened)
    {
        await _world.KilledAsync(_world.Request(Two, "hv1"), "hv1", "light.dim", happened);
        var plan = await _world.UndoAsync(new UndoOptions("alice") { PlanOnly = true });
        Assert.Equal(("light.dim", happened ? StepOutcome.Planned : StepOutcome.Unchanged), (plan[0].Step, plan[0].Outcome));

        await _world.UndoAsync();

        Assert.All(_world.House.Lights, light => Assert.False(light.IsOn));
        Assert.Equal(happened ? 2 : 0, _world.House.Light("hv1", "light.dim").Applied);
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task Nothing_is_taken_back_across_something_destructive_that_is_in_doubt()
    {
        await _world.KilledAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n  - change: light.smash\n", "hv1"), "hv1", "light.smash");

        var records = await _world.UndoAsync();

        Assert.Equal([("light.smash", StepOutcome.Skipped), ("light.switch", StepOutcome.Skipped)], records.Select(record => (record.Step, record.Outcome)));
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
        Assert.Equal(RunState.Stopped, _world.State());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Taking_back_that_was_cut_short_is_gone_on_with(bool happened)
    {
        await _world.RunAsync(Two, "hv1");
        await CutShortAsync(happened);

        Assert.Equal([("light.dim", StepOutcome.Undone), ("light.switch", StepOutcome.Undone)], (await _world.UndoAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.All(_world.House.Lights, light => Assert.Equal((false, 2), (light.IsOn, light.Applied)));
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task Taking_back_that_a_person_says_has_happened_is_taken_at_its_word_and_the_change_is_made_again()
    {
        await _world.RunAsync(_world.Phases([Two, RunWorld.Head + "  - check: test.check\n"], "hv1"));
        await CutShortAsync(happened: true);
        await _world.Runner.ResolveAsync("r1", Dim with { Phase = "P1" }, StepDecision.Happened, "it is off", "alice", TestContext.Current.CancellationToken);

        var records = await _world.ResumeAsync();

        Assert.Equal(StepOutcome.Done, records.Single(record => record.Step == "light.dim").Outcome);
        Assert.True(_world.House.Light("hv1", "light.dim").IsOn);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_was_done_for_a_batch_is_told_to_be_left_and_nobody_is_asked_for_a_machine_of_that_name()
    {
        _world.Identify = target => target.Name.StartsWith("hv", StringComparison.Ordinal) ? [] : throw new ObjectNotFoundException($"there is no {target.Name}");
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n  - change: test.batch\n", "hv1", "hv2") with { ThrottleLimit = 2 });

        var records = await _world.UndoAsync();

        Assert.Equal(("batch 1", StepOutcome.Skipped), Assert.Single(records.Where(record => record.Step == "test.batch").Select(record => (record.Target, record.Outcome))));
        Assert.Equal(2, records.Count(record => record is { Step: "light.switch", Outcome: StepOutcome.Undone }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_phase_had_answered_is_asked_again_once_something_of_it_was_taken_back(bool takesBack)
    {
        _world.House.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await _world.RunAsync(RunWorld.Head + "  - check: test.check\n    once: true\n  - change: light.switch\n  - wait: test.wait\n  - report: test.report\n  - change: light.dim\n", "hv1", "hv2");
        if (takesBack)
            await _world.UndoAsync(new UndoOptions("alice") { Target = "hv1" });

        // However often it is resumed before the phase has ended.
        await _world.ResumeAsync();
        foreach (var light in _world.House.Lights)
            light.IsBroken = false;
        var looks = 0;
        _world.Catalog.IsOver = target => target == "hv1" ? ++looks > 0 : throw new InvalidOperationException($"{target} was not taken back");
        if (takesBack)
            await _world.UndoAsync(new UndoOptions("alice") { Target = "hv1" });
        var records = await _world.ResumeAsync();

        Assert.Equal(takesBack ? ["test.check", "light.switch", "test.wait", "test.report", "light.dim"] : ["light.dim"], records.Where(record => record.Target == "hv1").Select(record => record.Step));
        Assert.Equal(["light.dim"], records.Where(record => record.Target == "hv2").Select(record => record.Step));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_was_armed_is_disarmed_and_nothing_is_taken_back_across_it_now_or_later()
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - change: light.arm\n  - change: light.dim\n", "hv1");

        Assert.Equal([("light.dim", StepOutcome.Undone), ("light.arm", StepOutcome.Undone), ("light.switch", StepOutcome.Skipped)], (await _world.UndoAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.Equal([("light.switch", StepOutcome.Skipped)], (await _world.UndoAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.False(_world.House.Light("hv1", "light.arm").IsOn);
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task Nothing_is_taken_back_across_what_a_later_run_armed()
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n", "hv1", "hv2");
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.arm\n", "hv1") with { Identity = TestRun.Identity("r2") });

        var records = await _world.UndoAsync();

        Assert.Equal([("hv1", StepOutcome.Skipped), ("hv2", StepOutcome.Undone)], records.Select(record => (record.Target, record.Outcome)));
        Assert.Contains("light.arm of run r2 came after it", records[0].Message, StringComparison.Ordinal);
        Assert.Equal((true, false), (_world.House.Light("hv1", "light.switch").IsOn, _world.House.Light("hv2", "light.switch").IsOn));
    }

    [Fact]
    public async Task What_an_earlier_run_armed_keeps_nothing_from_being_taken_back()
    {
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.arm\n", "hv1") with { Identity = TestRun.Identity("r0") });
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n", "hv1");

        Assert.Equal(StepOutcome.Undone, Assert.Single(await _world.UndoAsync()).Outcome);
    }

    [Fact]
    public async Task Disarming_that_was_cut_short_is_gone_on_with()
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.arm\n", "hv1");
        var light = _world.House.Light("hv1", "light.arm");
        light.OnApply = _world.Die;
        await _world.DiesAsync(() => _world.UndoAsync());
        light.OnApply = null;

        Assert.Equal(StepOutcome.Undone, Assert.Single(await _world.UndoAsync()).Outcome);
        Assert.False(light.IsOn);
    }

    [Fact]
    public async Task What_was_armed_is_disarmed_outside_the_change_window()
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.arm\n", "hv1");
        _world.Policy = _world.Policy with { ChangeWindows = [new ChangeWindow { Days = [DayOfWeek.Sunday] }] };

        Assert.Equal(StepOutcome.Undone, Assert.Single(await _world.UndoAsync()).Outcome);
    }

    [Fact]
    public async Task Disarming_is_not_taken_back_and_the_plan_says_so()
    {
        _world.House.Light("hv1", "light.arm").IsOn = true;
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - change: light.arm\n    with: { to: \"off\" }\n", "hv1");

        var plan = await _world.UndoAsync(new UndoOptions("alice") { PlanOnly = true });
        var records = await _world.UndoAsync();

        Assert.Equal([("light.arm", StepOutcome.Skipped), ("light.switch", StepOutcome.Planned)], plan.Select(record => (record.Step, record.Outcome)));
        Assert.Equal([("light.arm", StepOutcome.Skipped), ("light.switch", StepOutcome.Undone)], records.Select(record => (record.Step, record.Outcome)));
        Assert.Contains("left as it is: it was armed before", records[0].Message, StringComparison.Ordinal);
        Assert.Equal((false, 1), (_world.House.Light("hv1", "light.arm").IsOn, _world.House.Light("hv1", "light.arm").Applied));
        Assert.Equal(RunState.Stopped, _world.State());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("on-failure/light.dim")]
    public async Task What_a_failure_called_for_is_not_taken_back(string? step)
    {
        _world.House.Light("hv1", "light.dim").IsOn = true;
        _world.Catalog.Check = _ => CheckResult.Failed("no");
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - check: test.check\non-failure:\n  - change: light.dim\n    with: { to: \"off\" }\n", "hv1");

        var records = await _world.UndoAsync(new UndoOptions("alice") { Step = step });

        Assert.Equal(("on-failure/light.dim", StepOutcome.Skipped), (records[0].Step, records[0].Outcome));
        Assert.False(_world.House.Light("hv1", "light.dim").IsOn);
        Assert.Equal(step is null ? RunState.Undone : RunState.Stopped, _world.State());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_persons_run_is_neither_taken_back_nor_planned_to_be_without_taking_it_over(bool planOnly)
    {
        await _world.RunAsync(Two, "hv1");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _world.UndoAsync(new UndoOptions("bob") { PlanOnly = planOnly }));

        Assert.Contains("Run r1 is alice's", refused.Message, StringComparison.Ordinal);
        Assert.All(_world.House.Lights, light => Assert.True(light.IsOn));
        // It was not even taken.
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Another_persons_run_is_taken_back_once_it_is_taken_over_and_that_is_written_down()
    {
        await _world.RunAsync(Two, "hv1");

        await _world.UndoAsync(new UndoOptions("bob") { TakeOverReason = "alice is on leave" });

        Assert.All(_world.House.Lights, light => Assert.False(light.IsOn));
        var taken = Assert.Single(_world.Store.Entries("r1").OfType<TakenOver>());
        Assert.Equal(("bob", "alice is on leave"), (taken.Person, taken.Reason));
    }

    [Fact]
    public async Task What_is_decided_already_is_refused_without_taking_the_run()
    {
        await _world.KilledAsync(_world.Request(Two, "hv1"), "hv1", "light.dim");
        await _world.Runner.ResolveAsync("r1", Dim, StepDecision.NotHappened, "I looked", "alice", TestContext.Current.CancellationToken);
        var before = _world.Store.Entries("r1").Count;

        await Assert.ThrowsAsync<RefusedException>(() => _world.Runner.ResolveAsync("r1", Dim, StepDecision.Happened, "so did I", "bob", TestContext.Current.CancellationToken));

        Assert.Equal((before, RunState.Stopped), (_world.Store.Entries("r1").Count, _world.State()));
    }

    // The process that takes the run back dies at its first effect, the dimmer's.
    private async Task CutShortAsync(bool happened)
    {
        var light = _world.House.Light("hv1", "light.dim");
        if (happened)
            light.OnApplied = _world.Die;
        else
            light.OnApply = _world.Die;
        await _world.DiesAsync(() => _world.UndoAsync());
        (light.OnApply, light.OnApplied) = (null, null);
    }
}

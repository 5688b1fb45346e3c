using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class RunbookRunnerTests : IDisposable
{
    private const string Simple = """
        runbook: simple
        target: hypervisor
        steps:
          - check: test.check
          - change: light.switch
          - report: test.report
            with: { text: "${target.name}" }
          - change: light.dim
        on-failure:
          - report: test.report
            with: { text: failure }
        """;

    private const string Head = "runbook: r\ntarget: hypervisor\nsteps:\n";

    private const string PutBack = "on-failure:\n  - change: light.switch\n    with: { to: \"off\" }\n";

    private readonly Redactor _redactor = new();
    private readonly MemoryLedgerFiles _files = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvance = TimeSpan.FromSeconds(3) };
    private readonly TestCatalog _world = new();
    private readonly House _house = new();
    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("runs");
    private readonly RunStore _store;
    private readonly RecordingObserver _observer = new();
    private Func<ActionTarget, Dictionary<string, string>> _identify = _ => [];
    private TargetPolicy _policy = new() { Environment = "test" };

    public RunbookRunnerTests() => _store = new RunStore(_files, _logs.FullName, _time, _redactor.Clean);

    public void Dispose() => _logs.Delete(recursive: true);

    [Fact]
    public async Task Steps_run_in_their_order_and_stream_as_they_end()
    {
        var records = await RunAsync(Simple, "hv1.example.org");

        Assert.Equal(
            [("test.check", StepOutcome.Passed), ("light.switch", StepOutcome.Done), ("test.report", StepOutcome.Reported), ("light.dim", StepOutcome.Done)],
            records.Select(record => (record.Step, record.Outcome)));
        Assert.Equal("told hv1", records[2].Message);
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Theory]
    [InlineData(StepOutcome.Failed)]
    [InlineData(StepOutcome.Unknown)]
    public async Task A_check_that_does_not_pass_ends_its_target_alone(StepOutcome answer)
    {
        _world.Check = target => target == "hv2" ? new CheckResult(answer, "no answer") : CheckResult.Passed("fine");

        var records = await RunAsync(Simple, "hv1", "hv2", "hv3");

        Assert.Equal([("test.check", answer)], records.Where(record => record.Target == "hv2").Select(record => (record.Step, record.Outcome)));
        Assert.Equal(0, _house.Light("hv2", "light.switch").Applied);
        Assert.True(_house.Light("hv1", "light.dim").IsOn && _house.Light("hv3", "light.dim").IsOn);
        var run = _store.Describe("r1");
        Assert.Equal(RunState.Failed, run.State);
        Assert.Equal([RunState.Succeeded, RunState.Failed, RunState.Succeeded], run.Targets.Select(target => target.State));
    }

    [Fact]
    public async Task A_failure_of_on_failure_is_told_beside_the_failure()
    {
        _world.Check = _ => CheckResult.Failed("the disk is full");
        _world.ReportFault = _ => new ServiceException("jira", "jira is down", 503);

        var records = await RunAsync(Head + "  - change: light.switch\n  - check: test.check\non-failure:\n  - report: test.report\n", "hv1");

        Assert.Equal([StepOutcome.Done, StepOutcome.Failed, StepOutcome.Warning], records.Select(record => record.Outcome));
        Assert.Contains("the disk is full", Assert.Single(_store.Describe("r1").Targets).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_optional_step_is_a_warning()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.switch";
        var records = await RunAsync("runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n    optional: true\n  - change: light.dim\n", "hv1");

        Assert.Equal([StepOutcome.Warning, StepOutcome.Done], records.Select(record => record.Outcome));
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task No_more_targets_run_at_once_than_asked_for()
    {
        var (inside, three) = (new Peak(), new Rendezvous(3));
        var first = new[] { "hv1", "hv2", "hv3" };
        _house.OnMade = (target, action, light) => light.Sending = async _ =>
        {
            using var visit = inside.Enter();
            if (action == "light.switch" && first.Contains(target))
                await three.ArriveAsync();
            else
                await Task.Yield();
        };

        await RunAsync(Request(Simple, "hv1", "hv2", "hv3", "hv4", "hv5", "hv6", "hv7") with { ThrottleLimit = 3 });

        Assert.Equal(3, inside.Most);
    }

    [Fact]
    public async Task After_so_many_failures_no_further_target_is_begun()
    {
        _world.Check = _ => CheckResult.Failed("no");

        var records = await RunAsync(Request(Simple, "hv1", "hv2", "hv3", "hv4") with { MaxFailures = 2 });

        Assert.Equal(["hv1", "hv2"], records.Select(record => record.Target).Distinct());
        Assert.Equal(RunState.Failed, _store.Describe("r1").State);
    }

    [Fact]
    public async Task Too_many_targets_are_refused_before_anything_happens()
    {
        _policy = _policy with { Targets = new TargetRules { Max = 2 } };

        var refused = await Assert.ThrowsAsync<RefusedException>(() => RunAsync(Simple, "hv1", "hv2", "hv3"));

        Assert.Contains("3 targets are more than the 2", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_store.List());
    }

    [Theory]
    [InlineData("hv1", "protected")]
    [InlineData("other", "matches none of the patterns in targets.allow")]
    public async Task A_protected_or_foreign_target_is_refused_and_the_others_run(string target, string reason)
    {
        _policy = _policy with { Targets = new TargetRules { Protected = ["hv1*"], Allow = ["hv*"] } };

        var records = await RunAsync(Simple, target, "hv2");

        var refused = Assert.Single(records, record => record.Target == target);
        Assert.Equal(StepOutcome.Failed, refused.Outcome);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.True(_house.Light("hv2", "light.dim").IsOn);
    }

    [Fact]
    public async Task No_target_is_begun_outside_the_change_windows_nor_with_the_kill_switch_set()
    {
        _policy = _policy with { ChangeWindows = [new ChangeWindow { Days = [DayOfWeek.Sunday] }] };
        Assert.Equal([StepOutcome.Failed], (await RunAsync(Simple, "hv1")).Select(record => record.Outcome));

        new KillSwitch(new FileLedgerStore(_files, _logs.FullName, _time), _time).Set("bob", "stop");
        await Assert.ThrowsAsync<RefusedException>(() => RunAsync(Request(Simple, "hv1") with { Identity = TestRun.Identity("r2") }));
        Assert.Empty(_house.Lights);
    }

    [Fact]
    public async Task A_target_that_another_run_holds_is_refused_with_who_holds_it()
    {
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken);

        var records = await RunAsync(Simple, "hv1", "hv2");

        Assert.IsType<TargetLockedException>(records.First(record => record.Target == "hv1").Error);
        Assert.True(_house.Light("hv2", "light.dim").IsOn);
    }

    [Fact]
    public async Task A_condition_is_answered_by_facts_that_are_read_once_a_phase_and_recorded()
    {
        _world.Facts["gpu"] = "false";
        var records = await RunAsync(
            "runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n    when: \"${fact.gpu}\"\n  - change: light.dim\n    when: \"${fact.model} == lenovo\"\n  - report: test.report\n    when: \"${fact.model} != lenovo\"\n",
            "hv1");

        Assert.Equal([StepOutcome.Skipped, StepOutcome.Done, StepOutcome.Skipped], records.Select(record => record.Outcome));
        Assert.Equal(1, _world.FactReads);
        Assert.Equal("lenovo", Assert.Single(_store.Entries("r1").OfType<FactsRead>()).Facts["model"]);
    }

    [Fact]
    public async Task A_plan_reads_goes_on_past_a_failed_check_and_sends_no_write()
    {
        _world.Check = _ => CheckResult.Failed("not empty");

        var records = await CollectAsync(Runner().PlanAsync(Request(Simple, "hv1"), TestContext.Current.CancellationToken));

        Assert.Equal([StepOutcome.Failed, StepOutcome.Planned, StepOutcome.Planned, StepOutcome.Planned], records.Select(record => record.Outcome));
        Assert.Equal("would stop here: not empty", records[0].Message);
        Assert.Equal("[test] light.switch on hv1: off → on", records[1].Message);
        Assert.All(_house.Lights, light => Assert.Equal(0, light.Applied));
        Assert.Empty(_store.List());
    }

    [Fact]
    public async Task What_runs_once_for_a_batch_waits_for_those_who_are_left_and_runs_once()
    {
        _world.Check = target => target == "hv2" ? CheckResult.Failed("no") : CheckResult.Passed("fine");
        var records = await RunAsync(Request("runbook: r\ntarget: hypervisor\nsteps:\n  - check: test.check\n  - change: test.batch\n  - change: light.switch\n", "hv1", "hv2", "hv3") with { ThrottleLimit = 1 });

        Assert.Equal(["hv1", "hv3"], Assert.Single(_world.BatchCalls).Order());
        Assert.Equal(["hv1", "hv2", "hv3"], _store.Describe("r1").Targets.Select(target => target.Target));
        Assert.Equal(2, records.Count(record => record.Step == "test.batch"));
        Assert.True(_house.Light("hv1", "light.switch").IsOn && _house.Light("hv3", "light.switch").IsOn);
    }

    [Fact]
    public async Task Batches_come_one_after_another_and_wait_for_approval_where_asked()
    {
        var request = Request(Simple, "hv1", "hv2", "hv3") with { BatchSize = 2, ApproveBetweenBatches = true, ThrottleLimit = 2 };
        Assert.Equal(["hv1", "hv2"], (await RunAsync(request)).Select(record => record.Target).Distinct().Order());
        Assert.Equal(RunState.Waiting, _store.Describe("r1").State);
        Assert.Contains("hv3", _store.Describe("r1").WaitingFor, StringComparison.Ordinal);

        Assert.Empty(await ResumeAsync());
        Assert.Equal(["hv3"], (await ResumeAsync(new ResumeOptions("bob") { Approve = true })).Select(record => record.Target).Distinct());
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.Equal("bob", Assert.Single(_store.Entries("r1").OfType<Approval>()).Person);
    }

    [Fact]
    public async Task A_wait_that_does_not_come_true_in_time_leaves_the_run_waiting_and_resume_goes_on_behind_it()
    {
        _world.IsOver = _ => false;
        const string text = "runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n  - wait: test.wait\n  - change: light.dim\n";
        Assert.Equal(StepOutcome.Waiting, (await RunAsync(text, "hv1"))[^1].Outcome);
        Assert.Equal((RunState.Waiting, "hv1: for the sun"), (_store.Describe("r1").State, _store.Describe("r1").WaitingFor));

        _world.IsOver = _ => true;
        Assert.Equal(["test.wait", "light.dim"], (await ResumeAsync()).Select(record => record.Step));
        Assert.Equal(1, _house.Light("hv1", "light.switch").Applied);
    }

    [Fact]
    public async Task A_person_lets_a_run_go_on_past_an_approval()
    {
        const string text = "runbook: r\ntarget: hypervisor\nsteps:\n  - wait: run.approval\n    with: { ask: \"Is ${target.name} in its rack?\" }\n  - change: light.dim\n";
        Assert.Equal([StepOutcome.Waiting], (await RunAsync(text, "hv1")).Select(record => record.Outcome));
        Assert.Equal([StepOutcome.Waiting], (await ResumeAsync()).Select(record => record.Outcome));
        Assert.Equal([StepOutcome.Passed, StepOutcome.Done], (await ResumeAsync(new ResumeOptions("bob") { Approve = true })).Select(record => record.Outcome));
    }

    [Fact]
    public async Task Resume_looks_again_at_the_checks_of_the_phase_and_does_nothing_twice()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        Assert.Equal(StepOutcome.Failed, (await RunAsync(Simple, "hv1")).Single(record => record.Step == "light.dim").Outcome);
        _house.Light("hv1", "light.dim").IsBroken = false;

        var records = await ResumeAsync();

        Assert.Equal([("test.check", StepOutcome.Passed), ("light.dim", StepOutcome.Done)], records.Select(record => (record.Step, record.Outcome)));
        Assert.Equal(1, _house.Light("hv1", "light.switch").Applied);
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_run_tells_how_the_step_ended_that_a_target_failed_at()
    {
        _world.Check = target => target == "hv2" ? new CheckResult(StepOutcome.Unknown, "no answer") : CheckResult.Passed("fine");
        _house.OnMade = (target, action, light) => light.IsBroken = (target, action) is ("hv1", "light.dim") or ("hv3", "light.dim");
        await RunAsync(Simple, "hv1", "hv2", "hv3");
        _house.Light("hv1", "light.switch").IsOn = false;

        await ResumeAsync();

        Assert.Equal([StepOutcome.Drifted, StepOutcome.Unknown, StepOutcome.Failed], _store.Describe("r1").Targets.Select(target => target.Outcome!.Value));
    }

    [Fact]
    public async Task Resume_stops_where_an_earlier_change_no_longer_holds()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Simple, "hv1");
        _house.Light("hv1", "light.switch").IsOn = false;

        var records = await ResumeAsync();

        Assert.Equal(StepOutcome.Drifted, records.Single(record => record.Step == "light.switch").Outcome);
        Assert.DoesNotContain(records, record => record.Step == "light.dim");
        Assert.Equal(1, _house.Light("hv1", "light.switch").Applied);
    }

    [Fact]
    public async Task Resume_goes_on_with_the_runbook_the_run_began_with()
    {
        _files.CreateFolder("/x");
        _house.OnMade = (_, _, light) => light.OnApply = () => throw new ServiceException("light", "light: 503", 503);
        await RunAsync(Simple, "hv1");
        foreach (var light in _house.Lights)
            light.OnApply = null;
        _house.OnMade = null;

        // The session's own runbooks are not asked.
        Assert.Equal(["test.check", "light.switch", "test.report", "light.dim"], (await ResumeAsync()).Select(record => record.Step));
    }

    [Theory]
    [InlineData(RunStopMode.AfterStep, 1)]
    [InlineData(RunStopMode.AfterTarget, 2)]
    public async Task A_run_that_is_asked_to_stop_does_and_goes_on_when_resumed(RunStopMode mode, int applied)
    {
        _house.OnMade = (target, action, light) =>
        {
            if (target == "hv1" && action == "light.switch")
                light.OnApply = () => _store.RequestStop("r1", mode);
        };

        await RunAsync(Simple, "hv1", "hv2");
        Assert.Equal(applied, _house.Lights.Sum(light => light.Applied));
        Assert.Equal(RunState.Stopped, _store.Describe("r1").State);

        await ResumeAsync();
        Assert.Equal(4, _house.Lights.Sum(light => light.Applied));
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_consumer_that_leaves_cancels_the_run_and_it_can_be_resumed()
    {
        await foreach (var record in Runner().RunAsync(Request(Simple, "hv1", "hv2"), TestContext.Current.CancellationToken))
        {
            Assert.Equal("test.check", record.Step);
            break;
        }

        Assert.NotEqual(RunState.Running, _store.Describe("r1").State);
        await ResumeAsync();
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.Equal(4, _house.Lights.Sum(light => light.Applied));
    }

    [Fact]
    public async Task Killed_at_any_flush_the_resumed_run_ends_as_if_nothing_had_happened_and_does_nothing_twice()
    {
        // How many flushes an undisturbed run takes.
        await RunAsync(Simple, "hv1", "hv2");
        var flushes = _files.Flushes;
        Assert.InRange(flushes, 8, 40);

        for (var kill = 1; kill <= flushes; kill++)
        {
            foreach (var after in (bool[])[false, true])
                await KillAndResumeAsync(kill, after);
        }
    }

    [Fact]
    public async Task Undo_takes_changes_back_newest_first_and_not_across_something_destructive()
    {
        await RunAsync("runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n  - change: light.smash\n  - change: light.dim\n", "hv1");

        var records = await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken));

        Assert.Equal([("light.dim", StepOutcome.Undone), ("light.smash", StepOutcome.Skipped), ("light.switch", StepOutcome.Skipped)], records.Select(record => (record.Step, record.Outcome)));
        Assert.False(_house.Light("hv1", "light.dim").IsOn);
        Assert.True(_house.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task A_plan_of_taking_back_reads_live_and_leaves_no_trace()
    {
        await RunAsync("runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n  - change: light.dim\n", "hv1", "hv2");
        _house.Light("hv2", "light.switch").IsOn = false;
        var before = _store.Entries("r1").Count;

        var records = await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice") { PlanOnly = true }, TestContext.Current.CancellationToken));

        Assert.Equal([("hv1", "light.dim", StepOutcome.Planned), ("hv1", "light.switch", StepOutcome.Planned), ("hv2", "light.dim", StepOutcome.Planned), ("hv2", "light.switch", StepOutcome.Unchanged)], records.Select(record => (record.Target, record.Step, record.Outcome)));
        Assert.Equal(before, _store.Entries("r1").Count);
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.True(_house.Light("hv1", "light.dim").IsOn);
    }

    [Fact]
    public async Task A_run_that_was_taken_back_as_a_whole_is_undone()
    {
        await RunAsync(Simple, "hv1", "hv2");

        await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken));

        Assert.All(_house.Lights, light => Assert.False(light.IsOn));
        var run = _store.Describe("r1");
        Assert.Equal(RunState.Undone, run.State);
        Assert.All(run.Targets, target => Assert.Equal((RunState.Undone, "taken back by alice"), (target.State, target.Message)));
    }

    [Fact]
    public async Task A_run_that_was_taken_back_as_a_whole_is_not_gone_on_with()
    {
        await RunAsync(Simple, "hv1");
        await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken));
        var entries = _store.Entries("r1").Count;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ResumeAsync());

        Assert.Contains("taken back by alice", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Start a new run", refused.Message, StringComparison.Ordinal);
        Assert.Equal(entries, _store.Entries("r1").Count);
        Assert.Throws<RefusedException>(() => Runner().PlanResume("r1", new ResumeOptions("alice")));
    }

    [Fact]
    public async Task A_run_is_undone_when_the_last_of_its_targets_is()
    {
        await RunAsync(Simple, "hv1", "hv2");

        await UndoAsync("hv1");
        Assert.Equal((RunState.Stopped, RunState.Undone, RunState.Succeeded), States());
        await UndoAsync("hv2");
        Assert.Equal((RunState.Undone, RunState.Undone, RunState.Undone), States());

        Task UndoAsync(string target) => CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice") { Target = target }, TestContext.Current.CancellationToken));
        (RunState, RunState, RunState) States() => _store.Describe("r1") is var run ? (run.State, run.Targets[0].State, run.Targets[1].State) : default;
    }

    [Fact]
    public async Task A_target_that_keeps_a_change_or_may_keep_one_is_not_undone()
    {
        await RunAsync(Simple, "hv1");
        _house.Light("hv1", "light.switch").IsBroken = true;

        await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken));

        var run = _store.Describe("r1");
        Assert.Equal(RunState.Stopped, run.State);
        Assert.Equal((RunState.Stopped, "taken back but for light.switch"), (Assert.Single(run.Targets).State, run.Targets[0].Message));
    }

    [Fact]
    public async Task What_comes_before_StartAt_is_skipped_and_does_not_satisfy_the_guard_of_something_destructive()
    {
        const string text = "runbook: r\ntarget: hypervisor\nsteps:\n  - check: test.check\n  - change: light.switch\n  - change: light.smash\n";

        var records = await RunAsync(Request(text, "hv1") with { StartAt = "light.switch" });

        Assert.Equal([StepOutcome.Skipped, StepOutcome.Done, StepOutcome.Failed], records.Select(record => record.Outcome));
        Assert.Contains("test.check was skipped", records[2].Message, StringComparison.Ordinal);
        Assert.Equal(0, _house.Light("hv1", "light.smash").Applied);
    }

    [Fact]
    public async Task Observers_are_told_and_their_failures_do_not_break_the_run()
    {
        _observer.Fault = new InvalidOperationException("the ticket service is down");

        await RunAsync(Simple, "hv1");

        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        var phase = Assert.Single(_observer.Phases);
        Assert.True(phase.Succeeded);
        Assert.Equal(["test.check", "light.switch", "test.report", "light.dim"], phase.Steps.Select(step => step.Step));
        Assert.Contains("light.switch: Done: light.switch on hv1: off → on", await File.ReadAllTextAsync(phase.LogPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("times", "3", "no parameter 'times'")]
    [InlineData("count", "x", "a whole number, not 'x'")]
    [InlineData(null, null, "'count' has no default")]
    public async Task Inputs_are_checked_before_anything_happens(string? name, string? value, string message)
    {
        var request = Request("runbook: r\ntarget: hypervisor\nparameters:\n  count: { type: int }\nsteps:\n  - report: test.report\n    with: { text: \"${parameter.count}\" }\n", "hv1");
        if (name is not null)
            request = request with { Inputs = new Dictionary<string, string> { [name] = value! } };

        Assert.Contains(message, (await Assert.ThrowsAsync<RefusedException>(() => RunAsync(request))).Message, StringComparison.Ordinal);
        Assert.Empty(_store.List());
    }

    [Fact]
    public async Task StartAt_is_a_step_of_the_first_phase_and_skips_nothing_of_later_ones_when_resumed()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Two(Head + "  - report: test.report\n  - change: light.switch\n", Head + "  - change: light.dim\n", "hv1") with { StartAt = "light.switch" });
        _house.Light("hv1", "light.dim").IsBroken = false;

        Assert.Equal([("light.dim", StepOutcome.Done)], (await ResumeAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_plan_begins_at_StartAt_too()
        => Assert.Equal(["light.dim"], (await CollectAsync(Runner().PlanAsync(Request(Simple, "hv1") with { StartAt = "light.dim" }, TestContext.Current.CancellationToken))).Select(record => record.Step));

    [Fact]
    public async Task A_batch_does_not_wait_for_who_leaves_its_step_out()
    {
        var records = await RunAsync(Request(Head + "  - change: test.batch\n    when: \"${target.name} == hv2\"\n  - change: light.switch\n", "hv1", "hv2") with { ThrottleLimit = 2 });

        Assert.Equal(["hv2"], Assert.Single(_world.BatchCalls));
        Assert.Equal(2, records.Count(record => record is { Step: "light.switch", Outcome: StepOutcome.Done }));
    }

    [Fact]
    public async Task A_batch_that_is_resumed_does_not_wait_for_who_is_past_its_step()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        using (await _store.Ledger.TakeLockAsync("hypervisor:hv2", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken))
            await RunAsync(Two(Head + "  - change: test.batch\n", Head + "  - change: light.dim\n", "hv1", "hv2") with { ThrottleLimit = 2 });
        foreach (var light in _house.Lights)
            light.IsBroken = false;
        _house.OnMade = null;

        await ResumeAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task Cancelling_ends_a_target_that_waits_for_its_batch()
    {
        using var stop = new CancellationTokenSource();
        var waiting = new TaskCompletionSource();
        _world.Check = target =>
        {
            if (target == "hv1")
                return CheckResult.Passed("first");
            waiting.Task.Wait(Patience.Long);
            return CheckResult.Passed("late");
        };
        var request = Request(Head + "  - check: test.check\n  - change: test.batch\n", "hv1", "hv2") with { ThrottleLimit = 2 };
        Directory.CreateDirectory(_store.FolderOf("r1"));
        var run = CollectAsync(Runner().RunAsync(request, stop.Token));
        await stop.CancelAsync();
        waiting.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Patience.Long, TestContext.Current.CancellationToken));
        Assert.Empty(_world.BatchCalls);
    }

    [Fact]
    public async Task A_target_that_comes_late_to_its_batch_is_looked_at_by_the_batchs_effect()
    {
        _world.Check = target => target == "hv2" ? CheckResult.Failed("no") : CheckResult.Passed("fine");
        await RunAsync(Request(Head + "  - check: test.check\n  - change: test.batch\n", "hv1", "hv2") with { ThrottleLimit = 2 });
        _world.Check = _ => CheckResult.Passed("fine");
        _world.BatchCalls.Clear();

        await ResumeAsync();

        Assert.Equal(["hv2"], Assert.Single(_world.BatchCalls));
    }

    [Fact]
    public async Task On_failure_puts_back_what_an_earlier_process_began()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        var waits = Head + "  - change: light.switch\n  - wait: run.approval\n    with: { ask: go on? }\n  - change: light.dim\n" + PutBack;
        await RunAsync(waits, "hv1");
        _house.Light("hv1", "light.switch").IsOn = false;

        // Somebody turned it off: nothing is done in this process.
        var records = await ResumeAsync();

        Assert.Equal([("light.switch", StepOutcome.Drifted), ("on-failure/light.switch", StepOutcome.Unchanged)], records.Select(record => (record.Step, record.Outcome)));
    }

    [Fact]
    public async Task What_was_put_back_is_left_alone_by_an_attempt_that_is_refused()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Head + "  - check: test.check\n  - change: light.switch\n  - change: light.dim\n" + PutBack, "hv1");
        Assert.False(_house.Light("hv1", "light.switch").IsOn);
        // Another works on it now.
        _house.Light("hv1", "light.switch").IsOn = true;
        _world.Check = _ => CheckResult.Failed("it is another's");

        Assert.Equal(["test.check"], (await ResumeAsync()).Select(record => record.Step));
        Assert.True(_house.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task What_could_not_be_put_back_is_tried_again()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Head + "  - check: test.check\n  - change: light.switch\n  - change: light.dim\non-failure:\n  - change: light.dim\n", "hv1");
        _house.Light("hv1", "light.dim").IsBroken = false;
        _world.Check = _ => CheckResult.Failed("no");

        Assert.Equal([("test.check", StepOutcome.Failed), ("on-failure/light.dim", StepOutcome.Done)], (await ResumeAsync()).Select(record => (record.Step, record.Outcome)));
    }

    [Fact]
    public async Task An_effect_on_the_batch_is_each_members_to_put_back()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";

        var records = await RunAsync(Request(Head + "  - change: test.batch\n  - change: light.dim\non-failure:\n  - report: test.report\n", "hv1", "hv2") with { ThrottleLimit = 2 });

        Assert.Equal(["hv1", "hv2"], records.Where(record => record.Step == "on-failure/test.report").Select(record => record.Target).Order());
    }

    [Fact]
    public async Task What_on_failure_put_back_is_made_again()
    {
        _world.Check = _ => CheckResult.Failed("no");
        await RunAsync(Head + "  - change: light.switch\n  - check: test.check\non-failure:\n  - change: light.switch\n    with: { to: \"off\" }\n", "hv1");
        Assert.False(_house.Light("hv1", "light.switch").IsOn);
        _world.Check = _ => CheckResult.Passed("fine");

        await ResumeAsync();

        Assert.True(_house.Light("hv1", "light.switch").IsOn);
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_target_that_was_taken_back_is_changed_again_when_its_run_is_resumed()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Two(Head + "  - change: light.switch\n", Head + "  - change: light.dim\n", "hv1", "hv2"));
        await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice") { Target = "hv1" }, TestContext.Current.CancellationToken));
        Assert.False(_house.Light("hv1", "light.switch").IsOn);
        _house.Light("hv1", "light.dim").IsBroken = false;

        await ResumeAsync();

        Assert.True(_house.Light("hv1", "light.switch").IsOn && _house.Light("hv1", "light.dim").IsOn);
    }

    [Fact]
    public async Task Undo_of_one_step_does_not_cross_something_destructive_either()
    {
        await RunAsync(Head + "  - change: light.switch\n  - change: light.smash\n", "hv1");

        var records = await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice") { Step = "light.switch" }, TestContext.Current.CancellationToken));

        Assert.Equal([("light.switch", StepOutcome.Skipped)], records.Select(record => (record.Step, record.Outcome)));
        Assert.True(_house.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task Undo_stays_in_the_environment_of_the_run()
    {
        await RunAsync(Head + "  - change: light.switch\n", "hv1");
        _policy = _policy with { Environment = "prod" };

        await Assert.ThrowsAsync<RefusedException>(() => CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken)));
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_target_that_another_run_holds_does_not_keep_the_others_from_being_taken_back()
    {
        await RunAsync(Head + "  - change: light.switch\n", "hv1", "hv2");
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken);

        await CollectAsync(Runner().UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken));

        Assert.True(_house.Light("hv1", "light.switch").IsOn);
        Assert.False(_house.Light("hv2", "light.switch").IsOn);
        Assert.Equal(RunState.Stopped, _store.Describe("r1").State);
    }

    [Fact]
    public async Task A_name_is_one_target_whatever_its_case()
    {
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1.x.org", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken);

        Assert.IsType<TargetLockedException>(Assert.Single(await RunAsync(Simple, "HV1.x.org")).Error);
    }

    [Fact]
    public async Task Another_person_goes_on_with_a_run_only_by_taking_it_over()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Simple, "hv1");

        Assert.Contains("is alice's", (await Assert.ThrowsAsync<RefusedException>(() => ResumeAsync(new ResumeOptions("bob")))).Message, StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, _store.Describe("r1").State);

        _house.Light("hv1", "light.dim").IsBroken = false;
        await ResumeAsync(new ResumeOptions("bob") { TakeOverReason = "alice is on leave" });
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.Equal("bob", _store.History("r1").Owner);
    }

    [Fact]
    public async Task Taking_a_run_over_sends_nothing_again_that_carries_no_claim()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Head + "  - change: light.smash\n  - change: light.dim\n", "hv1");
        _house.Light("hv1", "light.smash").IsOn = false;

        var records = await ResumeAsync(new ResumeOptions("bob") { TakeOverReason = "alice is on leave" });

        Assert.Equal(StepOutcome.Drifted, Assert.Single(records).Outcome);
        Assert.Equal(1, _house.Light("hv1", "light.smash").Applied);
    }

    [Fact]
    public async Task A_target_that_was_begun_goes_on_outside_the_change_windows()
    {
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Simple, "hv1");
        _house.Light("hv1", "light.dim").IsBroken = false;
        _policy = _policy with { ChangeWindows = [new ChangeWindow { Days = [DayOfWeek.Sunday] }] };

        await ResumeAsync();

        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
    }

    [Theory]
    [InlineData("on", false)]
    [InlineData("off", true)]
    public async Task But_arms_nothing_then_while_it_disarms(string to, bool isMade)
    {
        _world.Check = _ => CheckResult.Failed("not yet");
        var text = Head + $"  - check: test.check\n  - change: light.arm\n    with: {{ to: \"{to}\" }}\n";
        await RunAsync(text, "hv1");
        _world.Check = _ => CheckResult.Passed("fine");
        _house.Light("hv1", "light.arm").IsOn = to == "off";
        _policy = _policy with { ChangeWindows = [new ChangeWindow { Days = [DayOfWeek.Sunday] }] };

        await ResumeAsync();

        Assert.Equal((false, isMade ? 1 : 0), (_house.Light("hv1", "light.arm").IsOn, _house.Light("hv1", "light.arm").Applied));
    }

    [Fact]
    public async Task What_a_failure_quotes_is_free_of_secrets_in_the_journal()
    {
        _redactor.Add("hunter2hunter2");
        _world.Check = _ => CheckResult.Failed("the server said: hunter2hunter2");

        await RunAsync(Simple, "hv1");

        var journal = System.Text.Encoding.UTF8.GetString(_files.TryRead(Path.Combine(_store.FolderOf("r1"), "journal"))!);
        Assert.Contains("the server said", journal, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", journal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_that_quotes_a_secret_itself_or_in_its_cause_gives_way_to_one_that_does_not(bool inCause)
    {
        _redactor.Add("hunter2hunter2");
        var cause = new RemoteHostException("hv1", "hv1 said: hunter2hunter2") { ExitStatus = 1 };
        _house.OnMade = (_, _, light) => light.OnApply = () => throw (inCause ? new ServiceException("light", "it broke", innerException: cause) : cause);

        var failed = Assert.Single(await RunAsync(Head + "  - change: light.switch\n", "hv1"));

        Assert.DoesNotContain("hunter2", $"{failed}{failed.Error}", StringComparison.Ordinal);
        Assert.Equal(inCause ? "it broke" : "hv1 said: ***", Assert.IsType<StepFailedException>(failed.Error).Message);
    }

    [Fact]
    public async Task A_guard_is_looked_at_again_immediately_before_the_effect_and_stops_it()
    {
        var looks = 0;
        _world.Check = _ => ++looks == 1 ? CheckResult.Passed("empty") : CheckResult.Unknown("nova does not answer");

        var records = await RunAsync(Head + "  - check: test.check\n  - change: light.smash\n    guard: [test.check]\n", "hv1");

        Assert.Equal([("test.check", StepOutcome.Passed), ("light.smash", StepOutcome.Failed)], records.Select(record => (record.Step, record.Outcome)));
        Assert.Contains("nova does not answer", records[1].Message, StringComparison.Ordinal);
        Assert.Equal(0, _house.Light("hv1", "light.smash").Applied);
        Assert.DoesNotContain(_store.Entries("r1"), entry => entry is Intent);
    }

    [Fact]
    public async Task What_is_there_already_needs_no_guard()
    {
        _house.OnMade = (_, _, light) => light.IsOn = true;
        _world.Check = _ => throw new InvalidOperationException("asked");

        var records = await RunAsync(Head + "  - change: light.smash\n    guard: [test.check]\n", "hv1");

        Assert.Equal(StepOutcome.Unchanged, Assert.Single(records).Outcome);
    }

    [Fact]
    public async Task A_guard_holds_for_every_target_of_a_batchs_effect_and_its_facts_are_read_anew()
    {
        _world.Check = target => target == "hv2" ? CheckResult.Failed("hv2 has servers") : CheckResult.Passed("empty");

        var records = await RunAsync(Request(Head + "  - change: test.batch\n    guard:\n      - check: test.check\n        with: { text: \"${fact.model}\" }\n", "hv1", "hv2") with { ThrottleLimit = 2 });

        Assert.Contains("hv2 has servers", Assert.Single(records, record => record.Outcome == StepOutcome.Failed).Message, StringComparison.Ordinal);
        Assert.Equal(["hv1"], Assert.Single(_world.BatchCalls));
        // Once for each target's step, anew for the proof up to the one that does not hold, and anew for the proof of the rest.
        Assert.InRange(_world.FactReads, 4, 5);
    }

    [Theory]
    [InlineData("  - check: test.check\n    guard: [test.check]\n", "guard: is for changes")]
    [InlineData("  - change: light.dim\n    guard: [test.chek]\n", "There is no check 'test.chek'. Did you mean 'test.check'?")]
    [InlineData("  - change: light.dim\n    guard: [light.dim]\n", "There is no check 'light.dim'.")]
    [InlineData("  - change: light.dim\n    guard: [{ check: test.check, with: { txt: a } }]\n", "txt")]
    public void A_wrong_guard_is_refused_with_its_place(string steps, string says)
        => Assert.Contains(says, Assert.Throws<RunbookException>(() => Reader().Read(Head + steps, "test.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Two_names_of_one_machine_are_one_target()
    {
        _identify = target => new() { ["nova"] = "hv1.x.org", ["netbox"] = "hv1" };
        using var held = await _store.Ledger.TakeLockAsync("hypervisor:hv1", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken);

        Assert.IsType<TargetLockedException>(Assert.Single(await RunAsync(Simple, "hv1.x.org")).Error);
    }

    [Fact]
    public async Task A_target_that_the_services_do_not_know_is_refused_before_anything_is_done_and_the_others_run()
    {
        _identify = target => target.Name == "hv1" ? throw new ObjectNotFoundException("no hv1 in Nova") : [];

        var records = await RunAsync(Simple, "hv1", "hv2");

        Assert.Equal("no hv1 in Nova", Assert.Single(records, record => record.Target == "hv1").Message);
        Assert.Equal(0, _house.Light("hv1", "light.switch").Observed);
        Assert.True(_house.Light("hv2", "light.switch").IsOn);
    }

    [Fact]
    public async Task A_target_that_is_called_otherwise_when_the_run_goes_on_is_refused()
    {
        _identify = target => new() { ["nova"] = "hv1.x.org" };
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Simple, "hv1");
        _house.Light("hv1", "light.dim").IsBroken = false;
        _identify = target => new() { ["nova"] = "hv1.y.org" };

        var records = await ResumeAsync();

        Assert.Contains("was 'hv1.x.org' to nova when the run began, and now it is 'hv1.y.org'", Assert.Single(records).Message, StringComparison.Ordinal);
        Assert.False(_house.Light("hv1", "light.dim").IsOn);
    }

    [Fact]
    public async Task What_an_earlier_run_left_in_doubt_stops_the_next_one_until_a_person_decides()
    {
        await KilledAsync("r1", "light.smash");

        var refused = Assert.Single(await RunAsync(Request(Simple, "hv1") with { Identity = TestRun.Identity("r2") }));
        Assert.Contains("Run r1 of alice was in the middle of Phase.light.smash on hv1 (off → on)", refused.Message, StringComparison.Ordinal);
        // A run that was refused in between does not make it forgotten.
        Assert.IsType<RefusedException>(Assert.Single(await RunAsync(Request(Simple, "hv1") with { Identity = TestRun.Identity("r3") })).Error);
        Assert.Equal(0, _house.Light("hv1", "light.switch").Applied);

        await Runner().ResolveAsync("r1", new StepKey("hv1", "Phase", "light.smash"), StepDecision.NotHappened, "looked", "alice", TestContext.Current.CancellationToken);
        await RunAsync(Request(Simple, "hv1") with { Identity = TestRun.Identity("r4") });
        Assert.Equal(RunState.Succeeded, _store.Describe("r4").State);
    }

    [Fact]
    public async Task What_an_earlier_run_left_open_and_looking_settles_stops_nothing()
    {
        await KilledAsync("r1", "light.switch");

        await RunAsync(Request(Simple, "hv1") with { Identity = TestRun.Identity("r2") });

        Assert.Equal(RunState.Succeeded, _store.Describe("r2").State);
    }

    [Fact]
    public async Task A_later_change_of_the_same_thing_that_was_under_way_is_no_drift_of_the_earlier_one()
    {
        _house.OnMade = (_, _, light) => light.OnApplied = () =>
        {
            if (light.IsOn)
                return;
            _files.BeforeOperation = (_, _) => throw new IOException("the process is dead");
            throw new TimeoutException();
        };
        await Assert.ThrowsAsync<LedgerException>(() => RunAsync(Two(Head + "  - change: light.switch\n", Head + "  - change: light.switch\n    with: { to: \"off\" }\n", "hv1")));
        _files.BeforeOperation = null;
        _house.Light("hv1", "light.switch").OnApplied = null;

        await ResumeAsync();

        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.False(_house.Light("hv1", "light.switch").IsOn);
        Assert.Equal(2, _house.Light("hv1", "light.switch").Applied);
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_with_the_next_phase()
    {
        _observer.Tells = true;
        _house.OnMade = (_, action, light) => light.FailObservations = action == "light.tell" ? 1 : 0;

        var records = await RunAsync(Two(Head + "  - change: light.switch\n", Head + "  - change: light.dim\n", "hv1"));

        Assert.Equal(
            [("P1", StepOutcome.Warning), ("P1", StepOutcome.Done), ("P2", StepOutcome.Unchanged)],
            records.Where(record => record.Step == "tell").Select(record => (record.Phase!, record.Outcome)));
        Assert.Equal(["hv1 P1 tell", "hv1 P1 tell", "hv1 P2 tell"], _observer.Begun);
    }

    [Fact]
    public async Task A_run_that_is_done_but_for_the_telling_is_resumed_only_to_tell()
    {
        _observer.Tells = true;
        _house.OnMade = (_, action, light) => light.FailObservations = action == "light.tell" ? 1 : 0;
        await RunAsync(Simple, "hv1");
        Assert.False(_house.Light("hv1", "light.tell").IsOn);
        // Others went on with the machine since: that is no drift of a run that was done.
        _house.Light("hv1", "light.switch").IsOn = false;

        var records = await ResumeAsync();

        Assert.Equal(("tell", StepOutcome.Done), records.Select(record => (record.Step, record.Outcome)).Single());
        Assert.Equal(RunState.Succeeded, _store.Describe("r1").State);
        Assert.Empty(await ResumeAsync());
    }

    [Fact]
    public async Task The_log_is_copied_to_where_the_run_was_asked_to_and_resume_goes_on_there()
    {
        var copy = Path.Combine(_logs.FullName, "list.2026_11_18_12_00");
        _house.OnMade = (_, action, light) => light.IsBroken = action == "light.dim";
        await RunAsync(Request(Simple, "hv1") with { LogPath = copy });
        Assert.Matches(@"(?m)^2026-11-18T12:\d\d:\d\d\.\d{3}Z hv1 light\.switch: Done", await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken));

        _house.Light("hv1", "light.dim").IsBroken = false;
        await ResumeAsync();

        Assert.Contains("hv1 light.dim: Done", await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(_store.FolderOf("r1"), "run.log"), TestContext.Current.CancellationToken), await File.ReadAllTextAsync(copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_fails_in_a_plan_behind_a_planned_change_is_said_to_hang_on_it()
    {
        _house.OnMade = (_, action, light) => light.FailObservations = action == "light.dim" ? 1 : 0;

        var plan = await CollectAsync(Runner().PlanAsync(Request(Simple, "hv1"), TestContext.Current.CancellationToken));

        Assert.StartsWith("cannot be told before the changes planned above: ", plan.Single(record => record.Step == "light.dim").Message, StringComparison.Ordinal);
    }

    // A run whose process died in the middle of an effect.
    private async Task KilledAsync(string runId, string action)
    {
        _house.OnMade = (_, made, light) => light.OnApply = made == action ? Die : null;
        await Assert.ThrowsAsync<LedgerException>(() => RunAsync(Request(Head + $"  - change: {action}\n", "hv1") with { Identity = TestRun.Identity(runId) }));
        _house.Light("hv1", action).OnApply = null;
        (_house.OnMade, _files.BeforeOperation) = (null, null);

        void Die()
        {
            _files.BeforeOperation = (_, _) => throw new IOException("the process is dead");
            throw new TimeoutException();
        }
    }

    private RunRequest Two(string one, string two, params string[] targets) => Request(one, targets) with
    {
        Phases = [new RunbookPhase("P1", Reader().Read(one, "1.yaml")), new RunbookPhase("P2", Reader().Read(two, "2.yaml"))],
    };

    private async Task KillAndResumeAsync(int kill, bool after)
    {
        var runId = $"k{kill}{after}";
        foreach (var light in _house.Lights)
            light.IsOn = false;
        var applied = _house.Lights.ToDictionary(light => light, light => light.Applied);
        var flushes = 0;
        var dead = false;
        _files.BeforeOperation = (operation, _) =>
        {
            if (dead)
                throw new IOException("the process is dead");
            if (operation == "flush" && ++flushes == kill && !after)
                Die();
            else if (operation == "append" && flushes == kill && after)
                Die();
        };
        try
        {
            await RunAsync(Request(Simple, "hv1", "hv2") with { Identity = TestRun.Identity(runId), ThrottleLimit = 2 });
        }
        catch (Exception e) when (e is LedgerException or IOException)
        {
        }

        _files.BeforeOperation = null;
        if (!dead)
            return;
        if (_files.TryRead(Path.Combine(_store.FolderOf(runId), "journal")) is null or [])
        {
            // Nothing was written: nothing happened.
            Assert.All(_house.Lights, light => Assert.Equal(applied[light], light.Applied));
            return;
        }

        await CollectAsync(Runner().ResumeAsync(runId, new ResumeOptions("alice"), TestContext.Current.CancellationToken));
        Assert.All(_house.Lights, light => Assert.True(light.IsOn));
        Assert.All(_house.Lights, light => Assert.Equal(applied[light] + 1, light.Applied));
        Assert.Equal(RunState.Succeeded, _store.Describe(runId).State);

        void Die()
        {
            dead = true;
            _files.Crash();
            throw new IOException("the process is dead");
        }
    }

    private RunbookReader Reader() => new(_world.Catalog, []);

    private RunbookRunner Runner() => new(
        new RunScope
        {
            Clients = new TestRun.OneClient(_house),
            Time = _time,
            Store = _store,
            Catalog = _world.Catalog,
            Policy = _policy,
            KillSwitch = new KillSwitch(new FileLedgerStore(_files, _logs.FullName, _time), _time),
            Redactor = _redactor,
            Identify = (target, _, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(_identify(target)),
            Observers = [_observer],
        },
        Reader());

    private RunRequest Request(string text, params string[] targets) => new()
    {
        Phases = [new RunbookPhase("Phase", Reader().Read(text, "test.yaml"))],
        Targets = [.. targets.Select(name => new ActionTarget("hypervisor", name))],
        Identity = TestRun.Identity(),
    };

    private Task<List<StepRecord>> RunAsync(string text, params string[] targets) => RunAsync(Request(text, targets));

    private Task<List<StepRecord>> RunAsync(RunRequest request)
    {
        Directory.CreateDirectory(_store.FolderOf(request.Identity.RunId));
        return CollectAsync(Runner().RunAsync(request, TestContext.Current.CancellationToken));
    }

    private Task<List<StepRecord>> ResumeAsync(ResumeOptions? options = null)
        => CollectAsync(Runner().ResumeAsync("r1", options ?? new ResumeOptions("alice"), TestContext.Current.CancellationToken));

    private static async Task<List<StepRecord>> CollectAsync(IAsyncEnumerable<StepRecord> stream)
    {
        var records = new List<StepRecord>();
        await foreach (var record in stream)
            records.Add(record);
        return records;
    }

    private sealed class RecordingObserver : IRunObserver
    {
        public Exception? Fault { get; set; }

        public List<PhaseReport> Phases { get; } = [];

        /// <summary>What was about to be told.</summary>
        public System.Collections.Concurrent.ConcurrentQueue<string> Begun { get; } = [];

        /// <summary>Tells of each phase by switching a light.</summary>
        public bool Tells { get; set; }

        public IEnumerable<Telling> TellingsOf(PhaseReport report)
            => Tells && report.IsEnded ? [new Telling("tell", new SwitchTargetLight("light.tell"), new SwitchTargetLight.Parameters())] : [];

        public ValueTask OnTellingStartedAsync(ActionTarget target, string phase, string name, CancellationToken cancellationToken)
        {
            Begun.Enqueue($"{target.Name} {phase} {name}");
            return default;
        }

        public ValueTask OnPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken)
        {
            lock (Phases)
                Phases.Add(report);
            return Fault is null ? default : throw Fault;
        }
    }
}

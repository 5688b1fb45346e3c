using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What another run has done since a run was interrupted is neither done nor told again when that is resumed, and whoever begins anew is told of it.</summary>
public sealed class LaterWorkTests : IDisposable
{
    private const string Switch = RunWorld.Head + "  - change: light.switch\n";
    private const string Dim = RunWorld.Head + "  - change: light.dim\n";
    private const string Enrol = RunWorld.Head + "  - change: test.enrol\n";

    private static readonly string[] Two = ["hv1", "hv2"];

    private readonly RunWorld _world = new();
    private readonly List<string> _told = [];

    public LaterWorkTests() => _world.Observers.Add(new Teller(_told));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_target_whose_phases_another_run_has_done_is_neither_worked_on_nor_told_again()
    {
        await _world.KilledAsync(_world.Phases([Switch, Dim], Two), "hv1", "light.switch");
        await _world.RunAsync(Later([Switch, Dim], "hv1"));
        // As after a further phase: what it had made is other now.
        _world.House.Light("hv1", "light.switch").IsOn = false;
        _told.Clear();

        var records = await _world.ResumeAsync();

        var skipped = records.Where(record => record.Target == "hv1").ToList();
        Assert.Equal([("P1", StepOutcome.Skipped), ("P2", StepOutcome.Skipped)], skipped.Select(record => (record.Phase!, record.Outcome)));
        Assert.All(skipped, record => Assert.Equal("done since by run r2: neither done again nor told again", record.Message));
        Assert.Equal(["hv2 P1", "hv2 P2"], _told);
        Assert.Equal((1, false), (_world.House.Light("hv1", "light.switch").Applied, _world.House.Light("hv1", "light.switch").IsOn));
        Assert.True(_world.House.Light("hv2", "light.dim").IsOn);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Only_the_phases_that_another_run_has_done_are_left_out()
    {
        await _world.KilledAsync(_world.Phases([Switch, Dim], "hv1"), "hv1", "light.switch");
        await _world.RunAsync(Later([Switch], "hv1"));

        var records = await _world.ResumeAsync();

        Assert.Equal([("P1", StepOutcome.Skipped), ("P2", StepOutcome.Done)], records.Select(record => (record.Phase!, record.Outcome)));
        Assert.Equal(["hv1 P1", "hv1 P2"], _told);
    }

    [Fact]
    public async Task What_was_done_since_is_known_whatever_the_clocks_of_the_machines_say()
    {
        var both = _world.Phases([Switch, Dim], "hv1");
        await _world.KilledAsync(both, "hv1", "light.dim");
        await WithClockBehindAsync(() => _world.RunAsync(both with { Phases = [both.Phases[1]], Identity = TestRun.Identity("r2") }));

        var records = await _world.ResumeAsync();

        Assert.Equal(("P2", StepOutcome.Skipped, "done since by run r2: neither done again nor told again"), records.Select(record => (record.Phase!, record.Outcome, record.Message)).Single());
    }

    [Fact]
    public async Task What_another_run_changed_since_is_no_drift_whatever_the_clocks_of_the_machines_say()
    {
        const string DimAndOff = Dim + "  - change: light.switch\n    with: { to: \"off\" }\n";
        var request = _world.Phases([Switch, DimAndOff, Enrol], "hv1");
        await _world.KilledAsync(request, "hv1", "light.dim");
        await WithClockBehindAsync(() => _world.RunAsync(Later([Switch, DimAndOff], "hv1") with { Phases = [request.Phases[1]] }));

        Assert.Equal([("P2", StepOutcome.Skipped), ("P3", StepOutcome.Done)], (await _world.ResumeAsync()).Select(record => (record.Phase!, record.Outcome)));
    }

    [Fact]
    public async Task What_another_run_changed_in_a_phase_that_is_left_out_is_no_drift_of_what_came_before()
    {
        const string DimAndOff = Dim + "  - change: light.switch\n    with: { to: \"off\" }\n";
        var request = _world.Phases([Switch, DimAndOff, Enrol], "hv1");
        await _world.KilledAsync(request, "hv1", "light.dim");
        await _world.RunAsync(Later([Switch, DimAndOff], "hv1") with { Phases = [request.Phases[1]] });

        var records = await _world.ResumeAsync();

        Assert.Equal([("P2", StepOutcome.Skipped), ("P3", StepOutcome.Done)], records.Select(record => (record.Phase!, record.Outcome)));
        Assert.False(_world.House.Light("hv1", "light.switch").IsOn);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_a_person_changed_is_drift_whatever_phases_are_left_out()
    {
        var request = _world.Phases([Switch, Dim, Enrol], "hv1");
        await _world.KilledAsync(request, "hv1", "light.dim");
        await _world.RunAsync(Later([Switch, Dim], "hv1") with { Phases = [request.Phases[1]] });
        _world.House.Light("hv1", "light.switch").IsOn = false;

        Assert.Equal([("light.switch", StepOutcome.Drifted)], (await _world.ResumeAsync()).Select(record => (record.Step, record.Outcome)));
        Assert.Empty(_world.Catalog.Enrolled);
    }

    [Theory]
    [InlineData("in this run")]
    [InlineData("in the other run")]
    [InlineData("whatever runs they are done in")]
    public async Task Who_is_beyond_the_phase_that_would_be_next_is_left_out_and_not_told(string order)
    {
        var phases = _world.Phases([RunWorld.Head + "  - check: test.check\n  - change: light.smash\n", Dim], "hv1").Phases;
        if (order == "whatever runs they are done in")
            _world.PhaseOrder = ["P1", "P2"];
        _world.Catalog.Check = _ => CheckResult.Failed("no");
        await _world.RunAsync(_world.Request(Dim, Two) with { Phases = order == "in this run" ? phases : [phases[0]] });
        _world.Catalog.Check = _ => CheckResult.Passed("yes");
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        // Not the same work: only what it is called.
        var other = new RunbookPhase("P1", _world.Reader.Read(Switch, "other.yaml"));
        await _world.RunAsync(Later([Dim], "hv1") with { Phases = order == "in the other run" ? [other, phases[1]] : [phases[1]] });
        _world.House.Light("hv1", "light.dim").IsOn = false;
        _told.Clear();

        var records = await _world.ResumeAsync();

        var left = Assert.Single(records, record => record.Target == "hv1");
        Assert.Equal(("P1", StepOutcome.Skipped, "left out: P2, which comes after P1, was done by run r2 since. A new run does P1 again"), (left.Phase, left.Outcome, left.Message));
        Assert.False(_world.House.Light("hv1", "light.smash").IsOn);
        Assert.False(_world.House.Light("hv1", "light.dim").IsOn);
        Assert.True(_world.House.Light("hv2", "light.smash").IsOn);
        Assert.All(_told, told => Assert.StartsWith("hv2 ", told, StringComparison.Ordinal));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_another_run_did_before_this_one_came_to_the_phase_before_it_is_done_again()
    {
        var request = _world.Phases([Switch, Dim], Two) with { ThrottleLimit = 1 };
        _world.House.Light("hv1", "light.switch").OnApply = () => _world.RunAsync(Later([Dim], "hv2") with { Phases = [request.Phases[1]] }).GetAwaiter().GetResult();
        await _world.KilledAsync(request, "hv2", "light.switch");
        Assert.True(_world.House.Light("hv2", "light.dim").IsOn);
        _world.House.Light("hv2", "light.dim").IsOn = false;

        var records = await _world.ResumeAsync();

        Assert.Equal([("P1", StepOutcome.Done), ("P2", StepOutcome.Done)], records.Where(record => record.Target == "hv2").Select(record => (record.Phase!, record.Outcome)));
    }

    [Fact]
    public async Task Who_is_come_back_to_only_to_tell_what_could_not_be_told_is_not_worked_on()
    {
        _world.Observers.Add(new LightTeller());
        var tell = _world.House.Light("hv1", "light.tell");
        tell.IsBroken = true;
        var request = _world.Phases([Switch, Dim], "hv1");
        await _world.KilledAsync(request, "hv1", "light.dim");
        await _world.RunAsync(Later([Dim], "hv1") with { Phases = [request.Phases[1]] });
        await _world.ResumeAsync();
        Assert.Equal(RunState.Succeeded, _world.State());
        (tell.IsBroken, _world.House.Light("hv1", "light.dim").IsOn) = (false, false);

        var records = await _world.ResumeAsync();

        Assert.Equal([("P1", "tell", StepOutcome.Done)], records.Select(record => (record.Phase!, record.Step, record.Outcome)));
        Assert.False(_world.House.Light("hv1", "light.dim").IsOn);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task The_others_of_a_batch_do_not_wait_for_it()
    {
        await _world.KilledAsync(_world.Phases([Switch, Enrol], Two) with { ThrottleLimit = 1 }, "hv1", "light.switch");
        await _world.RunAsync(Later([Switch, Enrol], "hv1"));

        await _world.ResumeAsync();

        Assert.Equal(["hv1", "hv2"], _world.Catalog.Enrolled.Order());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Theory]
    [InlineData("another runbook")]
    [InlineData("other values")]
    [InlineData("a part")]
    [InlineData("failed")]
    [InlineData("before")]
    [InlineData("taken back")]
    [InlineData("elsewhere")]
    public async Task What_is_not_the_same_work_done_since_is_done(string what)
    {
        const string Given = "runbook: r\ntarget: hypervisor\nparameters:\n  why: { default: work }\nsteps:\n  - check: test.check\n  - change: light.switch\n";
        var request = _world.Phases([Given], "hv1");
        var later = Later([what == "another runbook" ? Given + "  - change: light.dim\n" : Given], "hv1");
        switch (what)
        {
            case "other values":
                later = later with { Inputs = new Dictionary<string, string> { ["why"] = "fun" } };
                break;
            case "a part":
                later = later with { StartAt = "light.switch" };
                break;
            case "elsewhere":
                later = later with { Identity = later.Identity with { Environment = "prod" } };
                break;
        }

        if (what == "before")
            await _world.RunAsync(later);
        _world.House.Light("hv1", "light.switch").IsOn = false;
        await _world.KilledAsync(request, "hv1", "light.switch");
        if (what == "failed")
            _world.Catalog.Check = _ => CheckResult.Failed("no");
        if (what != "before")
            await _world.RunAsync(later);
        if (what == "taken back")
            await RunWorld.CollectAsync(_world.Runner.UndoAsync("r2", new UndoOptions("alice"), TestContext.Current.CancellationToken));
        _world.Catalog.Check = _ => CheckResult.Passed("fine");

        var records = await _world.ResumeAsync();

        Assert.DoesNotContain(records, record => record.Outcome == StepOutcome.Skipped);
        Assert.Contains(records, record => record.Step == "light.switch");
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task Whoever_begins_anew_is_told_of_each_interrupted_run_once_until_its_work_is_done()
    {
        await _world.KilledAsync(_world.Phases([Switch], Two), "hv1", "light.switch");
        await _world.KilledAsync(_world.Phases([Switch, Dim], Two) with { Identity = TestRun.Identity("r2") }, "hv1", "light.switch");

        Assert.Equal(
            [
                "Run r2 was interrupted and has not done with hv1, hv2: Resume-OpsRun r2 goes on with it; this begins anew.",
                "Run r1 was interrupted and has not done with hv1, hv2: Resume-OpsRun r1 goes on with it; this begins anew.",
            ],
            _world.Runner.WarningsBefore(_world.Phases([Switch], "hv1", "hv2", "hv3")));
        Assert.Empty(_world.Runner.WarningsBefore(_world.Phases([Switch], "hv3")));

        await _world.RunAsync(Later([Switch], Two) with { Identity = TestRun.Identity("r3") });
        Assert.StartsWith("Run r2 was interrupted", Assert.Single(_world.Runner.WarningsBefore(_world.Phases([Switch], Two))), StringComparison.Ordinal);
        await _world.ResumeAsync(runId: "r2");
        Assert.Empty(_world.Runner.WarningsBefore(_world.Phases([Switch], Two)));
    }

    [Fact]
    public async Task Whoever_begins_anew_is_not_told_of_a_run_that_others_are_beyond()
    {
        await _world.KilledAsync(_world.Phases([Switch], "hv1"), "hv1", "light.switch");
        Assert.Single(_world.Runner.WarningsBefore(_world.Phases([Switch], "hv1")));
        _world.PhaseOrder = ["P1", "P2"];
        await _world.RunAsync(Later([Switch, Dim], "hv1") with { Phases = [_world.Phases([Switch, Dim]).Phases[1]] });

        Assert.Empty(_world.Runner.WarningsBefore(_world.Phases([Switch], "hv1")));
    }

    private async Task WithClockBehindAsync(Func<Task> run)
    {
        _world.Time.Jump(TimeSpan.FromMinutes(-5));
        await run();
        _world.Time.Jump(TimeSpan.FromMinutes(5));
    }

    private RunRequest Later(IReadOnlyList<string> texts, params string[] targets) => _world.Phases(texts, targets) with { Identity = TestRun.Identity("r2") };

    /// <summary>Tells of each phase by a light.</summary>
    private sealed class LightTeller : IRunObserver
    {
        public IEnumerable<Telling> TellingsOf(PhaseReport report) => report.IsEnded ? [new Telling("tell", new SwitchTargetLight("light.tell"), new SwitchTargetLight.Parameters())] : [];
    }

    /// <summary>Keeps which phases were told.</summary>
    private sealed class Teller(List<string> told) : IRunObserver
    {
        public ValueTask OnPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken)
        {
            lock (told)
                told.Add($"{report.Target.Name} {report.Phase}");
            return default;
        }
    }
}

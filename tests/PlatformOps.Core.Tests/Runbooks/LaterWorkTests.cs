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

    private RunRequest Later(IReadOnlyList<string> texts, params string[] targets) => _world.Phases(texts, targets) with { Identity = TestRun.Identity("r2") };

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

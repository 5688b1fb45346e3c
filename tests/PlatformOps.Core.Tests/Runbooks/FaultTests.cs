using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A fault of our own on one target is that target's: it is told, and the others go on.</summary>
public sealed class FaultTests : IDisposable
{
    private const string All = RunWorld.Head + "  - check: test.check\n  - change: light.switch\n  - wait: test.wait\n  - report: test.report\n  - change: light.dim\n    when: \"${fact.gpu}\"\n";

    private readonly RunWorld _world = new();
    private Exception _fault = new InvalidOperationException("a fault of ours");

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("identify", "run.begin")]
    [InlineData("check", "test.check")]
    [InlineData("observe", "light.switch")]
    [InlineData("apply", "light.switch")]
    [InlineData("wait", "test.wait")]
    [InlineData("report", "test.report")]
    [InlineData("facts", "light.dim")]
    public async Task It_fails_its_target_alone(string place, string step)
    {
        Break(place);

        var records = await _world.RunAsync(All, "hv1", "hv2");

        var failed = Assert.Single(records, record => record is { Target: "hv1", Outcome: StepOutcome.Failed });
        Assert.Equal(step, failed.Step);
        Assert.Contains("InvalidOperationException: a fault of ours", failed.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(failed.Error);
        Assert.Equal([RunState.Failed, RunState.Succeeded], _world.Store.Describe("r1").Targets.Select(target => target.State));
        Assert.True(_world.House.Light("hv2", "light.dim").IsOn);

        Mend();
        await _world.ResumeAsync();
        Assert.Equal(RunState.Succeeded, _world.State());
        Assert.All(_world.House.Lights, light => Assert.Equal((true, 1), (light.IsOn, light.Applied)));
    }

    [Theory]
    [InlineData("identify", "run.begin")]
    [InlineData("check", "test.check")]
    [InlineData("observe", "light.switch")]
    [InlineData("apply", "light.switch")]
    [InlineData("wait", "test.wait")]
    [InlineData("report", "test.report")]
    [InlineData("facts", "light.dim")]
    public async Task A_cancellation_that_nobody_asked_for_is_its_targets_own(string place, string step)
    {
        _fault = new TaskCanceledException("a time-out inside");
        Break(place);

        var records = await _world.RunAsync(All, "hv1", "hv2");

        Assert.Equal(step, Assert.Single(records, record => record is { Target: "hv1", Outcome: StepOutcome.Failed }).Step);
        Assert.Equal([RunState.Failed, RunState.Succeeded], _world.Store.Describe("r1").Targets.Select(target => target.State));
        Assert.Equal(RunState.Failed, _world.State());
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_keeps_no_other_target_from_being_taken_back()
    {
        await _world.RunAsync(All, "hv1", "hv2");
        _fault = new TaskCanceledException("a time-out inside");
        Break("observe");

        await _world.UndoAsync();

        Assert.False(_world.House.Light("hv2", "light.switch").IsOn);
        Assert.Equal(RunState.Stopped, _world.State());
    }

    [Theory]
    [InlineData("identify", "run.begin", StepOutcome.Failed)]
    [InlineData("observe", "light.switch", StepOutcome.Unknown)]
    public async Task In_a_plan_it_is_told_of_its_target_alone(string place, string step, StepOutcome outcome)
    {
        Break(place);

        var plan = await RunWorld.CollectAsync(_world.Runner.PlanAsync(_world.Request(All, "hv1", "hv2"), TestContext.Current.CancellationToken));

        Assert.Contains("a fault of ours", plan.Single(record => (record.Target, record.Step, record.Outcome) == ("hv1", step, outcome)).Message, StringComparison.Ordinal);
        Assert.Equal(5, plan.Count(record => record is { Target: "hv2", Outcome: StepOutcome.Planned or StepOutcome.Passed }));
    }

    [Theory]
    [InlineData("identify")]
    [InlineData("observe")]
    [InlineData("apply")]
    public async Task It_keeps_no_other_target_from_being_taken_back(string place)
    {
        await _world.RunAsync(All, "hv1", "hv2");
        Break(place);

        var records = await _world.UndoAsync();

        Assert.Contains("InvalidOperationException: a fault of ours", Assert.Single(records, record => record is { Target: "hv1", Outcome: StepOutcome.Failed, Error: not null }).Message, StringComparison.Ordinal);
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
        Assert.False(_world.House.Light("hv2", "light.switch").IsOn);
        Assert.Equal(RunState.Stopped, _world.State());

        Mend();
        await _world.UndoAsync(new UndoOptions("alice"));
        Assert.All(_world.House.Lights, light => Assert.False(light.IsOn));
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task In_on_failure_it_is_told_beside_the_failure()
    {
        _world.Catalog.Check = _ => CheckResult.Failed("the disk is full");
        Break("report");

        var records = await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - check: test.check\non-failure:\n  - report: test.report\n  - change: light.dim\n", "hv1");

        Assert.Equal(
            [("light.switch", StepOutcome.Done), ("test.check", StepOutcome.Failed), ("on-failure/test.report", StepOutcome.Failed), ("on-failure/light.dim", StepOutcome.Done)],
            records.Select(record => (record.Step, record.Outcome)));
        Assert.Contains("the disk is full", Assert.Single(_world.Store.Describe("r1").Targets).Message, StringComparison.Ordinal);
    }

    private void Break(string place)
    {
        switch (place)
        {
            case "identify":
                _world.Identify = target => target.Name == "hv1" ? throw Fault() : [];
                break;
            case "check":
                _world.Catalog.Check = target => target == "hv1" ? throw Fault() : CheckResult.Passed("fine");
                break;
            case "observe":
                _world.House.Light("hv1", "light.switch").OnObserve = () => throw Fault();
                break;
            case "apply":
                _world.House.Light("hv1", "light.switch").OnApply = () => throw Fault();
                break;
            case "wait":
                _world.Catalog.IsOver = target => target == "hv1" ? throw Fault() : true;
                break;
            case "report":
                _world.Catalog.ReportFault = target => target == "hv1" ? Fault() : null;
                break;
            case "facts":
                _world.Catalog.FactFault = target => target == "hv1" ? Fault() : null;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(place), place, null);
        }

        Exception Fault() => _fault;
    }

    private void Mend()
    {
        _world.Identify = _ => [];
        _world.Catalog.Check = _ => CheckResult.Passed("fine");
        (_world.Catalog.IsOver, _world.Catalog.ReportFault, _world.Catalog.FactFault) = (_ => true, _ => null, _ => null);
        foreach (var light in _world.House.Lights)
            (light.OnObserve, light.OnApply) = (null, null);
    }
}

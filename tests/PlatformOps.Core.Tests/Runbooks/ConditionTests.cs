using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A condition that held when an effect was begun and does not when the run is gone on with: what may have happened is not stepped over.</summary>
public sealed class ConditionTests : IDisposable
{
    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("light.smash")]
    [InlineData("light.dim")]
    public async Task What_is_seen_to_have_happened_is_done(string action)
    {
        await KilledAsync(action, happened: true);

        var records = await _world.ResumeAsync();

        Assert.Equal([(action, StepOutcome.Done), ("light.switch", StepOutcome.Done)], Ends(records));
        Assert.Equal((RunState.Succeeded, 1), (_world.State(), _world.House.Light("hv1", action).Applied));
    }

    [Fact]
    public async Task What_is_seen_not_to_have_happened_is_left_out()
    {
        await KilledAsync("light.dim", happened: false);

        var records = await _world.ResumeAsync();

        Assert.Equal([("light.dim", StepOutcome.Skipped), ("light.switch", StepOutcome.Done)], Ends(records));
        Assert.Contains("skipped: gpu is false", records[0].Message, StringComparison.Ordinal);
        Assert.Equal((RunState.Succeeded, 0), (_world.State(), _world.House.Light("hv1", "light.dim").Applied));
        // No former work for the next run to ask about.
        Assert.False(_world.Store.History("r1").Target("hv1").Steps[0].IsOpen);
    }

    [Fact]
    public async Task What_nobody_can_tell_stops_the_target_until_a_person_decides()
    {
        await KilledAsync("light.smash", happened: false);

        for (var process = 0; process < 2; process++)
        {
            Assert.Equal([("light.smash", StepOutcome.Unknown)], Ends(await _world.ResumeAsync()));
            Assert.Equal((RunState.Failed, StepOutcome.Unknown), _world.Store.Describe("r1").Targets.Select(target => (target.State, target.Outcome!.Value)).Single());
        }

        await _world.Runner.ResolveAsync("r1", Key("light.smash"), StepDecision.NotHappened, "I looked", "alice", TestContext.Current.CancellationToken);
        Assert.Equal([("light.smash", StepOutcome.Skipped), ("light.switch", StepOutcome.Done)], Ends(await _world.ResumeAsync()));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_cannot_be_looked_at_any_more_is_in_doubt()
    {
        await KilledAsync("light.dim", happened: true);
        _world.House.Light("hv1", "light.dim").OnObserve = () => throw new RefusedException("there is no light any more");

        var record = Assert.Single(await _world.ResumeAsync());

        Assert.Equal(StepOutcome.Unknown, record.Outcome);
        Assert.Contains("there is no light any more", record.Message, StringComparison.Ordinal);
        Assert.True(_world.Store.History("r1").Target("hv1").Steps[0].IsOpen);
    }

    [Fact]
    public async Task What_a_person_skipped_is_an_omission_and_none_by_condition()
    {
        await KilledAsync("light.dim", happened: false, behind: "light.smash");
        await _world.Runner.ResolveAsync("r1", Key("light.dim"), StepDecision.Skipped, "no dimmer there", "alice", TestContext.Current.CancellationToken);

        for (var process = 0; process < 2; process++)
        {
            Assert.Contains("light.dim was skipped", (await _world.ResumeAsync())[^1].Message, StringComparison.Ordinal);
            Assert.Equal(0, _world.House.Light("hv1", "light.smash").Applied);
        }
    }

    [Fact]
    public async Task Taking_back_that_was_cut_short_is_not_stepped_over_either()
    {
        _world.Catalog.IsOver = _ => false;
        await _world.RunAsync(RunWorld.Head + "  - change: light.dim\n    when: \"${fact.gpu}\"\n  - wait: test.wait\n", "hv1");
        _world.House.Light("hv1", "light.dim").OnApply = _world.Die;
        await _world.DiesAsync(() => _world.UndoAsync());
        _world.House.Light("hv1", "light.dim").OnApply = null;
        _world.Catalog.Facts["gpu"] = "false";

        Assert.Equal([("light.dim", StepOutcome.Unknown)], Ends(await _world.ResumeAsync()));
    }

    [Theory]
    [InlineData(nameof(ProbeAnswer.Happened), StepOutcome.Done)]
    [InlineData(nameof(ProbeAnswer.NotHappened), StepOutcome.Skipped)]
    [InlineData(nameof(ProbeAnswer.Undecidable), StepOutcome.Unknown)]
    public async Task What_was_begun_for_a_batch_is_not_stepped_over_by_its_members(string became, StepOutcome outcome)
    {
        _world.Catalog.OnConfigure = _world.Die;
        await _world.DiesAsync(() => _world.RunAsync(_world.Request(RunWorld.Head + "  - change: test.configure\n    when: \"${fact.gpu}\"\n  - change: light.switch\n", "hv1", "hv2") with { ThrottleLimit = 2 }));
        _world.Catalog.OnConfigure = null;
        _world.Catalog.Traces[_world.Catalog.Traces.Keys.Single()] = Enum.Parse<ProbeAnswer>(became);
        _world.Catalog.Facts["gpu"] = "false";

        var records = await _world.ResumeAsync();

        Assert.Equal([outcome, outcome], records.Where(record => record.Step == "test.configure").Select(record => record.Outcome));
        Assert.Single(_world.Catalog.Configured);
        Assert.All(_world.House.Lights, light => Assert.Equal(outcome != StepOutcome.Unknown, light.IsOn));
        Assert.Equal(outcome == StepOutcome.Unknown ? RunState.Failed : RunState.Succeeded, _world.State());
    }

    private static StepKey Key(string action) => new("hv1", "Phase", action);

    private static IEnumerable<(string, StepOutcome)> Ends(IEnumerable<StepRecord> records) => records.Select(record => (record.Step, record.Outcome));

    private async Task KilledAsync(string action, bool happened, string behind = "light.switch")
    {
        await _world.KilledAsync(_world.Request(RunWorld.Head + $"  - change: {action}\n    when: \"${{fact.gpu}}\"\n  - change: {behind}\n", "hv1"), "hv1", action, happened);
        _world.Catalog.Facts["gpu"] = "false";
    }
}

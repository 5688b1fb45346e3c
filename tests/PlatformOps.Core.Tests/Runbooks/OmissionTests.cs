using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What was left out, in whatever phase and however long ago, keeps something destructive from being done.</summary>
public sealed class OmissionTests : IDisposable
{
    private const string Smash = RunWorld.Head + "  - change: light.smash\n";

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_check_that_StartAt_passed_over_in_an_earlier_phase()
    {
        await _world.RunAsync(_world.Phases([RunWorld.Head + "  - check: test.check\n  - change: light.switch\n", Smash], "hv1") with { StartAt = "light.switch" });

        await AssertRefusedAsync("test.check");
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task A_change_that_a_person_skipped_in_an_earlier_phase()
    {
        // Dimming is in doubt; a person says to go on without it.
        await _world.KilledAsync(_world.Phases([RunWorld.Head + "  - change: light.dim\n", Smash], "hv1"), "hv1", "light.dim");
        await _world.Runner.ResolveAsync("r1", new StepKey("hv1", "P1", "light.dim"), StepDecision.Skipped, "no dimmer there", "alice", TestContext.Current.CancellationToken);

        Assert.Equal(StepOutcome.Skipped, (await _world.ResumeAsync()).Single(record => record.Step == "light.dim").Outcome);

        await AssertRefusedAsync("light.dim");
    }

    [Fact]
    public async Task Of_any_target_that_the_effect_is_for()
    {
        await _world.KilledAsync(_world.Phases([RunWorld.Head + "  - change: light.dim\n", RunWorld.Head + "  - change: test.batch-smash\n"], "hv1", "hv2"), "hv2", "light.dim");
        await _world.Runner.ResolveAsync("r1", new StepKey("hv2", "P1", "light.dim"), StepDecision.Skipped, "no dimmer there", "alice", TestContext.Current.CancellationToken);

        var records = await _world.ResumeAsync();

        Assert.Equal(["hv1", "hv2"], records.Where(record => record is { Step: "test.batch-smash", Outcome: StepOutcome.Failed }).Select(record => record.Target).Order());
        Assert.Empty(_world.Catalog.BatchCalls);
    }

    [Theory]
    [InlineData("on", false)]
    [InlineData("off", true)]
    public async Task What_arms_something_is_held_to_it_and_what_disarms_the_same_is_not(string to, bool isMade)
    {
        var light = _world.House.Light("hv1", "light.arm");
        light.IsOn = to == "off";

        await _world.RunAsync(_world.Request(RunWorld.Head + $"  - check: test.check\n  - change: light.arm\n    with: {{ to: \"{to}\" }}\n", "hv1") with { StartAt = "light.arm" });

        Assert.Equal((false, isMade ? 1 : 0), (light.IsOn, light.Applied));
        Assert.Equal(isMade ? RunState.Succeeded : RunState.Failed, _world.State());
    }

    [Fact]
    public async Task A_step_of_the_batch_that_a_person_skipped_for_each_of_its_members()
    {
        await _world.CutEnrolmentAsync(_world.Phases([RunWorld.Head + "  - change: test.enrol\n", Smash], "hv1", "hv2"));
        await _world.Runner.ResolveAsync("r1", new StepKey("batch 1", "P1", "test.enrol"), StepDecision.Skipped, "the list is no matter", "alice", TestContext.Current.CancellationToken);

        await _world.ResumeAsync();

        foreach (var member in (string[])["hv1", "hv2"])
        {
            Assert.Contains("test.enrol was skipped", _world.Store.History("r1").Target(member).Find(new StepKey(member, "P2", "light.smash"))!.Result!.Message, StringComparison.Ordinal);
            Assert.Equal(0, _world.House.Light(member, "light.smash").Applied);
        }
    }

    [Fact]
    public async Task But_what_was_left_out_behind_it_does_not_undo_its_being_done()
    {
        await _world.KilledAsync(_world.Request(RunWorld.Head + "  - change: light.smash\n  - change: light.dim\n", "hv1"), "hv1", "light.dim");
        await _world.Runner.ResolveAsync("r1", new StepKey("hv1", "Phase", "light.dim"), StepDecision.Skipped, "no dimmer there", "alice", TestContext.Current.CancellationToken);

        await _world.ResumeAsync();
        await _world.ResumeAsync();

        Assert.Equal((RunState.Succeeded, 1), (_world.State(), _world.House.Light("hv1", "light.smash").Applied));
    }

    [Fact]
    public async Task But_not_a_taking_back_that_a_person_left_out()
    {
        _world.Catalog.IsOver = _ => false;
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - wait: test.wait\n  - change: light.smash\n", "hv1");
        _world.House.Light("hv1", "light.switch").OnApply = _world.Die;
        await _world.DiesAsync(() => _world.UndoAsync());
        _world.House.Light("hv1", "light.switch").OnApply = null;
        await _world.Runner.ResolveAsync("r1", new StepKey("hv1", "Phase", "light.switch"), StepDecision.Skipped, "let it be on", "alice", TestContext.Current.CancellationToken);
        _world.Catalog.IsOver = _ => true;

        await _world.ResumeAsync();

        Assert.Equal((RunState.Succeeded, 1), (_world.State(), _world.House.Light("hv1", "light.smash").Applied));
    }

    [Fact]
    public async Task But_not_what_a_condition_left_out()
    {
        _world.Catalog.Facts["gpu"] = "false";

        await _world.RunAsync(_world.Phases([RunWorld.Head + "  - check: test.check\n    when: \"${fact.gpu}\"\n  - report: test.report\n", Smash], "hv1"));

        Assert.True(_world.House.Light("hv1", "light.smash").IsOn);
    }

    // Now, and however often the run is resumed.
    private async Task AssertRefusedAsync(string omitted)
    {
        for (var process = 0; process < 2; process++)
        {
            var end = _world.Store.History("r1").Target("hv1").Find(new StepKey("hv1", "P2", "light.smash"))!.Result!;
            Assert.Equal(StepOutcome.Failed, end.Outcome);
            Assert.Contains($"is destructive, and {omitted} was skipped", end.Message, StringComparison.Ordinal);
            Assert.Equal(0, _world.House.Light("hv1", "light.smash").Applied);
            await _world.ResumeAsync();
        }
    }
}

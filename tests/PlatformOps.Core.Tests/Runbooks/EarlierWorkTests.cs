using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What a target has behind it is looked at again when its run is gone on with: what was made, and what was found made.</summary>
public sealed class EarlierWorkTests : IDisposable
{
    private const string Dim = RunWorld.Head + "  - change: light.dim\n";

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public async Task What_was_found_in_place_and_is_so_no_more_has_drifted(string to, bool isOn)
    {
        Switch.IsOn = isOn;
        await KilledBehindAsync(RunWorld.Head + $"  - change: light.switch\n    with: {{ to: \"{to}\" }}\n");
        Assert.Equal(0, Switch.Applied);
        Switch.IsOn = !isOn;

        var records = await _world.ResumeAsync();

        Assert.Equal([("light.switch", StepOutcome.Drifted)], Ends(records));
        Assert.Equal(0, Switch.Applied);
        Assert.False(_world.House.Light("hv1", "light.dim").IsOn);
    }

    [Fact]
    public async Task What_was_found_in_place_and_still_is_is_gone_on_from()
    {
        Switch.IsOn = true;
        await KilledBehindAsync(RunWorld.Head + "  - change: light.switch\n");

        Assert.Equal([("light.dim", StepOutcome.Done)], Ends(await _world.ResumeAsync()));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_was_found_otherwise_later_as_it_was_wanted_then_is_no_drift()
    {
        Switch.IsOn = true;
        _world.Catalog.Check = _ =>
        {
            // A person is faster.
            Switch.IsOn = false;
            return CheckResult.Passed("fine");
        };
        await _world.KilledAsync(
            _world.Phases([RunWorld.Head + "  - change: light.switch\n  - check: test.check\n", RunWorld.Head + "  - change: light.switch\n    with: { to: \"off\" }\n", Dim], "hv1"), "hv1", "light.dim");

        Assert.Equal([("light.dim", StepOutcome.Done)], Ends(await _world.ResumeAsync()));
        Assert.Equal((RunState.Succeeded, 0), (_world.State(), Switch.Applied));
    }

    [Fact]
    public async Task What_was_found_in_place_is_not_taken_back()
    {
        Switch.IsOn = true;
        await _world.RunAsync(_world.Phases([RunWorld.Head + "  - change: light.switch\n", Dim], "hv1"));

        Assert.Equal([("light.dim", StepOutcome.Undone)], Ends(await _world.UndoAsync()));
        Assert.True(Switch.IsOn);
        Assert.Equal(RunState.Undone, _world.State());
    }

    [Fact]
    public async Task What_was_done_for_the_batch_drifts_for_each_of_its_targets()
    {
        // Whichever gets there first.
        var other = _world.House.Light("hv2", "light.dim");
        other.OnApply = _world.Die;
        await _world.KilledAsync(_world.Phases([RunWorld.Head + "  - change: test.batch\n", Dim], "hv1", "hv2") with { ThrottleLimit = 2 }, "hv1", "light.dim");
        other.OnApply = null;
        _world.Catalog.BatchCalls.Clear();

        var records = await _world.ResumeAsync();

        Assert.Equal([("hv1", StepOutcome.Drifted), ("hv2", StepOutcome.Drifted)], records.Select(record => (record.Target, record.Outcome)).Order());
        Assert.Empty(_world.Catalog.BatchCalls);
    }

    private Light Switch => _world.House.Light("hv1", "light.switch");

    private static IEnumerable<(string, StepOutcome)> Ends(IEnumerable<StepRecord> records) => records.Select(record => (record.Step, record.Outcome));

    // The process dies in the phase behind it.
    private Task KilledBehindAsync(string first) => _world.KilledAsync(_world.Phases([first, Dim], "hv1"), "hv1", "light.dim");
}

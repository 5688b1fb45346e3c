using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What is done once for a batch is a part of what each of its targets has behind it, and of no other's.</summary>
public sealed class BatchTests : IDisposable
{
    private const string Enrol = RunWorld.Head + "  - change: test.enrol\n  - change: light.switch\n";

    private static readonly StepKey Enrolment = new(StepKey.OfBatch(1), "Phase", "test.enrol");

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_is_in_doubt_is_told_of_each_target_it_was_begun_for()
    {
        await _world.WithoutAsync("hv3", () => _world.CutEnrolmentAsync(_world.Request(Enrol, "hv1", "hv2", "hv3")));

        var targets = _world.Store.Describe("r1").Targets;

        Assert.All(targets.Take(2), target => Assert.Equal((RunState.Interrupted, StepOutcome.Unknown, "test.enrol", "failed or in doubt: test.enrol"), (target.State, target.Outcome, target.Step, target.Message)));
    }

    [Fact]
    public async Task Abandoned_it_ends_each_of_its_targets()
    {
        await _world.CutEnrolmentAsync(_world.Request(Enrol, "hv1", "hv2"));
        await _world.Runner.ResolveAsync("r1", Enrolment, StepDecision.Abandon, "the rack is gone", "alice");

        Assert.Empty(await _world.ResumeAsync());
        Assert.All(_world.Store.Describe("r1").Targets, target => Assert.Equal((RunState.Failed, "abandoned by alice: the rack is gone"), (target.State, target.Message)));
        Assert.Equal(RunState.Failed, _world.State());
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A person lets a run go on past what it waits for, and past nothing else.</summary>
public sealed class ApprovalTests : IDisposable
{
    private const string TwoWaits = RunWorld.Head + "  - wait: run.approval\n    name: first\n    with: { ask: Racked? }\n  - change: light.switch\n  - wait: run.approval\n    name: second\n    with: { ask: Cabled? }\n  - change: light.dim\n";

    private readonly RunWorld _world = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Approving_where_nothing_waits_is_a_warning_and_approves_nothing()
    {
        _world.House.OnMade = (_, action, light) => light.IsBroken = action == "light.switch";
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - wait: run.approval\n    with: { ask: Racked? }\n", "hv1");
        _world.House.Light("hv1", "light.switch").IsBroken = false;

        var records = await ApproveAsync("alice");

        Assert.Equal("Run r1 waits for nobody's approval: nothing was approved.", Assert.Single(_warnings));
        // What it comes to wait for now was not approved by that.
        Assert.Equal(StepOutcome.Waiting, records[^1].Outcome);
        Assert.Empty(Approvals());
    }

    [Fact]
    public async Task Approving_where_nothing_waits_does_not_let_another_go_on_with_a_run()
    {
        _world.House.OnMade = (_, action, light) => light.IsBroken = action == "light.switch";
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - wait: run.approval\n    with: { ask: Racked? }\n", "hv1");
        var applied = _world.House.Light("hv1", "light.switch").Applied;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ApproveAsync("bob"));

        Assert.Contains("Run r1 is alice's, and waits for nobody's approval.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(applied, _world.House.Light("hv1", "light.switch").Applied);
    }

    [Fact]
    public async Task Each_wait_needs_its_own_approval()
    {
        await _world.RunAsync(TwoWaits, "hv1");

        Assert.Equal([("first", StepOutcome.Passed), ("light.switch", StepOutcome.Done), ("second", StepOutcome.Waiting)], Ends(await ApproveAsync()));
        Assert.Equal([("second", StepOutcome.Waiting)], Ends(await _world.ResumeAsync()));
        Assert.Equal([("second", StepOutcome.Passed), ("light.dim", StepOutcome.Done)], Ends(await ApproveAsync()));
        Assert.Equal([("hv1/Phase/first", "bob"), ("hv1/Phase/second", "bob")], Approvals());
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task All_that_wait_are_approved_together_and_who_comes_later_is_not()
    {
        using (await _world.Store.Ledger.TakeLockAsync("hypervisor:hv3", new LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken))
            await _world.RunAsync(_world.Request(RunWorld.Head + "  - wait: run.approval\n    with: { ask: Racked? }\n  - change: light.switch\n", "hv1", "hv2", "hv3") with { ThrottleLimit = 3 });

        var records = await ApproveAsync();

        Assert.Equal(["hv1", "hv2"], records.Where(record => record.Step == "light.switch").Select(record => record.Target).Order());
        Assert.Equal(StepOutcome.Waiting, Assert.Single(records, record => record.Target == "hv3").Outcome);
        Assert.Equal(["hv1/Phase/run.approval", "hv2/Phase/run.approval"], Approvals().Select(approval => approval.Key).Order());
    }

    [Fact]
    public async Task Each_batch_needs_its_own_approval()
    {
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n", "hv1", "hv2", "hv3") with { BatchSize = 1, ApproveBetweenBatches = true });

        Assert.Equal(["hv2"], (await ApproveAsync()).Select(record => record.Target));
        Assert.Empty(await _world.ResumeAsync());
        Assert.Equal(["hv3"], (await ApproveAsync()).Select(record => record.Target));
        Assert.Equal([("batch 2", "bob"), ("batch 3", "bob")], Approvals());
    }

    // hv1 is done; what is left of the run waits with its batch.
    [Fact]
    public async Task Who_waits_for_a_person_is_told_of_each_target()
    {
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n  - wait: run.approval\n    with: { ask: Racked? }\n", "hv1", "hv2", "hv3") with { BatchSize = 1, ApproveBetweenBatches = true });
        Assert.Equal(["hv1"], Awaiting());

        await ApproveAsync();
        Assert.Equal(["hv2", "hv3"], Awaiting());

        await ApproveAsync();
        Assert.Equal(["hv2"], Awaiting());

        IEnumerable<string> Awaiting() => _world.Store.Describe("r1").Targets.Where(target => target.AwaitsApproval).Select(target => target.Target);
    }

    [Fact]
    public async Task An_approval_holds_when_the_process_dies_before_it_was_used()
    {
        await _world.RunAsync(RunWorld.Head + "  - wait: run.approval\n    with: { ask: Racked? }\n  - change: light.switch\n", "hv1");
        // The approval is the second durable record of that process: dead before anything else.
        var flushes = 0;
        _world.Files.BeforeOperation = (operation, _) =>
        {
            if (flushes == 2 || (operation == "flush" && ++flushes > 2))
                throw new IOException("the process is dead");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => ApproveAsync());
        _world.Files.BeforeOperation = null;
        _world.Files.Crash();
        Assert.Equal([("hv1/Phase/run.approval", "bob")], Approvals());

        Assert.Equal([("run.approval", StepOutcome.Passed), ("light.switch", StepOutcome.Done)], Ends(await _world.ResumeAsync()));
    }

    [Fact]
    public async Task A_run_that_was_stopped_while_it_waited_for_a_person_can_be_approved()
    {
        _world.House.Light("hv1", "light.switch").OnApply = () => _world.Store.RequestStop("r1", RunStopMode.AfterTarget);
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n  - wait: run.approval\n    with: { ask: Racked? }\n  - change: light.dim\n", "hv1", "hv2");
        Assert.Equal(RunState.Stopped, _world.State());

        Assert.Contains(("light.dim", StepOutcome.Done), Ends(await ApproveAsync()));
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task What_was_approved_before_its_phase_was_taken_back_is_asked_again()
    {
        await _world.RunAsync(TwoWaits, "hv1", "hv2");
        await ApproveAsync();
        await _world.UndoAsync(new UndoOptions("alice") { Target = "hv1" });

        // hv2 waits; what hv1 had come to wait for is of what is no more.
        var records = await ApproveAsync();

        Assert.Equal([("first", StepOutcome.Waiting)], Ends(records.Where(record => record.Target == "hv1")));
        Assert.Equal([("second", StepOutcome.Passed), ("light.dim", StepOutcome.Done)], Ends(records.Where(record => record.Target == "hv2")));
        Assert.DoesNotContain(("hv1/Phase/second", "bob"), Approvals());

        Assert.Equal([("first", StepOutcome.Passed), ("light.switch", StepOutcome.Done), ("second", StepOutcome.Waiting)], Ends(await ApproveAsync()));
        Assert.Equal([("second", StepOutcome.Passed), ("light.dim", StepOutcome.Done)], Ends(await ApproveAsync()));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_waits_in_a_phase_that_is_taken_back_waits_for_nobody()
    {
        await _world.RunAsync(TwoWaits, "hv1", "hv2");
        await ApproveAsync();
        foreach (var target in (string[])["hv1", "hv2"])
            await _world.UndoAsync(new UndoOptions("alice") { Target = target, Step = "light.switch" });

        Assert.Empty(_world.Store.History("r1").Pending);
    }

    [Fact]
    public async Task A_batch_of_which_something_was_taken_back_needs_its_approval_again()
    {
        await _world.RunAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n", "hv1", "hv2") with { BatchSize = 1, ApproveBetweenBatches = true });
        await ApproveAsync();
        await _world.UndoAsync(new UndoOptions("alice") { Target = "hv2" });

        Assert.Empty(await _world.ResumeAsync());
        Assert.Equal(RunState.Waiting, _world.State());
        Assert.Equal([("light.switch", StepOutcome.Done)], Ends(await ApproveAsync()));
    }

    private static IEnumerable<(string, StepOutcome)> Ends(IEnumerable<StepRecord> records) => records.Select(record => (record.Step, record.Outcome));

    private Task<List<StepRecord>> ApproveAsync(string person = "bob") => _world.ResumeAsync(new ResumeOptions(person) { Approve = true, OnWarning = _warnings.Add });

    private IEnumerable<(string Key, string Person)> Approvals() => _world.Store.Entries("r1").OfType<Approval>().Select(approval => (approval.Key, approval.Person));
}

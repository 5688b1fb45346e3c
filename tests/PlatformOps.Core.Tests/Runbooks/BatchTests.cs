using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What is done once for a batch is a part of what each of its targets has behind it, and of no other's.</summary>
public sealed class BatchTests : IDisposable
{
    private const string Enrol = RunWorld.Head + "  - change: test.enrol\n  - change: light.switch\n";

    private static readonly StepKey Enrolment = new(StepKey.OfBatch(1), "Phase", "test.enrol");

    private static readonly StepKey Configuration = Enrolment with { Step = "test.configure" };

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_an_effect_was_to_be_traced_by_is_removed_by_the_next_process_where_the_first_died_with_its_result_written()
    {
        _world.Catalog.OnForget = _world.Die;
        await _world.DiesAsync(() => _world.RunAsync(_world.Request(RunWorld.Head + "  - change: test.configure\n  - change: light.switch\n", "hv1", "hv2") with { ThrottleLimit = 2 }));
        _world.Catalog.OnForget = null;
        Assert.Single(_world.Catalog.Traces);

        await _world.ResumeAsync();

        Assert.Empty(_world.Catalog.Traces);
        Assert.Single(_world.Catalog.Configured);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_is_in_doubt_is_told_of_each_target_it_was_begun_for()
    {
        await _world.WithoutAsync("hv3", () => _world.CutEnrolmentAsync(_world.Request(Enrol, "hv1", "hv2", "hv3")));

        var targets = _world.Store.Describe("r1").Targets;

        Assert.All(targets.Take(2), target => Assert.Equal((RunState.Interrupted, "test.enrol", "interrupted; Resume-OpsRun r1 looks what became of test.enrol"), (target.State, target.Step, target.Message)));
    }

    [Fact]
    public async Task Abandoned_it_ends_each_of_its_targets()
    {
        await _world.CutEnrolmentAsync(_world.Request(Enrol, "hv1", "hv2"));
        await _world.Runner.ResolveAsync("r1", Enrolment, StepDecision.Abandon, "the rack is gone", "alice", TestContext.Current.CancellationToken);

        Assert.Empty(await _world.ResumeAsync());
        Assert.All(_world.Store.Describe("r1").Targets, target => Assert.Equal((RunState.Failed, "abandoned by alice: the rack is gone"), (target.State, target.Message)));
        Assert.Equal(RunState.Failed, _world.State());
    }

    [Fact]
    public async Task Who_comes_late_to_what_was_found_done_has_it_done_by_itself()
    {
        await CutConfigurationAsync();

        var records = await _world.ResumeAsync();

        Assert.Equal(["hv1, hv2", "hv3"], Configured());
        Assert.All(records.Where(record => record is { Step: "test.configure", Target: not "hv3" }), record => Assert.Contains("found done after an interruption", record.Message, StringComparison.Ordinal));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Theory]
    [InlineData(StepDecision.Happened, StepOutcome.Done)]
    [InlineData(StepDecision.Skipped, StepOutcome.Skipped)]
    public async Task What_a_person_says_of_it_is_said_of_those_it_was_begun_for(StepDecision decision, StepOutcome outcome)
    {
        await CutConfigurationAsync(ProbeAnswer.Undecidable);
        await _world.Runner.ResolveAsync("r1", Configuration, decision, "I looked", "alice", TestContext.Current.CancellationToken);

        var records = await _world.ResumeAsync();

        Assert.Equal(["hv1, hv2", "hv3"], Configured());
        Assert.Equal([("hv1", outcome), ("hv2", outcome), ("hv3", StepOutcome.Done)], EndsOf(records, "test.configure"));
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Their_doubt_stops_nobody_who_came_late()
    {
        await CutConfigurationAsync(ProbeAnswer.Undecidable);

        var records = await _world.ResumeAsync();

        Assert.Equal([("hv1", StepOutcome.Unknown), ("hv2", StepOutcome.Unknown), ("hv3", StepOutcome.Done)], EndsOf(records, "test.configure"));
        Assert.Equal(["hv1, hv2", "hv3"], Configured());

        await _world.Runner.ResolveAsync("r1", Configuration, StepDecision.NotHappened, "I looked", "alice", TestContext.Current.CancellationToken);
        await _world.ResumeAsync();
        Assert.Equal(["hv1, hv2", "hv3", "hv1, hv2"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task What_did_not_happen_is_done_once_for_all_who_are_there()
    {
        await CutConfigurationAsync(ProbeAnswer.NotHappened);

        await _world.ResumeAsync();

        Assert.Equal(["hv1, hv2", "hv1, hv2, hv3"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Who_does_not_come_again_has_it_done_when_it_does()
    {
        await CutConfigurationAsync(ProbeAnswer.NotHappened, absent: null);

        await _world.WithoutAsync("hv3", () => _world.ResumeAsync());
        Assert.Equal(["hv1, hv2, hv3", "hv1, hv2"], Configured());

        await _world.ResumeAsync();
        Assert.Equal(["hv1, hv2, hv3", "hv1, hv2", "hv3"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Who_does_not_come_again_has_it_done_with_it_where_it_is_found_done()
    {
        await CutConfigurationAsync(absent: null);

        await _world.WithoutAsync("hv3", () => _world.ResumeAsync());
        await _world.ResumeAsync();

        Assert.Equal(["hv1, hv2, hv3"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Nothing_is_done_twice_for_those_who_failed_behind_it_when_another_comes_late()
    {
        _world.House.OnMade = (_, action, light) => light.IsBroken = action == "light.switch";
        await _world.WithoutAsync("hv3", () => _world.RunAsync(Configure));
        // The late one's dies, too.
        _world.Catalog.OnConfigure = _world.Die;
        await _world.DiesAsync(() => _world.ResumeAsync());
        _world.Catalog.OnConfigure = null;
        foreach (var light in _world.House.Lights)
            light.IsBroken = false;
        _world.House.OnMade = null;

        await _world.ResumeAsync();

        Assert.Equal(["hv1, hv2", "hv3"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
        Assert.Equal([StepOutcome.Done, StepOutcome.Done], ((string[])["batch 1", "batch 1#2"]).Select(name => _world.Store.History("r1").Target(name).Steps.Single().Result!.Outcome));
    }

    [Fact]
    public async Task What_is_to_be_observed_is_observed_for_those_it_was_begun_for()
    {
        await _world.CutEnrolmentAsync(_world.Request(Enrol, "hv1", "hv2"));
        var left = _world.Catalog.Enrolled.Single() == "hv1" ? "hv2" : "hv1";

        // The one that is enrolled comes alone: that does not make it done for the other.
        await _world.WithoutAsync(left, () => _world.ResumeAsync());
        Assert.True(_world.Store.History("r1").Target("batch 1").Find(Enrolment)!.IsOpen);

        await _world.Runner.ResolveAsync("r1", Enrolment, StepDecision.NotHappened, "the list is half", "alice", TestContext.Current.CancellationToken);
        await _world.ResumeAsync();
        Assert.Equal(2, _world.Catalog.Enrolled.Count);
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Killed_at_any_flush_nothing_is_done_twice_and_nobody_is_left_out()
    {
        for (var kill = 1; ; kill++)
        {
            using var world = new RunWorld();
            var flushes = 0;
            await world.WithoutAsync("hv3", () => world.RunAsync(world.Request(RunWorld.Head + "  - change: test.configure\n  - check: test.check\n", "hv1", "hv2", "hv3") with { ThrottleLimit = 3 }));
            world.Files.BeforeOperation = (operation, _) =>
            {
                if (operation == "flush" && ++flushes == kill)
                    world.Die();
            };
            try
            {
                await world.ResumeAsync();
            }
            catch (LedgerException)
            {
            }

            world.Files.BeforeOperation = null;
            if (flushes < kill)
                break;
            world.Files.Crash();
            await world.ResumeAsync();
            Assert.Equal(["hv1, hv2", "hv3"], world.Catalog.Configured.Select(names => string.Join(", ", names)));
            Assert.Equal(RunState.Succeeded, world.State());
        }
    }

    [Fact]
    public async Task Who_is_refused_by_a_guard_ends_alone_and_the_effect_is_the_others()
    {
        _world.Catalog.Check = target => target == "hv2" ? CheckResult.Failed("dark") : CheckResult.Passed("fine");

        var records = await _world.RunAsync(Guarded);

        Assert.Equal([("hv1", StepOutcome.Done), ("hv2", StepOutcome.Failed), ("hv3", StepOutcome.Done)], EndsOf(records, "test.configure"));
        Assert.Equal("The check does not hold for hv2, so nothing was changed: dark", records.Single(record => record is { Step: "test.configure", Target: "hv2" }).Message);
        Assert.Equal(["hv1, hv3"], Configured());
        Assert.Equal([RunState.Succeeded, RunState.Failed, RunState.Succeeded], _world.Store.Describe("r1").Targets.Select(target => target.State));

        _world.Catalog.Check = _ => CheckResult.Passed("fine");
        await _world.ResumeAsync();
        Assert.Equal(["hv1, hv3", "hv2"], Configured());
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task Where_all_are_refused_nothing_is_sent_and_each_is_told_why()
    {
        _world.Catalog.Check = target => CheckResult.Failed($"{target} is dark");

        var records = await _world.RunAsync(Guarded);

        Assert.Empty(_world.Catalog.Configured);
        Assert.All(records, record => Assert.Equal((StepOutcome.Failed, $"The check does not hold for {record.Target}, so nothing was changed: {record.Target} is dark"), (record.Outcome, record.Message)));
        Assert.Equal(3, records.Count);
    }

    [Fact]
    public async Task What_was_sent_and_refused_is_refused_for_all()
    {
        _world.Catalog.OnConfigure = () => throw new RefusedException("not hv2") { TargetName = "hv2" };

        var records = await _world.RunAsync(Configure);

        Assert.Equal([("hv1", StepOutcome.Failed), ("hv2", StepOutcome.Failed), ("hv3", StepOutcome.Failed)], EndsOf(records, "test.configure"));
        Assert.Single(_world.Catalog.Configured);
    }

    [Fact]
    public async Task Who_is_refused_when_another_s_work_was_waited_for_ends_alone()
    {
        _world.Catalog.OtherAtWork = _ =>
        {
            _world.Catalog.Check = target => target == "hv2" ? CheckResult.Failed("hv2 has servers") : CheckResult.Passed("empty");
            return Task.CompletedTask;
        };

        var records = await _world.RunAsync(Guarded);

        Assert.Equal([("hv1", StepOutcome.Done), ("hv2", StepOutcome.Failed), ("hv3", StepOutcome.Done)], EndsOf(records, "test.configure"));
        Assert.Equal(["hv1, hv3"], Configured());
    }

    [Fact]
    public async Task What_is_done_for_all_is_in_the_log_of_each()
    {
        await _world.RunAsync(Configure);

        foreach (var target in (string[])["hv1", "hv2", "hv3"])
            Assert.Contains("batch 1 test.configure: configures hv1, hv2, hv3", await LogOfAsync($"{target}.Phase.log"), StringComparison.Ordinal);
        Assert.Single((await LogOfAsync("run.log")).Split('\n'), line => line.Contains("configures", StringComparison.Ordinal));
    }

    private RunRequest Guarded => _world.Request(RunWorld.Head + "  - change: test.configure\n    guard: [test.check]\n  - change: light.switch\n", "hv1", "hv2", "hv3") with { ThrottleLimit = 3 };

    private RunRequest Configure => _world.Request(RunWorld.Head + "  - change: test.configure\n  - change: light.switch\n", "hv1", "hv2", "hv3") with { ThrottleLimit = 3 };

    private static IEnumerable<(string, StepOutcome)> EndsOf(IEnumerable<StepRecord> records, string step)
        => records.Where(record => record.Step == step).OrderBy(record => record.Target, StringComparer.Ordinal).Select(record => (record.Target, record.Outcome));

    private IEnumerable<string> Configured() => _world.Catalog.Configured.Select(names => string.Join(", ", names));

    private Task<string> LogOfAsync(string name) => File.ReadAllTextAsync(Path.Combine(_world.Store.FolderOf("r1"), name), TestContext.Current.CancellationToken);

    // The long one's process dies, and it ends well, or nobody knows.
    private async Task CutConfigurationAsync(ProbeAnswer became = ProbeAnswer.Happened, string? absent = "hv3")
    {
        _world.Catalog.OnConfigure = _world.Die;
        if (absent is null)
            await RunAsync();
        else
            await _world.WithoutAsync(absent, RunAsync);
        _world.Catalog.OnConfigure = null;
        _world.Catalog.Traces[_world.Catalog.Traces.Keys.Single()] = became;

        Task RunAsync() => _world.DiesAsync(() => _world.RunAsync(Configure));
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>What former runs left on a target is looked at before the next one touches it.</summary>
public sealed class FormerRunsTests : IDisposable
{
    private const string Switch = RunWorld.Head + "  - change: light.switch\n";
    private const string Enrol = RunWorld.Head + "  - change: test.enrol\n";

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_batch_that_was_cut_in_the_middle_stops_each_of_its_members_and_no_other()
    {
        _world.Catalog.OnEnrol = target =>
        {
            if (target == "hv2")
                _world.Die();
        };
        await _world.DiesAsync(() => _world.RunAsync(Enrol, "hv1", "hv2"));
        _world.Catalog.OnEnrol = null;

        var records = await _world.RunAsync(Next(Switch, "hv1", "hv2", "hv3"));

        Assert.Equal(["hv1", "hv2"], records.Where(record => record.Error is RefusedException).Select(record => record.Target));
        Assert.Contains("Run r1 of alice was in the middle of Phase.test.enrol on hv2 (0 enrolled → 2 enrolled)", records[1].Message, StringComparison.Ordinal);
        Assert.True(_world.House.Light("hv3", "light.switch").IsOn);

        await _world.Runner.ResolveAsync("r1", new StepKey("batch 1", "Phase", "test.enrol"), StepDecision.Skipped, "half is enough", "alice", TestContext.Current.CancellationToken);
        await _world.RunAsync(Next(Switch, "hv1", "hv2") with { Identity = TestRun.Identity("r3") });
        Assert.Equal(RunState.Succeeded, _world.State("r3"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_batch_of_which_looking_tells_all_or_nothing_stops_nobody(int enrolled)
    {
        if (enrolled == 0)
            _world.Catalog.OnEnrol = _ => _world.Die();
        else
            _world.Files.BeforeOperation = (operation, _) => DieWhen(operation == "append" && _world.Catalog.Enrolled.Count == enrolled);
        await _world.DiesAsync(() => _world.RunAsync(Enrol, "hv1", "hv2"));

        await _world.RunAsync(Next(Switch, "hv1", "hv2"));

        Assert.Equal(RunState.Succeeded, _world.State("r2"));

        void DieWhen(bool isNow)
        {
            if (isNow)
                _world.Die();
        }
    }

    [Fact]
    public async Task A_journal_that_is_damaged_stops_the_targets_of_its_run_and_no_other()
    {
        await _world.RunAsync(Switch, "hv1");
        var journal = JournalOf("r1");
        var content = _world.Files.TryRead(journal)!;
        content[12] ^= 1;
        _world.Files.Overwrite(journal, content);

        var records = await _world.RunAsync(Next(RunWorld.Simple, "hv1", "hv2"));

        var refused = Assert.Single(records, record => record.Target == "hv1");
        Assert.IsType<RefusedException>(refused.Error);
        Assert.Contains($"Run r1 worked on hv1 before, and its journal cannot be read", refused.Message, StringComparison.Ordinal);
        Assert.Contains(journal, refused.Message, StringComparison.Ordinal);
        Assert.Equal([RunState.Failed, RunState.Succeeded], _world.Store.Describe("r2").Targets.Select(target => target.State));

        // Moved away, as the message says, it is a run that is no longer kept.
        _world.Files.Delete(journal);
        await _world.ResumeAsync(runId: "r2");
        Assert.Equal(RunState.Succeeded, _world.State("r2"));
    }

    [Theory]
    [InlineData("hv1", false)]
    [InlineData("hv1", true)]
    [InlineData("hv2", false)]
    [InlineData("hv2", true)]
    public async Task A_damaged_journal_of_a_run_that_nothing_was_open_of_stops_whoever_goes_on_with_its_targets_or_takes_back(string target, bool undo)
    {
        await _world.KilledAsync(_world.Request(Switch, "hv1"), "hv1", "light.switch", happened: true);
        await _world.RunAsync(Next(Switch, target));
        // Nothing of it was open: the lock has forgotten it since.
        await _world.RunAsync(Next(RunWorld.Head + "  - check: test.check\n", target) with { Identity = TestRun.Identity("r3") });
        var content = _world.Files.TryRead(JournalOf("r2"))!;
        content[content.AsSpan().IndexOf("phase-ended"u8)] ^= 1;
        _world.Files.Overwrite(JournalOf("r2"), content);

        // A process that has read it before does not read it again.
        var other = new RunbookRunner(_world.Scope with { Store = new RunStore(_world.Files, _world.Store.StateFolder, _world.Time) }, _world.Reader);
        var record = Assert.Single(await RunWorld.CollectAsync(undo
            ? other.UndoAsync("r1", new UndoOptions("alice"), TestContext.Current.CancellationToken)
            : other.ResumeAsync("r1", new ResumeOptions("alice"), TestContext.Current.CancellationToken)));

        if (target == "hv1")
            Assert.Contains("Run r2 worked on hv1 before, and its journal cannot be read", Assert.IsType<RefusedException>(record.Error).Message, StringComparison.Ordinal);
        else
            Assert.Null(record.Error);
    }

    [Fact]
    public async Task What_could_only_not_be_told_stops_nobody()
    {
        _world.Observers.Add(new TellingObserver());
        _world.House.Light("hv1", "light.tell").OnApply = _world.Die;
        await _world.DiesAsync(() => _world.RunAsync(Switch, "hv1"));
        _world.House.Light("hv1", "light.tell").OnApply = null;
        Assert.True(_world.Store.History("r1").Target("hv1").Steps.Single(step => step.Key.Step == "tell").IsOpen);

        await _world.RunAsync(Next(Switch, "hv1"));

        Assert.Equal(RunState.Succeeded, _world.State("r2"));
    }

    [Fact]
    public async Task Taking_back_that_was_cut_short_stops_the_next_run_and_not_its_own()
    {
        await _world.RunAsync(Switch, "hv1");
        var light = _world.House.Light("hv1", "light.switch");
        light.OnApply = _world.Die;
        await _world.DiesAsync(() => _world.UndoAsync());
        light.OnApply = null;

        Assert.IsType<RefusedException>(Assert.Single(await _world.RunAsync(Next(Switch, "hv1"))).Error);

        Assert.Equal(StepOutcome.Undone, Assert.Single(await _world.UndoAsync()).Outcome);
        await _world.RunAsync(Next(Switch, "hv1") with { Identity = TestRun.Identity("r3") });
        Assert.True(light.IsOn);
    }

    [Fact]
    public async Task What_this_version_does_not_know_is_in_doubt()
    {
        await using (var ledger = await _world.Store.CreateAsync("r1", Begun(), TestContext.Current.CancellationToken))
        {
            using var held = await ledger.LockAsync("hypervisor:hv1", TestContext.Current.CancellationToken, "hv1");
            await ledger.WriteDurablyAsync(new Intent(new StepKey("hv1", "Phase", "light.melt"), "light.melt", Nothing, Nothing, "hard", "soft"));
        }

        Assert.Contains("in the middle of Phase.light.melt on hv1 (hard → soft)", Assert.Single(await _world.RunAsync(Next(Switch, "hv1"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_targets_read_the_journal_of_a_former_run_once()
    {
        var targets = Enumerable.Range(1, 500).Select(n => $"hv{n}").ToArray();
        await using (var ledger = await _world.Store.CreateAsync("r1", Begun(), TestContext.Current.CancellationToken))
        {
            foreach (var target in targets)
                (await ledger.LockAsync($"hypervisor:{target}", TestContext.Current.CancellationToken, target)).Dispose();
        }

        var before = _world.Files.ReadsOf(JournalOf("r1"));
        await _world.RunAsync(Next(Switch, targets) with { ThrottleLimit = 25, MaxTargets = targets.Length });

        Assert.Equal(RunState.Succeeded, _world.State("r2"));
        Assert.Equal(1, _world.Files.ReadsOf(JournalOf("r1")) - before);
    }

    [Fact]
    public async Task A_former_run_that_was_gone_on_with_since_is_read_again()
    {
        await _world.KilledAsync(_world.Request(RunWorld.Head + "  - change: light.smash\n", "hv1", "hv2"), "hv1", "light.smash");
        Assert.IsType<RefusedException>(Assert.Single(await _world.RunAsync(Next(Switch, "hv1"))).Error);

        await _world.Runner.ResolveAsync("r1", new StepKey("hv1", "Phase", "light.smash"), StepDecision.NotHappened, "looked", "alice", TestContext.Current.CancellationToken);

        await _world.ResumeAsync(runId: "r2");
        Assert.Equal(RunState.Succeeded, _world.State("r2"));
    }

    [Fact]
    public async Task What_the_same_run_left_in_doubt_under_another_of_its_names_stops_the_target()
    {
        _world.Identify = _ => new() { ["nova"] = "hv1.x.org" };
        var light = _world.House.Light("hv1", "light.smash");
        light.IsBroken = true;
        light.OnApplied = () => throw new TimeoutException("no answer");

        var records = await _world.RunAsync(RunWorld.Head + "  - change: light.smash\n", "hv1", "hv1.x.org");

        Assert.Equal(StepOutcome.Unknown, records.First(record => record.Target == "hv1").Outcome);
        Assert.Contains("in the middle of Phase.light.smash on hv1 ", Assert.IsType<RefusedException>(records.First(record => record.Target == "hv1.x.org").Error).Message, StringComparison.Ordinal);
        Assert.Equal(0, _world.House.Light("hv1.x.org", "light.smash").Applied);
    }

    private static System.Text.Json.JsonElement Nothing { get; } = System.Text.Json.JsonSerializer.SerializeToElement(new { });

    private static RunStarted Begun() => new(new JournalIdentity("test", "alice", "al", "test", default, default), [new JournalPhase("Phase", Switch)], []);

    private RunRequest Next(string text, params string[] targets) => _world.Request(text, targets) with { Identity = TestRun.Identity("r2") };

    private string JournalOf(string runId) => Path.Combine(_world.Store.FolderOf(runId), "journal");

    /// <summary>Tells of each phase by switching a light.</summary>
    private sealed class TellingObserver : IRunObserver
    {
        public IEnumerable<Telling> TellingsOf(PhaseReport report)
            => report.IsEnded ? [new Telling("tell", new SwitchTargetLight("light.tell"), new SwitchTargetLight.Parameters())] : [];
    }
}

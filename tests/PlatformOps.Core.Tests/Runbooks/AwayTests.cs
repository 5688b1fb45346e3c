using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Tests.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A ledger that several machines share cannot be reached while a run is under way.</summary>
public sealed class AwayTests : IDisposable
{
    private const string One = RunWorld.Head + "  - change: light.switch\n";

    private readonly RunWorld _world = new();
    private readonly AwayStore _away;
    private readonly RunbookRunner _runner;

    public AwayTests()
    {
        _away = new AwayStore(_world.Store.Ledger);
        _runner = new RunbookRunner(_world.Scope with { Store = new RunStore(_world.Files, _world.Store.StateFolder, _world.Time, _world.Redactor.Clean, _away) }, _world.Reader);
    }

    public void Dispose() => _world.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("run")]
    [InlineData("resume")]
    [InlineData("undo")]
    [InlineData("resolve")]
    public async Task Who_gives_up_does_not_wait_for_it(string what)
    {
        if (what == "resolve")
            await _world.KilledAsync(_world.Request(One, "hv1"), "hv1", "light.switch");
        else if (what != "run")
            await _world.RunAsync(One, "hv1");
        using var leaving = new CancellationTokenSource();
        Directory.CreateDirectory(_world.Store.FolderOf("r1"));
        var reached = new TaskCompletionSource();
        _away.OnAppend = () =>
        {
            _away.AwayForWrites = int.MaxValue;
            reached.TrySetResult();
        };

        var work = Task.Run(() => what switch
        {
            "run" => RunWorld.CollectAsync(_runner.RunAsync(_world.Request(One, "hv1"), leaving.Token)),
            "resume" => RunWorld.CollectAsync(_runner.ResumeAsync("r1", new ResumeOptions("alice"), leaving.Token)),
            "undo" => RunWorld.CollectAsync(_runner.UndoAsync("r1", new UndoOptions("alice"), leaving.Token)),
            _ => _runner.ResolveAsync("r1", new StepKey("hv1", "Phase", "light.switch"), StepDecision.Happened, "I looked", "alice", leaving.Token),
        }, Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.False(work.IsCompleted);
        await leaving.CancelAsync();

        await Assert.ThrowsAsync<LedgerException>(() => work.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task Who_gives_up_in_the_middle_of_taking_back_does_not_wait_for_it()
    {
        await _world.RunAsync(One, "hv1");
        using var leaving = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        _world.House.Light("hv1", "light.switch").OnObserve = () => _away.OnAppend = () =>
        {
            _away.AwayForWrites = int.MaxValue;
            reached.TrySetResult();
        };

        var work = Task.Run(() => RunWorld.CollectAsync(_runner.UndoAsync("r1", new UndoOptions("alice"), leaving.Token)), Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => work.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.True(work.IsCompleted);
        Assert.True(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task What_breaks_a_journal_in_whatever_way_ends_the_run_and_says_so()
    {
        Directory.CreateDirectory(_world.Store.FolderOf("r1"));
        _world.House.Light("hv1", "light.switch").OnObserve = () => _away.OnAppend = () => throw new InvalidOperationException("a fault of ours");

        var work = Task.Run(() => RunWorld.CollectAsync(_runner.RunAsync(_world.Request(One, "hv1"), Token)), Token);

        var error = await Assert.ThrowsAsync<LedgerException>(() => work.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.Contains("InvalidOperationException: a fault of ours", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _world.House.Light("hv1", "light.switch").Applied);
    }

    [Fact]
    public async Task What_another_run_has_done_is_found_when_it_is_back()
    {
        await _world.KilledAsync(_world.Request(One, "hv1"), "hv1", "light.switch");
        await _world.RunAsync(_world.Request(One, "hv1") with { Identity = TestRun.Identity("r2") });
        _world.House.Light("hv1", "light.switch").IsOn = false;
        var asked = 0;
        // The first is the look at who had the lock before.
        _away.OnAsk = name =>
        {
            if (name == "r2" && ++asked == 2)
                throw AwayStore.Away;
        };

        var records = await RunWorld.CollectAsync(_runner.ResumeAsync("r1", new ResumeOptions("alice"), Token));

        Assert.Equal(3, asked);
        Assert.Equal("done since by run r2: neither done again nor told again", Assert.Single(records).Message);
        Assert.False(_world.House.Light("hv1", "light.switch").IsOn);
    }

    [Fact]
    public async Task What_stands_before_an_undo_is_found_when_it_is_back()
    {
        await _world.RunAsync(One, "hv1");
        await _world.RunAsync(_world.Request(One, "hv2") with { Identity = TestRun.Identity("r2") });
        var asked = 0;
        _away.OnAsk = name =>
        {
            if (name == "r2" && asked++ == 0)
                throw AwayStore.Away;
        };

        var records = await RunWorld.CollectAsync(_runner.UndoAsync("r1", new UndoOptions("alice"), Token));

        Assert.Equal((StepOutcome.Undone, 2), (Assert.Single(records).Outcome, asked));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>The database goes away in the middle of a run: what is under way is ended, nothing new is begun, and when it is back the run goes on.</summary>
public sealed class AwayInMidRunTests(SharedCluster shared) : IClassFixture<SharedCluster>
{
    private const string Text = "runbook: r\ntarget: hypervisor\nsteps:\n  - change: light.switch\n  - change: light.dim\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_effect_is_ended_nothing_is_begun_and_the_run_goes_on_when_it_is_back(bool beforeIntent)
    {
        var cluster = await shared.WithNewDatabaseAsync();
        await using var ledger = await cluster.OpenAsync();
        using var folder = new TemporaryFolder();
        var (catalog, house, time) = (new TestCatalog(), new House(), TimeProvider.System);
        var store = new RunStore(new LedgerFiles(), folder.Path, time, shared: ledger);
        var runner = new RunbookRunner(
            new RunScope
            {
                Clients = new TestRun.OneClient(house),
                Time = time,
                Store = store,
                Catalog = catalog.Catalog,
                Policy = new TargetPolicy { Environment = "test" },
                KillSwitch = new KillSwitch(ledger, time),
                Redactor = new Redactor(),
            },
            new RunbookReader(catalog.Catalog, []));
        var request = new RunRequest
        {
            Phases = [new RunbookPhase("Phase", new RunbookReader(catalog.Catalog, []).Read(Text, "test.yaml"))],
            Targets = [new ActionTarget(ActionTarget.Hypervisor, "hv1")],
            Identity = TestRun.Identity(),
        };
        var away = new TaskCompletionSource();
        var (one, next) = (house.Light("hv1", "light.switch"), house.Light("hv1", "light.dim"));
        void GoAway()
        {
            if (away.TrySetResult())
                cluster.StopAsync().GetAwaiter().GetResult();
        }

        // In the middle of the first effect; or after the second was looked at and before its intent.
        if (beforeIntent)
            next.OnObserve = GoAway;
        else
            one.OnApply = GoAway;

        var told = new System.Collections.Concurrent.ConcurrentQueue<string>();
        AmbientNotice.Current = (service, notice) => told.Enqueue($"{service}: {notice}");
        var running = Task.Run(async () => await runner.RunAsync(request, Stop).ToListAsync(Stop), Stop);
        await away.Task.WaitAsync(TimeSpan.FromSeconds(60), Stop);
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(4), Stop));

        Assert.False(running.IsCompleted);
        Assert.Equal((1, 0), (one.Applied, next.Applied));
        // Whoever waits is told what for.
        Assert.Contains(told, notice => notice.StartsWith("ledger: The shared ledger does not answer and is waited for", StringComparison.Ordinal));
        await cluster.StartAgainAsync();
        var records = await running.WaitAsync(TimeSpan.FromSeconds(60), Stop);

        Assert.All(records, record => Assert.Equal(StepOutcome.Done, record.Outcome));
        Assert.Equal((1, 1), (one.Applied, next.Applied));
        Assert.Equal(RunState.Succeeded, store.Describe("r1").State);
        Assert.Equal(["light.switch", "light.dim"], store.Entries("r1").OfType<Intent>().Select(intent => intent.Action));
        Assert.Equal(2, store.Entries("r1").OfType<Result>().Count());
        Assert.False(ledger.IsLockHeld(TargetHold.KeyOf(ActionTarget.Hypervisor, "hv1")));
    }
}

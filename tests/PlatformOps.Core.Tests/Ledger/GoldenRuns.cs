using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Tests.Runbooks;
using PlatformOps.Core.Tests.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Ledger;

/// <summary>The runs whose journals are kept as golden ones: together they write every kind of entry, with every property that this version knows.</summary>
internal static class GoldenRuns
{
    public const string RunbookId = "20261118-120000-000abc";
    public const string ScriptId = "20261118-120000-000def";
    public const string BatchId = "20261118-120000-000fed";

    private const string Prepare = """
        runbook: house/prepare
        target: hypervisor
        parameters:
          colour: { default: white }
        steps:
          - check: test.check
          - change: light.switch
            when: "${fact.gpu}"
          - report: test.report
            with: { text: "${parameter.colour}" }
          - change: test.batch
          - change: light.dim
            with: { note: "for ${run.requested-by}" }
        on-failure:
          - report: test.report
            with: { text: failure }
        """;

    private const string Rebuild = """
        runbook: house/rebuild
        target: hypervisor
        steps:
          - wait: run.approval
            with: { ask: "Is ${target.name} in its rack?" }
          - report: test.report
            when: "${fact.model} == dell"
          - change: light.smash
        """;

    private const string Together = """
        runbook: house/together
        target: hypervisor
        steps:
          - change: light.switch
            with: { note: found }
          - change: test.configure
            with: { text: "${run.name}" }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Three targets in two batches: waits, fails, is taken over, dies, is resolved, partly taken back, and dies again in the middle of dimming hv2.</summary>
    public static async Task<byte[]> MakeRunbookAsync()
    {
        using var world = new RunWorld();
        world.Observers.Add(new TellingObserver());
        world.Identify = target => target.Name == "hv1" ? new() { ["nova"] = "hv1.example.org", ["ticket"] = "MH-101" } : [];
        var request = world.Phases([Prepare, Rebuild], "hv1", "hv2", "hv3");
        request = request with
        {
            Targets = [.. request.Targets.Select(target => target.Name == "hv1" ? target with { TicketId = "MH-101" } : target)],
            Identity = TestRun.Identity(RunbookId) with { Name = "rack 12", RequestedBy = "carol", TakeOverReason = "dave is on leave" },
            Inputs = new Dictionary<string, string> { ["colour"] = "amber" },
            ThrottleLimit = 1,
            BatchSize = 2,
            ApproveBetweenBatches = true,
            MaxFailures = 2,
            StartAt = "test.check",
            LogPath = "/nonexistent/rack12.2026_11_18_12_00",
        };
        world.House.Light("hv2", "light.dim").IsBroken = true;

        // hv1 waits for a person, hv2 fails.
        await world.RunAsync(request);
        world.House.Light("hv2", "light.dim").IsBroken = false;
        // Taken over and approved; the process dies in the middle of something destructive.
        world.Time.Advance(TimeSpan.FromMinutes(10));
        world.House.Light("hv1", "light.smash").OnApply = world.Die;
        await world.DiesAsync(() => world.ResumeAsync(new ResumeOptions("bob") { Approve = true, TakeOverReason = "alice is on leave" }, RunbookId));
        world.House.Light("hv1", "light.smash").OnApply = null;
        // hv1 stays in doubt, hv2 comes as far as its wait; a person decides.
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.ResumeAsync(new ResumeOptions("bob"), RunbookId);
        await world.Runner.ResolveAsync(RunbookId, new StepKey("hv1", "P2", "light.smash"), StepDecision.NotHappened, "I looked", "bob", TestContext.Current.CancellationToken);
        // One step is taken back.
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await RunWorld.CollectAsync(world.Runner.UndoAsync(RunbookId, new UndoOptions("bob") { Target = "hv2", Step = "light.dim" }, Token));
        // And made again: the effect happens, and nobody hears of it.
        world.Time.Advance(TimeSpan.FromMinutes(10));
        world.House.Light("hv2", "light.dim").OnApplied = world.Die;
        await world.DiesAsync(() => world.ResumeAsync(new ResumeOptions("bob"), RunbookId));
        return Scrubbed(world.Store.Entries(RunbookId), RunbookId);
    }

    /// <summary>Three targets of one batch: a light is found on; the third comes late to what its process did not see end, and has it done by itself; the process dies in the middle of what is for all three.</summary>
    public static async Task<byte[]> MakeBatchAsync()
    {
        using var world = new RunWorld();
        var request = world.Phases([Together, RunWorld.Head + "  - change: test.batch\n"], "hv1", "hv2", "hv3");
        request = request with { Identity = TestRun.Identity(BatchId) };
        foreach (var light in request.Targets.Select(target => world.House.Light(target.Name, "light.switch")))
            light.IsOn = true;

        world.Catalog.OnConfigure = world.Die;
        await world.WithoutAsync("hv3", () => world.DiesAsync(() => world.RunAsync(request)));
        world.Catalog.OnConfigure = null;
        world.Time.Advance(TimeSpan.FromMinutes(10));
        world.Catalog.WhileBatch = _ =>
        {
            world.Die();
            return Task.CompletedTask;
        };
        await world.DiesAsync(() => world.ResumeAsync(runId: BatchId));
        return Scrubbed(world.Store.Entries(BatchId), BatchId);
    }

    /// <summary>A script's run with a name: a change, and one that failed.</summary>
    public static async Task<byte[]> MakeScriptAsync()
    {
        var house = new House();
        await using var session = new TestSession([new FakeService("house").Makes(_ => house)]);
        await session.Effects.EnterAsync("rack 12");
        await SwitchAsync(new ActionTarget(ActionTarget.Hypervisor, "hv1", "MH-101"));
        house.Light("hv2", "light.switch").IsBroken = true;
        await Assert.ThrowsAsync<StepFailedException>(() => SwitchAsync(new ActionTarget(ActionTarget.Host, "hv2")));
        var runId = (await session.Effects.ExitAsync())!;
        return Scrubbed(session.Scope.Store.Entries(runId), ScriptId);

        Task SwitchAsync(ActionTarget target) => session.Effects.RunAsync(new SwitchTargetLight("light.switch"), target, new SwitchTargetLight.Parameters(), null, Token);
    }

    // Who made it, and where, is nobody's business.
    private static byte[] Scrubbed(IEnumerable<JournalEntry> entries, string runId) => [.. entries.SelectMany(entry => JournalFormat.Encode(entry switch
    {
        JournalHeader header => header with { RunId = runId },
        ProcessStarted process => process with { Person = process.Person == "bob" ? "bob" : "alice", Machine = "ops1", ProcessId = 4711 },
        RunStarted started => started with { Identity = started.Identity with { Person = "alice", Initials = "al" } },
        _ => entry,
    }))];

    /// <summary>Tells of each phase by switching a light.</summary>
    internal sealed class TellingObserver : IRunObserver
    {
        public IEnumerable<Telling> TellingsOf(PhaseReport report)
            => report.IsEnded ? [new Telling("tell", new SwitchTargetLight("light.tell"), new SwitchTargetLight.Parameters())] : [];
    }
}

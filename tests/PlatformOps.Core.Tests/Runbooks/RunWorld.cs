using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A house of lights and the runs over it: journals and locks in memory, logs in a folder that goes with the test. Each call is a process of its own.</summary>
internal sealed class RunWorld : IDisposable
{
    /// <summary>How a runbook's text begins.</summary>
    public const string Head = "runbook: r\ntarget: hypervisor\nsteps:\n";

    /// <summary>A check, a change, a report, a change.</summary>
    public const string Simple = Head + "  - check: test.check\n  - change: light.switch\n  - report: test.report\n  - change: light.dim\n";

    private readonly TemporaryFolder _folder = new();

    public RunWorld() => Store = new RunStore(Files, _folder.Path, Time, Redactor.Clean);

    public Redactor Redactor { get; } = new();

    public MemoryLedgerFiles Files { get; } = new();

    public FakeTimeProvider Time { get; } = new() { AutoAdvance = TimeSpan.FromSeconds(3) };

    public TestCatalog Catalog { get; } = new();

    public House House { get; } = new();

    public RunStore Store { get; }

    public TargetPolicy Policy { get; set; } = new() { Environment = "test" };

    /// <summary>The services that the configuration has no section of.</summary>
    public HashSet<string> Absent { get; } = [];

    /// <summary>What the services call a target.</summary>
    public Func<ActionTarget, Dictionary<string, string>> Identify { get; set; } = _ => [];

    public List<IRunObserver> Observers { get; } = [];

    /// <summary>Phases that come one after another, whatever runs they are done in.</summary>
    public IReadOnlyList<string> PhaseOrder { get; set; } = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public RunbookReader Reader => new(Catalog.Catalog, []);

    public RunScope Scope => new()
    {
        Clients = new TestRun.OneClient(House),
        Time = Time,
        Store = Store,
        Catalog = Catalog.Catalog,
        Policy = Policy,
        KillSwitch = new KillSwitch(new FileLedgerStore(Files, _folder.Path, Time), Time),
        Redactor = Redactor,
        IsConfigured = service => !Absent.Contains(service),
        Identify = (target, _, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(Identify(target)),
        Observers = Observers,
        PhaseOrder = PhaseOrder,
    };

    public RunbookRunner Runner => new(Scope, Reader);

    /// <summary>One phase, called <c>Phase</c>.</summary>
    public RunRequest Request(string text, params string[] targets) => Phases([text], targets) with { Phases = [new RunbookPhase("Phase", Reader.Read(text, "test.yaml"))] };

    /// <summary>Phases <c>P1</c>, <c>P2</c> …</summary>
    public RunRequest Phases(IReadOnlyList<string> texts, params string[] targets) => new()
    {
        Phases = [.. texts.Select((text, index) => new RunbookPhase($"P{index + 1}", Reader.Read(text, $"{index + 1}.yaml")))],
        Targets = [.. targets.Select(name => new ActionTarget(ActionTarget.Hypervisor, name))],
        Identity = TestRun.Identity(),
    };

    public Task<List<StepRecord>> RunAsync(string text, params string[] targets) => RunAsync(Request(text, targets));

    public Task<List<StepRecord>> RunAsync(RunRequest request)
    {
        // The log is in a real file, in the folder that the store makes in memory.
        Directory.CreateDirectory(Store.FolderOf(request.Identity.RunId));
        return CollectAsync(Runner.RunAsync(request, Token));
    }

    public Task<List<StepRecord>> PlanAsync(RunRequest request) => CollectAsync(Runner.PlanAsync(request, Token));

    public Task<List<StepRecord>> ResumeAsync(ResumeOptions? options = null, string runId = "r1") => CollectAsync(Runner.ResumeAsync(runId, options ?? new ResumeOptions("alice"), Token));

    public Task<List<StepRecord>> UndoAsync(UndoOptions? options = null) => CollectAsync(Runner.UndoAsync("r1", options ?? new UndoOptions("alice"), Token));

    /// <summary>A run whose process dies in the middle of an effect on a target, before it happened or after.</summary>
    public async Task KilledAsync(RunRequest request, string target, string action, bool happened = false)
    {
        var light = House.Light(target, action);
        if (happened)
            light.OnApplied = Die;
        else
            light.OnApply = Die;
        await DiesAsync(() => RunAsync(request));
        (light.OnApply, light.OnApplied) = (null, null);
    }

    /// <summary>A run whose process dies when its batch is half enrolled: nobody can tell what became of that.</summary>
    public async Task CutEnrolmentAsync(RunRequest request)
    {
        Catalog.OnEnrol = _ =>
        {
            if (Catalog.Enrolled.Count > 0)
                Die();
        };
        await DiesAsync(() => RunAsync(request with { ThrottleLimit = request.Targets.Count }));
        Catalog.OnEnrol = null;
    }

    /// <summary>A run that one of its targets does not come into, because another run has it.</summary>
    public async Task WithoutAsync(string target, Func<Task> run)
    {
        using (await Store.Ledger.TakeLockAsync(TargetHold.KeyOf(ActionTarget.Hypervisor, target), new LockOwner("r0", "bob", "ops2", 9), Token))
            await run();
    }

    /// <summary>The process dies here: nothing is written any more.</summary>
    public void Die()
    {
        Files.BeforeOperation = (_, _) => throw new IOException("the process is dead");
        throw new IOException("the process is dead");
    }

    /// <summary>Work in whose middle the process dies; the next one finds what was on the disk.</summary>
    public async Task DiesAsync(Func<Task> work)
    {
        await Assert.ThrowsAsync<LedgerException>(work);
        Files.BeforeOperation = null;
        Files.Crash();
    }

    /// <summary>What the journal has of a target's steps, in the order they were begun: the step and how it ended, null while it has not.</summary>
    public IReadOnlyList<(string Step, StepOutcome? Outcome)> Journalled(string target, string runId = "r1")
        => [.. Store.History(runId).Target(target).Steps.Select(step => (step.Key.Step, step.Result?.Outcome))];

    public RunState State(string runId = "r1") => Store.Describe(runId).State;

    public void Dispose() => _folder.Dispose();

    public static async Task<List<StepRecord>> CollectAsync(IAsyncEnumerable<StepRecord> stream)
    {
        var records = new List<StepRecord>();
        await foreach (var record in stream)
            records.Add(record);
        return records;
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.TestKit.Changes;

/// <summary>Actions for the tests of runbooks, over one <see cref="Light"/> for each target.</summary>
internal sealed class TestCatalog
{
    private int _factReads;

    /// <summary>What the check answers, by target.</summary>
    public Func<string, CheckResult> Check { get; set; } = _ => CheckResult.Passed("fine");

    /// <summary>What the check looks at.</summary>
    public IReadOnlyList<string> LooksAt { get; set; } = [];

    /// <summary>What is another once the wait is over.</summary>
    public IReadOnlyList<string> Brings { get; set; } = [];

    /// <summary>Whether the wait's condition is true, by target.</summary>
    public Func<string, bool> IsOver { get; set; } = _ => true;

    public Func<string, Exception?> ReportFault { get; set; } = _ => null;

    public Func<string, Exception?> FactFault { get; set; } = _ => null;

    public Dictionary<string, string> Facts { get; } = new() { ["gpu"] = "true", ["model"] = "lenovo" };

    /// <summary>How often facts were read, by however many targets at once.</summary>
    public int FactReads => Volatile.Read(ref _factReads);

    /// <summary>The targets that each call of the batch action was given.</summary>
    public List<IReadOnlyList<string>> BatchCalls { get; } = [];

    /// <summary>The targets that were enrolled.</summary>
    public HashSet<string> Enrolled { get; } = [];

    /// <summary>Before each of a batch is enrolled.</summary>
    public Action<string>? OnEnrol { get; set; }

    /// <summary>While the batch action's effect is under way.</summary>
    public Func<CancellationToken, Task>? WhileBatch { get; set; }

    /// <summary>The targets that each call of the long batch action was given.</summary>
    public List<IReadOnlyList<string>> Configured { get; } = [];

    /// <summary>What a call of the long batch action left of itself, by its marker: it leaves nothing else to look at. Gone once its result is written down.</summary>
    public Dictionary<string, ProbeAnswer> Traces { get; } = [];

    /// <summary>While the long batch action is under way: it ends well whatever becomes of who began it.</summary>
    public Action? OnConfigure { get; set; }

    /// <summary>Somebody else is at work where the long batch action wants to begin, until this returns.</summary>
    public Func<CancellationToken, Task>? OtherAtWork { get; set; }

    /// <summary>With its result written down, before what it left of itself goes.</summary>
    public Action? OnForget { get; set; }

    public ActionCatalog Catalog => new(
        [
            new TargetCheck(this), new TargetWait(this), new TargetReport(this), new ApprovalWait(), new SwitchTargetLight("light.switch"), new SwitchTargetLight("light.dim"),
            new SwitchTargetLight("light.smash") { Destructive = true }, new SwitchTargetLight("light.remote") { Services = ["radio"] }, new SwitchTargetLight("light.arm") { Arms = true }, new SwitchTargetLight("light.cut") { Caution = "IN SERVICE: 2 servers" }, new BatchChange(this, "test.batch"), new BatchChange(this, "test.batch-smash") { Destructive = true }, new BatchChange(this, "test.batch-beside") { Others = "the neighbours" }, new EnrolBatch(this), new ConfigureBatch(this),
        ],
        [new TargetFacts(this)]);

    internal sealed record OneText
    {
        public string Text { get; init; } = "";
    }

    private sealed class TargetCheck(TestCatalog world) : Check<OneText>
    {
        public override string Name => "test.check";

        public override string Summary => "The check";

        public override IReadOnlyList<string> LooksAt => world.LooksAt;

        protected override Task<CheckResult> RunAsync(ActionContext context, OneText parameters, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(world.Check(context.Target.Name));
        }
    }

    private sealed class TargetWait(TestCatalog world) : Wait<NoParameters>
    {
        public override string Name => "test.wait";

        public override string Summary => "The wait";

        public override IReadOnlyList<string> Brings => world.Brings;

        public override TimeSpan Every => TimeSpan.FromSeconds(2);

        protected override TimeSpan StayFor(NoParameters parameters) => TimeSpan.FromSeconds(10);

        protected override Task<WaitResult> LookAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
            => Task.FromResult(new WaitResult(world.IsOver(context.Target.Name), "for the sun"));
    }

    private sealed class TargetReport(TestCatalog world) : Report<OneText>
    {
        public override string Name => "test.report";

        public override string Summary => "The report";

        protected override Task<string> RunAsync(ActionContext context, OneText parameters, CancellationToken cancellationToken)
            => world.ReportFault(context.Target.Name) is { } fault ? Task.FromException<string>(fault) : Task.FromResult($"told {parameters.Text}");
    }

    private sealed class TargetFacts(TestCatalog world) : FactSource
    {
        public override IReadOnlyList<string> Names => ["gpu", "model"];

        public override Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref world._factReads);
            return world.FactFault(context.Target.Name) is { } fault ? Task.FromException<IReadOnlyDictionary<string, string>>(fault) : Task.FromResult<IReadOnlyDictionary<string, string>>(world.Facts);
        }
    }

    private sealed class BatchChange(TestCatalog world, string name) : Change<NoParameters, BatchChange.State>
    {
        public bool Destructive { get; init; }

        public string? Others { get; init; }

        public override string? AlsoOn => Others;

        public override string Name => name;

        public override string Summary => "The batch";

        protected override bool IsDestructive(NoParameters parameters) => Destructive;

        public override ActionScope Scope => ActionScope.Batch;

        protected override Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
            => Task.FromResult(new State(world.BatchCalls.Count(call => context.Batch.All(target => call.Contains(target.Name)))));

        protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.Calls > 0;

        protected override async Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
        {
            if (world.WhileBatch is { } waiting)
                await waiting(cancellationToken);
            world.BatchCalls.Add([.. context.Batch.Select(target => target.Name)]);
        }

        protected override string Describe(State state) => $"{state.Calls} calls";

        protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => "called";

        internal sealed record State(int Calls);
    }

    /// <summary>Enrols the targets of a batch, one after another: cut in the middle, nobody can tell what is still to come.</summary>
    private sealed class EnrolBatch(TestCatalog world) : Change<NoParameters, EnrolBatch.State>
    {
        public override string Name => "test.enrol";

        public override string Summary => "The list";

        public override ActionScope Scope => ActionScope.Batch;

        public override bool IsIdempotent => false;

        protected override Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
            => Task.FromResult(new State(context.Batch.Count(target => world.Enrolled.Contains(target.Name))));

        protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.Enrolled == context.Batch.Count;

        protected override Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
        {
            foreach (var target in context.Batch)
            {
                world.OnEnrol?.Invoke(target.Name);
                world.Enrolled.Add(target.Name);
            }

            return Task.CompletedTask;
        }

        protected override string Describe(State state) => $"{state.Enrolled} enrolled";

        protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => $"{context.Batch.Count} enrolled";

        internal sealed record State(int Enrolled);
    }

    /// <summary>Configures the targets of a batch, for hours: cannot be observed, only traced.</summary>
    private sealed class ConfigureBatch(TestCatalog world) : Change<OneText, ConfigureBatch.State>
    {
        public override string Name => "test.configure";

        public override string Summary => "The long one";

        public override ActionScope Scope => ActionScope.Batch;

        public override bool IsIdempotent => false;

        protected override bool IsDestructive(OneText parameters) => true;

        internal override Task SettledAsync(ActionContext context, CancellationToken cancellationToken)
        {
            world.OnForget?.Invoke();
            world.Traces.Remove(context.Marker);
            return Task.CompletedTask;
        }

        protected override bool CanObserve(OneText parameters) => false;

        protected override bool CanTrace(OneText parameters) => true;

        protected override Task<ProbeAnswer> TraceAsync(ActionContext context, OneText parameters, State before, bool waits, CancellationToken cancellationToken)
            => Task.FromResult(world.Traces.GetValueOrDefault(context.Marker, ProbeAnswer.NotHappened));

        protected override Task<State> ObserveAsync(ActionContext context, OneText parameters, CancellationToken cancellationToken) => Task.FromResult(new State());

        protected override bool IsDesired(ActionContext context, OneText parameters, State state) => false;

        protected override Task ApplyAsync(ActionContext context, OneText parameters, State before, CancellationToken cancellationToken)
        {
            if (world.OtherAtWork is { } freed)
            {
                world.OtherAtWork = null;
                throw new OccupiedException("another is at work", freed);
            }

            context.Log.Write(Name, $"configures {string.Join(", ", context.Batch.Select(target => target.Name).Order())}");
            world.Traces[context.Marker] = ProbeAnswer.Happened;
            world.Configured.Add([.. context.Batch.Select(target => target.Name).Order()]);
            world.OnConfigure?.Invoke();
            return Task.CompletedTask;
        }

        protected override string Describe(State state) => "not run";

        protected override string DescribeDesired(ActionContext context, OneText parameters, State before) => "run";

        internal sealed record State;
    }
}

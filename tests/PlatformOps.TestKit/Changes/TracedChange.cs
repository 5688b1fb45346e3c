using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.TestKit.Changes;

/// <summary>An effect that leaves nothing to look at but a trace of itself.</summary>
internal sealed class TracedChange : Change<NoParameters, TracedChange.State>
{
    /// <summary>What the trace says: <c>succeeded</c>, <c>failed</c>, <c>lost</c> or <c>absent</c>.</summary>
    public string Trace { get; init; } = "absent";

    public Action OnApply { get; set; } = () => { };

    public Action OnSettle { get; init; } = () => { };

    public int Observed { get; private set; }

    public int Applied { get; private set; }

    public int Settled { get; private set; }

    public override string Name => "test.traced";

    public override string Summary => "The long one";

    public override bool IsIdempotent => false;

    internal override Task SettledAsync(ActionContext context, CancellationToken cancellationToken)
    {
        Settled++;
        OnSettle();
        return Task.CompletedTask;
    }

    protected override bool CanObserve(NoParameters parameters) => false;

    protected override bool CanTrace(NoParameters parameters) => true;

    protected override Task<ProbeAnswer> TraceAsync(ActionContext context, NoParameters parameters, State before, bool waits, CancellationToken cancellationToken) => Task.FromResult(Trace switch
    {
        "succeeded" => ProbeAnswer.Happened,
        "absent" => ProbeAnswer.NotHappened,
        "failed" => throw new StepFailedException("it failed meanwhile"),
        _ => ProbeAnswer.Undecidable,
    });

    protected override Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        Observed++;
        return Task.FromResult(new State());
    }

    protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => false;

    protected override Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
    {
        Applied++;
        OnApply();
        return Task.CompletedTask;
    }

    protected override string Describe(State state) => "not run";

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => "run";

    internal sealed record State;
}

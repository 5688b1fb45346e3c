using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.TestKit.Changes;

/// <summary>Switches the <see cref="Light"/>, with every trait to be set by a test.</summary>
internal sealed class SwitchLight : Change<SwitchLight.Parameters, SwitchLight.State>
{
    public string ActionName { get; init; } = "light.switch";

    public bool Destructive { get; init; }

    public bool Idempotent { get; init; } = true;

    public bool Observable { get; init; } = true;

    /// <summary>It is switched whatever it is now, and seen by being other than before.</summary>
    public bool Event { get; init; }

    public IReadOnlyList<string> Locks { get; init; } = [];

    public Action? OnGuard { get; init; }

    // The wait for a lock polls in real time.
    public override TimeSpan LockPatience => TimeSpan.FromSeconds(1);

    public override string Name => ActionName;

    public override string Summary => "The light";

    public override Impact Impact => Destructive ? Impact.High : Impact.Medium;

    protected override bool IsDestructive(Parameters parameters) => Destructive;

    public override bool IsIdempotent => Idempotent;

    public override bool CanUndo => true;

    protected override string Subject => "light";

    internal override IReadOnlyList<string> LocksFor(ActionContext context, object parameters) => Locks;

    protected override bool CanObserve(Parameters parameters) => Observable;

    protected override Task<State> ObserveAsync(ActionContext context, Parameters parameters, CancellationToken cancellationToken)
    {
        var (isOn, colour) = context.Client<Light>().Observe();
        return Task.FromResult(new State(Observable && isOn, colour));
    }

    protected override bool IsDesired(ActionContext context, Parameters parameters, State state) => !Event && state.IsOn == (parameters.To == "on") && state.Colour == "white";

    protected override bool IsSeen(ActionContext context, Parameters parameters, State before, State now)
        => Event ? now.IsOn != before.IsOn : base.IsSeen(context, parameters, before, now);

    protected override Task GuardAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
    {
        OnGuard?.Invoke();
        return Task.CompletedTask;
    }

    protected override Task ApplyAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
    {
        context.Client<Light>().Switch(parameters.To == "on");
        return Task.CompletedTask;
    }

    protected override Task UndoAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
    {
        context.Client<Light>().Switch(before.IsOn);
        return Task.CompletedTask;
    }

    protected override string Describe(State state) => (state.IsOn ? "on" : "off") + (state.Colour == "white" ? "" : $", {state.Colour}");

    protected override string DescribeDesired(ActionContext context, Parameters parameters, State before) => parameters.To;

    internal sealed record Parameters
    {
        public string To { get; init; } = "on";
    }

    internal sealed record State(bool IsOn, string Colour);
}

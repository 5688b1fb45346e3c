using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.TestKit.Changes;

/// <summary>Switches the light of the target: <see cref="House"/> has one for each.</summary>
internal sealed class SwitchTargetLight(string name) : Change<SwitchTargetLight.Parameters, SwitchTargetLight.State>
{
    public bool Destructive { get; init; }

    /// <summary>The services that it needs.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    public override IReadOnlyList<string> Needs => Services;

    /// <summary>Switching it on is destructive, and can be taken back; switching it off is neither.</summary>
    public bool Arms { get; init; }

    /// <summary>What whoever decides on it must know.</summary>
    public string? Caution { get; init; }

    protected override Task<string?> CautionAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken) => Task.FromResult(Caution);

    public override string Name => name;

    public override string Summary => name;

    protected override string Subject => name;

    public override Impact Impact => Destructive ? Impact.High : Impact.Medium;

    protected override bool IsDestructive(Parameters parameters) => Destructive || (Arms && parameters.To == "on");

    public override bool CanUndo => !Destructive;

    protected override Task<State> ObserveAsync(ActionContext context, Parameters parameters, CancellationToken cancellationToken)
    {
        var (isOn, _) = Light(context).Observe();
        return Task.FromResult(new State(isOn));
    }

    protected override bool IsDesired(ActionContext context, Parameters parameters, State state) => state.IsOn == (parameters.To == "on");

    protected override Task ApplyAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Light(context).SwitchAsync(parameters.To == "on", cancellationToken);
    }

    protected override Task GuardUndoAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
        => Arms && before.IsOn ? throw new RefusedException("it was armed before") : Task.CompletedTask;

    protected override Task UndoAsync(ActionContext context, Parameters parameters, State before, CancellationToken cancellationToken)
        => Light(context).SwitchAsync(before.IsOn, cancellationToken);

    protected override string Describe(State state) => state.IsOn ? "on" : "off";

    protected override string DescribeDesired(ActionContext context, Parameters parameters, State before) => parameters.To;

    private Light Light(ActionContext context) => context.Client<House>().Light(context.Target.Name, Name);

    internal sealed record Parameters
    {
        public string To { get; init; } = "on";

        public string? Note { get; init; }
    }

    internal sealed record State(bool IsOn);
}

namespace PlatformOps.Core.Changes;

/// <summary>Sets one value of something that a service keeps. What such a change has to say for itself is how the value is read, what it is to be, and how it is written: <c>SetDeviceStatus</c> is the smallest.</summary>
/// <param name="name">Of the action, and of the value: two actions that set the same one share their <see cref="Change.Subject"/>.</param>
/// <param name="summary">The value, for people.</param>
/// <param name="service">Who keeps it.</param>
internal abstract class ValueChange<TParameters, TState>(string name, string summary, string service) : Change<TParameters, TState>
    where TParameters : notnull
    where TState : notnull
{
    public sealed override string Name => name;

    public sealed override string Summary => summary;

    protected override string Subject => name;

    public override IReadOnlyList<string> Needs => [service];

    /// <summary>The value now; null where there is none.</summary>
    protected abstract string? ValueOf(TState state);

    /// <summary>The value that is asked for.</summary>
    protected abstract string Wanted(TParameters parameters, TState state);

    protected override bool IsDesired(ActionContext context, TParameters parameters, TState state) => ValueOf(state) == Wanted(parameters, state);

    protected sealed override string Describe(TState state) => ValueOf(state) ?? "none";

    protected sealed override string DescribeDesired(ActionContext context, TParameters parameters, TState before) => Wanted(parameters, before);
}

using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Moves one external thing to a desired state: observe, compare, apply, observe until it is there. Run only by the gate.</summary>
internal abstract class Change : OpsAction
{
    public sealed override StepKind Kind => StepKind.Change;

    /// <summary>How much the effect matters.</summary>
    public virtual Impact Impact => Impact.Medium;

    /// <summary>Sending it twice has the effect of sending it once. What is not is never repeated unless it is proven not to have happened.</summary>
    public virtual bool IsIdempotent => true;

    /// <summary>With these parameters it destroys (mkfs, del_host, deprovision, delete), or arms what does (the installer). Never made after something was left out, nor outside the change window; undo neither crosses it nor goes there, and an unclear outcome stops for a person.</summary>
    internal abstract bool IsDestructive(object parameters);

    /// <summary>Whether an effect that was begun is destructive.</summary>
    internal bool IsDestructive(Intent intent) => IsDestructive(intent.Parameters.Deserialize(ParametersType, ActionJson.Options)!);

    /// <summary>Writes our claim: whoever takes a run over has it written anew. Nothing else of a run is repeated for that.</summary>
    public virtual bool CarriesClaim => false;

    /// <summary>What it works on beside its target or batch, in a few words: other machines, which nobody put into the list. Plans, questions and records say so.</summary>
    public virtual string? AlsoOn => null;

    /// <summary>There may be something to know beyond its difference, whoever asks for it, that makes it matter more than its impact says: a single cmdlet plans it first to see.</summary>
    public virtual bool MayNeedCaution => false;

    /// <summary>What of a destructive one cannot be taken back, in words that whoever is asked about it understands: what is then, not how it is made.</summary>
    public virtual string? Loss => null;

    /// <summary>Is made on the target's own system, and goes with it when the target is installed anew.</summary>
    public virtual bool IsOfSystem => false;

    /// <summary>Whether <c>Undo-OpsRun</c> can take it back.</summary>
    public virtual bool CanUndo => false;

    /// <summary>How long to observe after applying until the state is there.</summary>
    public virtual TimeSpan ConfirmWithin => TimeSpan.FromSeconds(60);

    /// <summary>How often to observe meanwhile.</summary>
    public virtual TimeSpan ConfirmEvery => TimeSpan.FromSeconds(2);

    /// <summary>What two changes of one external thing share (enabling and disabling a service), so that a later one of ours does not look like drift of an earlier one.</summary>
    /// <remarks>By default two changes are of one thing where they are the same action with the same parameters.</remarks>
    protected virtual string? Subject => null;

    /// <summary>What this change with these parameters is of.</summary>
    internal string SubjectOf(JsonElement parameters) => Subject ?? $"{Name} {parameters.GetRawText()}";

    /// <summary>Whether all changes of both are of one thing.</summary>
    internal bool IsOfOneThingWith(Change other) => Subject is not null && Subject == other.Subject;

    /// <summary>Whether an effect that was accepted is seen.</summary>
    internal abstract bool IsSeen(ActionContext context, object parameters, object before, object now);

    /// <summary>Whether a change that was made and left <paramref name="after"/> still holds.</summary>
    internal abstract bool StillHolds(ActionContext context, object parameters, object? after, object now);

    /// <summary>How long what was made with these parameters is brought up to date when its run is resumed, beyond that it still holds.</summary>
    internal abstract Renewal RenewalOf(ActionContext context, object parameters);

    /// <summary>How long to wait for the locks beyond the target's own.</summary>
    public virtual TimeSpan LockPatience => TimeSpan.FromMinutes(2);

    /// <summary>Locks beyond the target's own, such as <c>kayobe:control1/prod</c>; held while the effect runs.</summary>
    /// <remarks>Waited for, as long as <see cref="LockPatience"/>: others of the same run may need them in turn.</remarks>
    internal virtual IReadOnlyList<string> LocksFor(ActionContext context, object parameters) => [];

    internal abstract bool CanObserve(object parameters);

    internal abstract bool CanTrace(object parameters);

    internal abstract Task<ProbeAnswer> TraceAsync(ActionContext context, object parameters, object before, bool waits, CancellationToken cancellationToken);

    /// <summary>The result of an effect that was begun is in the journal: what was kept to trace it by may go. What goes wrong here is logged, and changes nothing.</summary>
    internal virtual Task SettledAsync(ActionContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    internal abstract Task GuardAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract Task PlanAsync(PlanClients plan, ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract Task<string?> CautionAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract Task<object> ObserveAsync(ActionContext context, object parameters, CancellationToken cancellationToken);

    internal abstract bool IsDesired(ActionContext context, object parameters, object state);

    internal abstract string Describe(object state);

    internal abstract string DescribeDesired(ActionContext context, object parameters, object before);

    internal abstract Task ApplyAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract Task<ProbeAnswer> ProbeAsync(ActionContext context, object parameters, object before, object now, CancellationToken cancellationToken);

    internal abstract bool Matches(object state, object recorded);

    internal abstract Task UndoAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract Task GuardUndoAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken);

    internal abstract JsonElement Save(object state);

    internal abstract object Load(JsonElement saved);
}

/// <summary>A change with the record its <c>with:</c> is bound to and the record of the state it observes.</summary>
/// <typeparam name="TParameters">Bound from YAML or filled by a cmdlet.</typeparam>
/// <typeparam name="TState">A record that survives JSON: it goes to the journal, and undo reads it from there. No secrets, no command output.</typeparam>
internal abstract class Change<TParameters, TState> : Change
    where TParameters : notnull
    where TState : notnull
{
    public sealed override Type ParametersType => typeof(TParameters);

    /// <inheritdoc cref="Change.IsDestructive(object)"/>
    protected virtual bool IsDestructive(TParameters parameters) => false;

    /// <summary>False for an effect that leaves nothing to look at, such as a command without a probe: it is done when it returned, and an interrupted one is a person's to decide.</summary>
    protected virtual bool CanObserve(TParameters parameters) => true;

    /// <summary>Whether an interrupted effect that cannot be observed can be found again by what it left of itself, such as a run that outlived its connection.</summary>
    protected virtual bool CanTrace(TParameters parameters) => false;

    /// <summary>Reads the present state. Throws where it cannot be known.</summary>
    protected abstract Task<TState> ObserveAsync(ActionContext context, TParameters parameters, CancellationToken cancellationToken);

    /// <summary>Whether <paramref name="state"/> is what the parameters ask for. Throws <see cref="Errors.RefusedException"/> where the state forbids the change.</summary>
    protected abstract bool IsDesired(ActionContext context, TParameters parameters, TState state);

    /// <summary>A last look, with every lock held and nothing sent: what a check proved before may have changed since. Throws <see cref="Errors.RefusedException"/> where the effect must not be.</summary>
    protected virtual Task GuardAsync(ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Tells the plan what the targets behind this one would find. Throws <see cref="Errors.RefusedException"/> where the effect could not be after what the plan tells already.</summary>
    protected virtual Task PlanAsync(PlanClients plan, ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What whoever decides on the effect must know beyond its difference: whom it takes down, whose word it overrides. Its plan tells it, and it is asked for at the highest impact. Null where there is nothing; sends no write.</summary>
    protected virtual Task<string?> CautionAsync(ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>The one effect. Throws <see cref="Errors.OutcomeUnknownException"/> where it may or may not have happened.</summary>
    protected abstract Task ApplyAsync(ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken);

    /// <summary>A state in a few words, for plans, records and tickets.</summary>
    protected abstract string Describe(TState state);

    /// <summary>The state asked for, in a few words.</summary>
    protected abstract string DescribeDesired(ActionContext context, TParameters parameters, TState before);

    /// <summary>After an intent without a result, and a state that is not the desired one: did it happen? Overridden only by effects that cannot be observed.</summary>
    /// <remarks>By default the state before the intent means that it did not; another state is clear only for what may be repeated.</remarks>
    protected virtual Task<ProbeAnswer> ProbeAsync(ActionContext context, TParameters parameters, TState before, TState now, CancellationToken cancellationToken)
        => Task.FromResult(!IsDestructive(parameters) && (IsIdempotent || Matches(now, before)) ? ProbeAnswer.NotHappened : ProbeAnswer.Undecidable);

    /// <summary>After an intent without a result: what came of it, by what it left of itself. Asked before anything is observed, for <see cref="CanTrace"/> only.</summary>
    /// <param name="before">The state of the intent.</param>
    /// <param name="waits">Wait for its end where it still runs; otherwise nobody can tell yet.</param>
    /// <exception cref="Errors.StepFailedException">It happened and failed: its result, where it is waited for.</exception>
    protected virtual Task<ProbeAnswer> TraceAsync(ActionContext context, TParameters parameters, TState before, bool waits, CancellationToken cancellationToken)
        => throw new NotSupportedException($"{Name} cannot be traced.");

    /// <summary>Whether two observations are the same for undo and recovery.</summary>
    protected virtual bool Matches(TState state, TState recorded) => Describe(state) == Describe(recorded);

    /// <summary>Whether an effect that was accepted is seen. By default: once the state is the desired one. An event, such as a restart, is seen by what is other than before.</summary>
    protected virtual bool IsSeen(ActionContext context, TParameters parameters, TState before, TState now) => IsDesired(context, parameters, now);

    /// <summary>Whether what was made still holds. By default: while it is as desired.</summary>
    /// <param name="after">The state that was left; default where none was recorded.</param>
    protected virtual bool StillHolds(ActionContext context, TParameters parameters, TState? after, TState now) => IsDesired(context, parameters, now);

    /// <summary>How long what was made is brought up to date when its run is resumed. By default it stays as it was made.</summary>
    protected virtual Renewal RenewalOf(ActionContext context, TParameters parameters) => Renewal.None;

    /// <summary>Takes it back to <paramref name="before"/>; called only where the present state is the one that we left.</summary>
    protected virtual Task UndoAsync(ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken)
        => throw new NotSupportedException($"{Name} cannot be undone.");

    /// <summary>Whether it may be taken back to <paramref name="before"/>, with nothing sent. Throws <see cref="Errors.RefusedException"/> where it may not: it is left as it is then. Taking back never destroys, and never arms what does.</summary>
    protected virtual Task GuardUndoAsync(ActionContext context, TParameters parameters, TState before, CancellationToken cancellationToken) => Task.CompletedTask;

    internal sealed override bool IsDestructive(object parameters) => IsDestructive((TParameters)parameters);

    internal sealed override bool CanObserve(object parameters) => CanObserve((TParameters)parameters);

    internal sealed override bool CanTrace(object parameters) => CanTrace((TParameters)parameters);

    internal sealed override Task<ProbeAnswer> TraceAsync(ActionContext context, object parameters, object before, bool waits, CancellationToken cancellationToken)
        => TraceAsync(context, (TParameters)parameters, (TState)before, waits, cancellationToken);

    internal sealed override Task GuardAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => GuardAsync(context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override Task PlanAsync(PlanClients plan, ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => PlanAsync(plan, context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override Task<string?> CautionAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => CautionAsync(context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override async Task<object> ObserveAsync(ActionContext context, object parameters, CancellationToken cancellationToken)
        => await ObserveAsync(context, (TParameters)parameters, cancellationToken);

    internal sealed override bool IsDesired(ActionContext context, object parameters, object state) => IsDesired(context, (TParameters)parameters, (TState)state);

    internal sealed override string Describe(object state) => Describe((TState)state);

    internal sealed override string DescribeDesired(ActionContext context, object parameters, object before) => DescribeDesired(context, (TParameters)parameters, (TState)before);

    internal sealed override Task ApplyAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => ApplyAsync(context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override Task<ProbeAnswer> ProbeAsync(ActionContext context, object parameters, object before, object now, CancellationToken cancellationToken)
        => ProbeAsync(context, (TParameters)parameters, (TState)before, (TState)now, cancellationToken);

    internal sealed override bool Matches(object state, object recorded) => Matches((TState)state, (TState)recorded);

    internal sealed override Task UndoAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => UndoAsync(context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override Task GuardUndoAsync(ActionContext context, object parameters, object before, CancellationToken cancellationToken)
        => GuardUndoAsync(context, (TParameters)parameters, (TState)before, cancellationToken);

    internal sealed override bool IsSeen(ActionContext context, object parameters, object before, object now) => IsSeen(context, (TParameters)parameters, (TState)before, (TState)now);

    internal sealed override bool StillHolds(ActionContext context, object parameters, object? after, object now)
        => StillHolds(context, (TParameters)parameters, after is null ? default : (TState)after, (TState)now);

    internal sealed override Renewal RenewalOf(ActionContext context, object parameters) => RenewalOf(context, (TParameters)parameters);

    internal sealed override JsonElement Save(object state) => JsonSerializer.SerializeToElement((TState)state, ActionJson.Options);

    internal sealed override object Load(JsonElement saved) => saved.Deserialize<TState>(ActionJson.Options)
        ?? throw new InvalidOperationException($"{Name}: a recorded state is null.");
}

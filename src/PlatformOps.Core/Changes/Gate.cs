using System.Diagnostics;
using System.Text.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>
/// The one way to an effect, for cmdlets and runbooks alike: observe; already there is Unchanged; guard; INTENT, durable; apply;
/// observe until it is there; RESULT, durable. After a crash, the intent without a result is probed first.
/// </summary>
internal sealed class Gate(RunLedger ledger, EffectGuard guard, TimeProvider time)
{
    // A call of unknown outcome shows soon whether it happened, or was never taken.
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(15);

    /// <summary>Of real time: how old what was seen before an effect may be.</summary>
    public TimeSpan SeenWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Observes, and says what would be done. Sends no write.</summary>
    /// <param name="isAlone">No effect comes before it: what it would be refused for now, it is refused for.</param>
    public static async Task<StepEnd> PlanAsync(Change change, ActionContext context, object parameters, CancellationToken cancellationToken, bool isAlone = false)
    {
        var now = await change.ObserveAsync(context, parameters, cancellationToken);
        var before = change.Describe(now);
        if (change.IsDesired(context, parameters, now))
            return Unchanged(change, context, before);
        if (isAlone)
            await change.GuardAsync(context, parameters, now, cancellationToken);
        if (context.Plan is { } plan)
            await change.PlanAsync(plan, context, parameters, now, cancellationToken);
        var after = Desired(change, context, parameters, now);
        var caution = await change.CautionAsync(context, parameters, now, cancellationToken);
        return new StepEnd(StepOutcome.Planned, $"[{context.Run.Environment}] {Difference(change, context, before, after)}{(caution is null ? "" : $". {caution}")}") { Before = before, After = after, Caution = caution };
    }

    /// <summary>Makes the change, or finds out what became of it in an earlier process.</summary>
    /// <param name="locks">What the caller holds for the target.</param>
    /// <param name="guards">What must hold immediately before the effect, looked at with every lock held; throws where it does not.</param>
    /// <returns>Done, Unchanged, Failed, Unknown, Skipped or Drifted; refusals and failures of observing are Failed.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; an effect that was under way is probed when the run is resumed.</exception>
    /// <exception cref="LedgerException">The journal could not be written: nothing more may happen.</exception>
    public async Task<StepEnd> RunAsync(Change change, ActionContext context, object parameters, StepInfo step, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken, Func<Task>? guards = null)
    {
        var started = time.GetUtcNow();
        var key = new StepKey(context.Target.Name, context.Phase, context.Step);
        try
        {
            var end = await RunAsync(change, context, parameters, new Recording(this, change, context, parameters, key, step, started, cancellationToken), locks, guards, cancellationToken);
            if (end.Outcome == StepOutcome.Unknown)
                await LeaveOpenAsync(change, key, step, started, end);
            return end;
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            // Observing or a guard failed, nothing was sent now. An intent that an earlier process left open stays open.
            var result = new StepEnd(StepOutcome.Failed, Sentence(e)) { Error = e };
            return ledger.Find(key) is { IsOpen: true } ? step.Weigh(result) : await new Recording(this, change, context, parameters, key, step, started, cancellationToken).EndAsync(result, null);
        }
    }

    /// <summary>Finds out what became of an effect that was begun earlier, or takes a person's word for it. Sends no write.</summary>
    /// <param name="context">With all targets that it was begun for.</param>
    /// <returns>Its end, Unknown where looking does not tell; null where it did not happen, which is then its result: it may be made anew, or left out.</returns>
    public async Task<StepEnd?> SettleAsync(Change change, ActionContext context, StepInfo step, CancellationToken cancellationToken)
    {
        var key = new StepKey(context.Target.Name, context.Phase, context.Step);
        var history = ledger.Find(key)!;
        var (intent, isOpen) = (history.Intent!, history.IsOpen);
        var started = time.GetUtcNow();
        if (intent.IsUndo)
            return isOpen ? await LeftOpenAsync(Undecidable(change, key, intent, "not to be seen")) : null;
        try
        {
            var parameters = intent.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
            var record = new Recording(this, change, context, parameters, key, step, started, cancellationToken);
            var (end, _) = await SettleAsync(change, context, parameters, record, history, cancellationToken);
            if (end is null && isOpen)
                await record.EndAsync(new StepEnd(StepOutcome.Failed, $"{Subject(change, context)}: was begun ({intent.BeforeText} → {intent.DesiredText}), and did not happen") { Before = intent.BeforeText }, null);
            return end is { Outcome: StepOutcome.Unknown } ? await LeftOpenAsync(end) : end;
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            return await LeftOpenAsync(Undecidable(change, key, intent, $"not to be seen ({Sentence(e)})", e));
        }

        async Task<StepEnd> LeftOpenAsync(StepEnd end)
        {
            await LeaveOpenAsync(change, key, step, started, end);
            return end;
        }
    }

    /// <summary>Removes what was kept to trace an effect by, whose result is in the journal. What goes wrong is logged, and changes nothing.</summary>
    public static async Task ForgetTraceAsync(Change change, ActionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await change.SettledAsync(context, cancellationToken);
        }
        catch (Exception e)
        {
            context.Log.Write(change.Name, $"what was kept to trace it by is still there: {Sentence(e)}");
        }
    }

    // It was looked, and that does not tell: written down, so that it is known to wait for a person. The intent stays open.
    private async Task LeaveOpenAsync(Change change, StepKey key, StepInfo step, DateTimeOffset started, StepEnd end)
        => await ledger.WriteDurablyAsync(new Result(key, change.Name, StepKind.Change, StepOutcome.Unknown, end.Message)
        {
            BeforeText = end.Before,
            AfterText = end.After,
            Error = end.Error?.GetType().Name,
            StartedAt = started,
            Duration = time.GetUtcNow() - started,
            Number = step.Number,
            IsTelling = step.IsTelling,
        });

    /// <summary>Whether nobody can tell what came of an intent without a result, an earlier run's for instance. Sends no write.</summary>
    public static async Task<bool> IsUndecidableAsync(Change change, ActionContext context, Intent intent, CancellationToken cancellationToken)
    {
        var parameters = intent.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
        if (change.CanTrace(parameters))
            return await change.TraceAsync(context, parameters, change.Load(intent.Before), waits: false, cancellationToken) == ProbeAnswer.Undecidable;
        if (!change.CanObserve(parameters))
            return true;
        // What may be repeated does no harm, whatever came of it.
        if (change.IsIdempotent && !change.IsDestructive(parameters))
            return false;
        var now = await change.ObserveAsync(context, parameters, cancellationToken);
        return await ProbeAsync(change, context, parameters, change.Load(intent.Before), now, change.IsDesired(context, parameters, now), cancellationToken) == ProbeAnswer.Undecidable;
    }

    /// <summary>Whether a change that was made earlier still holds. Sends no write and records nothing.</summary>
    public static async Task<StepEnd> VerifyAsync(Change change, ActionContext context, object parameters, JsonElement? after, CancellationToken cancellationToken)
    {
        if (!change.CanObserve(parameters))
            return new StepEnd(StepOutcome.Unchanged, $"{Subject(change, context)}: was done before");
        try
        {
            var now = await change.ObserveAsync(context, parameters, cancellationToken);
            var state = change.Describe(now);
            if (change.StillHolds(context, parameters, after is { } left ? change.Load(left) : null, now))
                return new StepEnd(StepOutcome.Unchanged, $"{Subject(change, context)}: was done before, and still holds ({state})") { Before = state, After = state };
            var error = new StepFailedException($"{Subject(change, context)}: was done before, but now it is {state}: somebody changed it since. Put it back, or start a new run.") { TargetName = context.Target.Name };
            return new StepEnd(StepOutcome.Drifted, error.Message) { Before = state, Error = error };
        }
        catch (OpsException e)
        {
            return new StepEnd(StepOutcome.Failed, e.Message) { Error = e };
        }
    }

    /// <summary>What taking a change back would do, read live.</summary>
    /// <param name="made">What was made; or what may have been, where looking tells.</param>
    public static async Task<StepEnd> PlanUndoAsync(Change change, ActionContext context, object parameters, StepHistory made, CancellationToken cancellationToken)
    {
        var before = change.Load(made.Standing!.Before);
        var now = await change.ObserveAsync(context, parameters, cancellationToken);
        var (state, wanted) = (change.Describe(now), change.Describe(before));
        if (change.Matches(now, before))
            return new StepEnd(StepOutcome.Unchanged, $"{Subject(change, context)}: is already back at {wanted}") { Before = state, After = wanted };
        if (!IsOurs(change, context, parameters, made, now))
            return new StepEnd(StepOutcome.Drifted, $"{Subject(change, context)}: would be left as it is, because somebody changed it since ({LeftText(made)} → {state})") { Before = state };
        if (await UndoRefusalAsync(change, context, parameters, before, cancellationToken) is { } refused)
            return refused with { Before = state };
        return new StepEnd(StepOutcome.Planned, $"would take back {Difference(change, context, state, wanted)}") { Before = state, After = wanted };
    }

    /// <summary>Takes a change back, if what we left is still what is there.</summary>
    public async Task<StepEnd> UndoAsync(Change change, ActionContext context, object parameters, StepHistory made, StepInfo step, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var before = change.Load(made.Standing!.Before);
        using var held = await LocksAsync(change, context, parameters, locks, cancellationToken);
        var record = new Recording(this, change, context, parameters, made.Key, step, started, cancellationToken);
        var locked = record with { Locks = held.All };
        var end = await SendAsync(new Effect(change, () => context, parameters, LookAsync, ConfirmAsync)
        {
            Send = _ => change.UndoAsync(context, parameters, before, cancellationToken),
            Intent = now => IntentFor(change, context, parameters, made.Key, now, change.Describe(before), locks) with { IsUndo = true },
            FailedAs = $"{Subject(change, context)}: could not be taken back: ",
        }, locked, await change.ObserveAsync(context, parameters, cancellationToken), cancellationToken);
        if (end is { Outcome: StepOutcome.Unknown })
            await LeaveOpenAsync(change, made.Key, step, started, end);
        return end;

        async Task<StepEnd?> LookAsync(object now)
        {
            if (change.Matches(now, before))
                return await record.EndAsync(new StepEnd(StepOutcome.Undone, $"{Subject(change, context)}: is already back at {change.Describe(before)}") { Before = change.Describe(now), After = change.Describe(before) }, now);
            if (!IsOurs(change, context, parameters, made, now))
                return new StepEnd(StepOutcome.Drifted, $"{Subject(change, context)}: left as it is, because somebody changed it since ({LeftText(made)} → {change.Describe(now)})") { Before = change.Describe(now) };
            return await UndoRefusalAsync(change, context, parameters, before, cancellationToken) is { } refused ? refused with { Before = change.Describe(now) } : null;
        }

        async Task<StepEnd> ConfirmAsync(object now, Intent intent, Exception? unclear)
        {
            var (reached, last) = await ObserveUntilAsync(change, context, parameters, state => change.Matches(state, before), PatienceOf(change, unclear), cancellationToken);
            if (reached)
                return await locked.EndAsync(new StepEnd(StepOutcome.Undone, Difference(change, context, change.Describe(now), change.Describe(before))) { Before = change.Describe(now), After = change.Describe(last) }, last);
            var error = new StepFailedException($"{Subject(change, context)}: still {change.Describe(last)} after taking it back to {change.Describe(before)}{(unclear is null ? "" : $": {Sentence(unclear)}")}", unclear) { TargetName = context.Target.Name };
            return await locked.EndAsync(new StepEnd(StepOutcome.Failed, error.Message) { Before = change.Describe(now), After = change.Describe(last), Error = error }, last);
        }
    }

    // Null where it may be taken back.
    private static async Task<StepEnd?> UndoRefusalAsync(Change change, ActionContext context, object parameters, object before, CancellationToken cancellationToken)
    {
        try
        {
            await change.GuardUndoAsync(context, parameters, before, cancellationToken);
            return null;
        }
        catch (RefusedException e)
        {
            return new StepEnd(StepOutcome.Skipped, $"{Subject(change, context)}: left as it is: {e.Message}");
        }
    }

    private static TimeSpan PatienceOf(Change change, Exception? unclear) => unclear is null || change.ConfirmWithin < SettleWithin ? change.ConfirmWithin : SettleWithin;

    private async Task<StepEnd> RunAsync(Change change, ActionContext context, object parameters, Recording record, IReadOnlyList<TargetLock> locks, Func<Task>? guards, CancellationToken cancellationToken)
    {
        var (end, seen) = await SettleAsync(change, context, parameters, record, ledger.Find(record.Key), cancellationToken);
        if (end is not null)
            return end;
        var now = seen ?? await change.ObserveAsync(context, parameters, cancellationToken);
        if (IsThere(now))
            return await record.EndAsync(Unchanged(change, context, change.Describe(now)), now);

        using var held = await LocksAsync(change, context, parameters, locks, cancellationToken);
        // Who had them before us may have done what we are about to do.
        if (held.AreMore)
            now = await change.ObserveAsync(context, parameters, cancellationToken);
        var locked = record with { Locks = held.All };
        return await SendAsync(new Effect(change, () => context, parameters, LookAsync, (before, intent, unclear) => ConfirmAsync(change, context, parameters, locked, before, intent, unclear, cancellationToken))
        {
            IsDestructive = change.IsDestructive(parameters),
            GuardAsync = GuardAsync,
            Send = before => change.ApplyAsync(context, parameters, before, cancellationToken),
            Intent = before => IntentFor(change, context, parameters, record.Key, before, Desired(change, context, parameters, before), locks) with { IsTelling = record.Step.IsTelling },
        }, locked, now, cancellationToken);

        async Task<StepEnd?> LookAsync(object state)
        {
            if (IsThere(state))
                return await record.EndAsync(Unchanged(change, context, change.Describe(state)), state);
            await GuardAsync(state);
            return null;
        }

        async Task GuardAsync(object state)
        {
            await change.GuardAsync(context, parameters, state, cancellationToken);
            if (guards is not null)
                await guards();
        }

        bool IsThere(object state)
        {
            if (context.TakenOverFrom is { } stood && !change.Matches(state, change.Load(stood)))
                context = context with { Run = context.Run with { TakeOverReason = null }, TakenOverFrom = null };
            return change.IsDesired(context, parameters, state);
        }
    }

    // No end where nothing is to settle, or it did not happen. What was seen meanwhile need not be looked at twice.
    private static async Task<(StepEnd? End, object? Seen)> SettleAsync(Change change, ActionContext context, object parameters, Recording record, StepHistory? history, CancellationToken cancellationToken)
    {
        if (history is not { Intent: { IsUndo: false } intent })
            return (null, null);
        if (history.Decision is { } decision)
        {
            return decision.As switch
            {
                StepDecision.Happened => (await record.EndAsync(new StepEnd(StepOutcome.Done, $"{Subject(change, context)}: happened, says {decision.Person}: {decision.Reason}"), null), null),
                StepDecision.Skipped => (await record.EndAsync(new StepEnd(StepOutcome.Skipped, $"{Subject(change, context)}: skipped by {decision.Person}: {decision.Reason}"), null), null),
                StepDecision.Abandon => (new StepEnd(StepOutcome.Failed, $"abandoned by {decision.Person}: {decision.Reason}"), null),
                _ => (null, null),
            };
        }

        if (!history.IsOpen)
            return (null, null);
        if (change.CanTrace(parameters))
            return (await TraceAsync(change, context, parameters, record, intent, cancellationToken), null);
        if (!change.CanObserve(parameters))
            return (Undecidable(change, record.Key, intent, "not to be seen"), null);
        var now = await change.ObserveAsync(context, parameters, cancellationToken);
        return await ProbeAsync(change, context, parameters, change.Load(intent.Before), now, change.IsDesired(context, parameters, now), cancellationToken) switch
        {
            ProbeAnswer.Happened => (await record.EndAsync(new StepEnd(StepOutcome.Done, $"{Difference(change, context, intent.BeforeText, change.Describe(now))} (found done after an interruption)") { Before = intent.BeforeText, After = change.Describe(now) }, now), now),
            ProbeAnswer.Undecidable => (Undecidable(change, record.Key, intent, change.Describe(now)), now),
            _ => (null, now),
        };
    }

    // Null where it did not happen.
    private static async Task<StepEnd?> TraceAsync(Change change, ActionContext context, object parameters, Recording record, Intent intent, CancellationToken cancellationToken)
    {
        try
        {
            return await change.TraceAsync(context, parameters, change.Load(intent.Before), waits: true, cancellationToken) switch
            {
                ProbeAnswer.Happened => await record.EndAsync(new StepEnd(StepOutcome.Done, $"{Difference(change, context, intent.BeforeText, intent.DesiredText)} (found done after an interruption)") { Before = intent.BeforeText, After = intent.DesiredText }, null),
                ProbeAnswer.Undecidable => Undecidable(change, record.Key, intent, "not to be seen"),
                _ => null,
            };
        }
        catch (StepFailedException e)
        {
            return await record.EndAsync(new StepEnd(StepOutcome.Failed, e.Message) { Before = intent.BeforeText, Error = e }, null);
        }
    }

    private static async Task<ProbeAnswer> ProbeAsync(Change change, ActionContext context, object parameters, object before, object now, bool isDesired, CancellationToken cancellationToken)
        => isDesired && !change.Matches(before, now) ? ProbeAnswer.Happened : await change.ProbeAsync(context, parameters, before, now, cancellationToken);

    private async Task<HeldLocks> LocksAsync(Change change, ActionContext context, object parameters, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        var held = new HeldLocks(locks);
        try
        {
            foreach (var name in change.LocksFor(context, parameters))
                held.Add(await ledger.WaitForLockAsync(name, change.LockPatience, time, cancellationToken));
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // The one way of an effect, of a change as of its taking back: everything that can refuse it; INTENT, durable; what was seen is not old by then; the effect; its result.
    private async Task<StepEnd> SendAsync(Effect effect, Recording record, object now, CancellationToken cancellationToken)
    {
        var (change, parameters) = (effect.Change, effect.Parameters);
        while (true)
        {
            if (await effect.LookAsync(now) is { } end)
                return end;
            if (!await ledger.AskAsync(() => guard.ThrowIfEffectRefused(change, effect.Context, effect.IsDestructive, record.Locks), time, cancellationToken))
                break;
            // The ledger was away meanwhile.
            now = await change.ObserveAsync(effect.Context, parameters, cancellationToken);
        }

        var intent = effect.Intent(now);
        cancellationToken.ThrowIfCancellationRequested();
        var asked = Stopwatch.GetTimestamp();
        await ledger.WriteDurablyAsync(intent, record.Locks);
        if (Stopwatch.GetElapsedTime(asked) > SeenWithin && await OvertakenAsync(effect, record, now, "the ledger was away", cancellationToken) is { } overtaken)
            return await record.EndAsync(overtaken with { Before = intent.BeforeText }, null);

        try
        {
            Exception? unclear;
            // Each try is made right behind the proofs: those from before the waiting are as old as it was long.
            while ((unclear = await CallAsync()) is OccupiedException occupied)
            {
                effect.Context.Log.Write(change.Name, $"{occupied.Message}; waiting until it is through");
                if (await AskAgainAsync(occupied) is { } refused)
                    return await record.EndAsync(refused with { Before = intent.BeforeText }, null);
            }

            return unclear is OpsException and not OutcomeUnknownException
                ? await record.EndAsync(new StepEnd(StepOutcome.Failed, $"{effect.FailedAs}{Sentence(unclear)}") { Before = intent.BeforeText, Error = unclear }, null)
                : await effect.ConfirmAsync(now, intent, unclear);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            // Once it was begun, only what came of it is told, or that nobody knows.
            return Undecidable(change, record.Key, intent, "not to be seen", e);
        }

        // A call whose outcome is unknown, or a fault of ours in the middle of it: only observing tells.
        async Task<Exception?> CallAsync()
        {
            try
            {
                await effect.Send(now);
                return null;
            }
            catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
            {
                return e;
            }
        }

        async Task<StepEnd?> AskAgainAsync(OccupiedException occupied)
        {
            try
            {
                await occupied.FreedAsync(cancellationToken);
            }
            catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
            {
                return Unsent(Sentence(e), e);
            }

            return await OvertakenAsync(effect, record, now, "another was at work", cancellationToken);
        }
    }

    // What came of a change that was sent.
    private async Task<StepEnd> ConfirmAsync(Change change, ActionContext context, object parameters, Recording record, object before, Intent intent, Exception? unclear, CancellationToken cancellationToken)
    {
        var (beforeText, desiredText) = (intent.BeforeText, intent.DesiredText);
        if (!change.CanObserve(parameters))
        {
            return unclear is null
                ? await record.EndAsync(new StepEnd(StepOutcome.Done, Difference(change, context, beforeText, desiredText)) { Before = beforeText, After = desiredText }, null)
                : Undecidable(change, record.Key, intent, "not to be seen", unclear);
        }

        // What nobody knows to have been accepted shows itself by its state, or is probed.
        Func<object, bool> isThere = unclear is null ? state => change.IsSeen(context, parameters, before, state) : state => change.IsDesired(context, parameters, state);
        var (reached, now) = await ObserveUntilAsync(change, context, parameters, isThere, PatienceOf(change, unclear), cancellationToken);
        if (reached)
            return await record.EndAsync(new StepEnd(StepOutcome.Done, Difference(change, context, beforeText, change.Describe(now))) { Before = beforeText, After = change.Describe(now) }, now);
        // What must not be sent twice stays open when it was accepted and cannot be seen: a reader may lag behind.
        if (unclear is null && change.IsIdempotent && !change.IsDestructive(parameters))
        {
            var error = new StepFailedException($"{Subject(change, context)}: was accepted, but {change.ConfirmWithin.TotalSeconds:0} s later it is {change.Describe(now)}, not {desiredText}.") { TargetName = context.Target.Name };
            return await record.EndAsync(new StepEnd(StepOutcome.Failed, error.Message) { Before = beforeText, After = change.Describe(now), Error = error }, now);
        }

        return await change.ProbeAsync(context, parameters, before, now, cancellationToken) switch
        {
            ProbeAnswer.Happened => await record.EndAsync(new StepEnd(StepOutcome.Done, Difference(change, context, beforeText, change.Describe(now))) { Before = beforeText, After = change.Describe(now) }, now),
            ProbeAnswer.NotHappened when unclear is not null => await record.EndAsync(new StepEnd(StepOutcome.Failed, $"{Sentence(unclear)} It did not happen: {change.Describe(now)}.") { Before = beforeText, After = change.Describe(now), Error = unclear }, now),
            _ => Undecidable(change, record.Key, intent, change.Describe(now), unclear),
        };
    }

    // Why nothing is sent after an intent that came to wait: what was proved and seen before is as old as that took. Null where all of it still is so.
    private async Task<StepEnd?> OvertakenAsync(Effect effect, Recording record, object before, string meanwhile, CancellationToken cancellationToken)
    {
        var (change, context) = (effect.Change, effect.Context);
        try
        {
            await effect.GuardAsync(before);
            await ledger.AskAsync(() => guard.ThrowIfEffectRefused(change, context, effect.IsDestructive, record.Locks), time, cancellationToken);
            var now = await change.ObserveAsync(context, effect.Parameters, cancellationToken);
            return change.Matches(before, now) ? null
                : Unsent($"{Subject(change, context)}: nothing was sent: while {meanwhile} it went from {change.Describe(before)} to {change.Describe(now)}. Go on with the run: it looks first.");
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            return Unsent($"{Subject(change, context)}: nothing was sent: {Sentence(e)}", e);
        }
    }

    private static StepEnd Unsent(string message, Exception? error = null) => new(StepOutcome.Failed, message) { Error = error, IsUnsent = true };

    private async Task<(bool Reached, object Last)> ObserveUntilAsync(Change change, ActionContext context, object parameters, Func<object, bool> isThere, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var isLast = time.GetElapsedTime(began) >= patience;
            try
            {
                var now = await change.ObserveAsync(context, parameters, cancellationToken);
                if (isThere(now) || isLast)
                    return (isThere(now), now);
            }
            catch (OpsException e) when (!isLast && e is not LedgerException)
            {
                // The service is away for a moment; the deadline bounds how long we ask.
            }

            await Task.Delay(change.ConfirmEvery, time, cancellationToken);
        }
    }

    // What we left, as far as it was written down; where a person said that it happened, what was wanted.
    private static bool IsOurs(Change change, ActionContext context, object parameters, StepHistory made, object now)
        => made.MadeResult?.After is { } left ? change.Matches(now, change.Load(left)) : change.IsDesired(context, parameters, now);

    private static string LeftText(StepHistory made) => made.MadeResult?.AfterText ?? made.Standing!.DesiredText;

    private static Intent IntentFor(Change change, ActionContext context, object parameters, StepKey key, object before, string desired, IReadOnlyList<TargetLock> locks)
        => new(key, change.Name, Save(change, parameters), change.Save(before), change.Describe(before), desired)
        {
            Locks = TargetLock.TokensOf(locks),
            TicketId = context.Target.TicketId,
            TargetKind = context.Target.Kind,
            IsUnseen = !change.CanObserve(parameters) && !change.CanTrace(parameters),
            Members = context.Batch.Count == 1 && context.Batch[0] == context.Target ? null : [.. context.Batch.Select(member => member.Name)],
        };

    // The intent stays open until a person decides.
    private static StepEnd Undecidable(Change change, StepKey key, Intent intent, string now, Exception? cause = null)
    {
        var error = new OutcomeUnknownException(
            $"{change.Summary} on {key.Target} was begun ({intent.BeforeText} → {intent.DesiredText}) and nobody knows whether it happened; now it is {now}. Look, then decide with Resolve-OpsStep -As Happened, NotHappened, Skipped or Abandon.",
            cause) { TargetName = key.Target };
        return new StepEnd(StepOutcome.Unknown, error.Message) { Before = intent.BeforeText, After = now, Error = error };
    }

    private static JsonElement Save(Change change, object parameters) => JsonSerializer.SerializeToElement(parameters, change.ParametersType, ActionJson.Options);

    private static StepEnd Unchanged(Change change, ActionContext context, string state)
        => new(StepOutcome.Unchanged, $"{Subject(change, context)}: is already {state}") { Before = state, After = state };

    private static string Difference(Change change, ActionContext context, string before, string after) => $"{Subject(change, context)}: {before} → {after}";

    private static string Desired(Change change, ActionContext context, object parameters, object before)
        => change.DescribeDesired(context, parameters, before) + (change.AlsoOn is { } others ? $", on {others}" : "");

    private static string Subject(Change change, ActionContext context) => $"{change.Summary} on {context.Target.Name}";

    /// <summary>What went wrong, for people; a fault of ours says its kind.</summary>
    internal static string Sentence(Exception e) => e is OpsException ? e.Message : $"{e.GetType().Name}: {e.Message}";

    /// <summary>What is sent to a target: a change, or its taking back.</summary>
    /// <param name="ContextNow">Looking may end a take-over.</param>
    /// <param name="LookAsync">How it ends where nothing is to be sent in the state that is seen; null where it is.</param>
    /// <param name="ConfirmAsync">What came of it: from the state before, its intent, and what was not clear of the call.</param>
    private sealed record Effect(Change Change, Func<ActionContext> ContextNow, object Parameters, Func<object, Task<StepEnd?>> LookAsync, Func<object, Intent, Exception?, Task<StepEnd>> ConfirmAsync)
    {
        public ActionContext Context => ContextNow();

        /// <summary>It is held to the change window.</summary>
        public bool IsDestructive { get; init; }

        /// <summary>What must hold immediately before it, in the state that is seen; throws where it does not.</summary>
        public Func<object, Task> GuardAsync { get; init; } = _ => Task.CompletedTask;

        /// <summary>Its intent, from the state before.</summary>
        public required Func<object, Intent> Intent { get; init; }

        /// <summary>From the state before.</summary>
        public required Func<object, Task> Send { get; init; }

        /// <summary>How the sentence begins that tells its failure.</summary>
        public string FailedAs { get; init; } = "";
    }

    /// <summary>The target's own locks, and those beyond it, which are given back after the effect.</summary>
    private sealed class HeldLocks(IReadOnlyList<TargetLock> own) : IDisposable
    {
        private readonly List<TargetLock> _beyond = [];

        public IReadOnlyList<TargetLock> All => [.. own, .. _beyond];

        /// <summary>There are some beyond the target's.</summary>
        public bool AreMore => _beyond.Count > 0;

        public void Add(TargetLock held) => _beyond.Add(held);

        public void Dispose()
        {
            foreach (var held in _beyond)
                held.Dispose();
        }
    }

    /// <summary>Writes the result of one step.</summary>
    private sealed record Recording(Gate Gate, Change Change, ActionContext Context, object Parameters, StepKey Key, StepInfo Step, DateTimeOffset Started, CancellationToken CancellationToken)
    {
        /// <summary>What the effect was begun under.</summary>
        public IReadOnlyList<TargetLock> Locks { get; init; } = [];

        public async Task<StepEnd> EndAsync(StepEnd end, object? state)
        {
            if (await FindLostAsync() is { } lost)
            {
                var error = new OutcomeUnknownException($"{end.Message} The lock {lost.Key} was lost while this was under way, so another run may have worked there at the same time. Look, then decide with Resolve-OpsStep -As Happened, NotHappened, Skipped or Abandon.", end.Error) { TargetName = Key.Target };
                return end with { Outcome = StepOutcome.Unknown, Message = error.Message, Error = error };
            }

            var result = Step.Weigh(end);
            var entry = new Result(Key, Change.Name, StepKind.Change, result.Outcome, result.Message)
            {
                BeforeText = result.Before,
                AfterText = result.After,
                After = state is null ? null : Change.Save(state),
                Parameters = result.Outcome == StepOutcome.Unchanged ? Save(Change, Parameters) : null,
                Error = result.Error?.GetType().Name,
                StartedAt = Started,
                Duration = Gate.Time.GetUtcNow() - Started,
                Number = Step.Number,
                IsTelling = Step.IsTelling,
            };
            // What sent nothing has no intent before it that this result would have to close.
            var settles = Gate.Ledger.Find(Key) is { Intent: not null, Result: null or { Outcome: StepOutcome.Unknown } };
            if (result.Outcome == StepOutcome.Unchanged)
                await Gate.Ledger.WriteAsync(entry);
            else
                await Gate.Ledger.WriteDurablyAsync(entry);
            if (settles)
                await SettleAsync();
            return result;
        }

        private async Task<TargetLock?> FindLostAsync()
        {
            TargetLock? lost = null;
            await Gate.Ledger.AskAsync(() => lost = Locks.FirstOrDefault(held => !held.IsStillHeld()), Gate.Time, CancellationToken);
            return lost;
        }

        private Task SettleAsync() => ForgetTraceAsync(Change, Context, CancellationToken);
    }

    private RunLedger Ledger => ledger;

    private TimeProvider Time => time;
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>One target of a run in this process: its lock, its phases, its steps, one after another.</summary>
internal sealed class TargetExecution(RunExecution run, ActionTarget target, RunBatch batch) : IDisposable
{
    /// <summary>What records name where a target could not be begun.</summary>
    public const string BeginStep = "run.begin";

    private readonly EarlierWork _earlier = new(run, target);
    private readonly PhaseTelling _telling = new(run, target);
    private TargetHold? _hold;
    private LaterPhases _later = LaterPhases.None;
    private TargetEnded? _done;
    private bool _startAtReached;

    public async Task<TargetEnd> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            var end = await RunAllAsync(cancellationToken);
            // A target that was stopped has not ended: the run goes on with it when it is resumed.
            if (end.State != RunState.Stopped)
                await run.Ledger.WriteDurablyAsync(new TargetEnded(target.Name, end.State, end.Message) { Outcome = end.Outcome });
            return end;
        }
        finally
        {
            batch.End(target);
        }
    }

    public void Dispose() => _hold?.Dispose();

    private IReadOnlyList<TargetLock> Locks => _hold?.Locks ?? [];

    private async Task<TargetEnd> RunAllAsync(CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        try
        {
            return await BeginAsync(cancellationToken) ?? await RunPhasesAsync(cancellationToken);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            // What is wrong with one target is not the others' trouble.
            await run.EmitAsync(target, null, BeginStep, BeginStep, StepKind.Check, 0, new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e }, started, cancellationToken);
            return new TargetEnd(target.Name, RunState.Failed, Gate.Sentence(e));
        }
    }

    // Null where the target may be worked on.
    private async Task<TargetEnd?> BeginAsync(CancellationToken cancellationToken)
    {
        var (isResumed, ended) = run.Ledger.Read(history => (history.Target(target.Name).IsStarted, history.Target(target.Name).Ended));
        // A window is for beginning with a target; destructive steps are held to it one by one.
        await run.Ledger.AskAsync(() => run.Guard.ThrowIfTargetRefused(target, isBegun: isResumed), run.Scope.Time, cancellationToken);
        AmbientLog.Current = run.Log.For(target.Name, null);
        _hold = await TargetHold.TakeAsync(run.Scope, run.Ledger, target, run.Request.NeedsAt(run.Scope.IsConfigured), null, cancellationToken);
        if (_hold.Names.Count > 0)
            run.Log.For(target.Name, null).Write(BeginStep, string.Join(", ", _hold.Names.Select(name => $"{name.Key} {name.Value}")));
        await run.Ledger.WriteAsync(new TargetStarted(target.Name) { Locks = TargetLock.TokensOf(_hold.Locks), Names = new Dictionary<string, string>(_hold.Names) });
        if (isResumed)
            await _earlier.ForgetTraceAsync(cancellationToken);
        _done = ended is { State: RunState.Succeeded } ? ended : null;
        var left = run.Ledger.Read(history => LaterWork.LeftOf(history, target.Name));
        if (run.Request.IsResumed)
            _later = await new LaterWork(run.Scope).SinceAsync(run.Ledger.RunId, run.Ledger.Started, target.Kind, target.Name, left, cancellationToken);
        // Where nothing is to be done any more, what is behind it is others' to have changed.
        var isToDo = _done is null && _later.Beyond is null && run.Ledger.Read(history => run.Request.Phases.Any(phase => !history.Target(target.Name).PhasesDone.Contains(phase.Name) && !_later.Done.ContainsKey(phase.Name)));
        return isResumed && isToDo && await _earlier.VerifyPhasesAsync(_later.Steps, Locks, cancellationToken) is { } end
            ? new TargetEnd(target.Name, RunState.Failed, end.Message, Outcome: end.Outcome)
            : null;
    }

    private async Task<TargetEnd> RunPhasesAsync(CancellationToken cancellationToken)
    {
        if (_later.Beyond is { } beyond)
            return await LeaveOutAsync(beyond.Next, _later.Told!, cancellationToken);
        await _telling.TellAgainAsync(Locks, cancellationToken);
        // What is done is come back to only to tell it.
        if (_done is not null)
            return new TargetEnd(target.Name, RunState.Succeeded, _done.Message);
        foreach (var phase in run.Request.Phases)
        {
            if (run.Ledger.Read(history => history.Target(target.Name).PhasesDone.Contains(phase.Name)))
            {
                batch.Miss(phase, target);
                continue;
            }

            if (_later.Done.TryGetValue(phase.Name, out var other))
            {
                batch.Miss(phase, target);
                await EmitSkippedAsync(phase.Name, $"done since by run {other}: neither done again nor told again", cancellationToken);
                continue;
            }

            // Where to begin is a step of the first phase.
            _startAtReached = run.Request.StartAt is null || phase != run.Request.Phases[0];
            if (await RunPhaseAsync(phase, cancellationToken) is { } end)
                return end;
        }

        return new TargetEnd(target.Name, RunState.Succeeded, _later.Done.Count == 0 ? "done" : $"done, by run {string.Join(", ", _later.Done.Values.Distinct())} too");
    }

    // Nothing is done and nobody told: who is beyond it knows better.
    private async Task<TargetEnd> LeaveOutAsync(string phase, string why, CancellationToken cancellationToken)
    {
        await EmitSkippedAsync(phase, why, cancellationToken);
        return new TargetEnd(target.Name, RunState.Succeeded, why);
    }

    private Task<StepRecord> EmitSkippedAsync(string phase, string why, CancellationToken cancellationToken)
        => run.EmitAsync(target, phase, BeginStep, BeginStep, StepKind.Check, 0, new StepEnd(StepOutcome.Skipped, why), run.Scope.Time.GetUtcNow(), cancellationToken);

    // Null where the target goes on to the next phase.
    private async Task<TargetEnd?> RunPhaseAsync(RunbookPhase phase, CancellationToken cancellationToken)
    {
        var facts = run.Actions.NewFacts(target, phase);
        var told = new List<StepRecord>();
        TargetEnd? end = null;
        foreach (var step in phase.Runbook.Steps)
        {
            if (await run.StopsAfterStepAsync(cancellationToken))
                return new TargetEnd(target.Name, RunState.Stopped, $"stopped before {phase.Name}.{step.Name}");
            var ended = await RunStepAsync(phase, step, facts, told, cancellationToken);
            await _telling.TellAsync(_telling.ReportOf(phase, told, isEnded: false, succeeded: false), Locks, cancellationToken);
            if (ended.GoesOn)
                continue;
            if (ended.Outcome == StepOutcome.Waiting)
                return new TargetEnd(target.Name, RunState.Waiting, ended.Message, step.Action is ApprovalWait ? ApprovalKey(phase, step) : null);
            end = new TargetEnd(target.Name, RunState.Failed, $"{phase.Name}.{step.Name}: {ended.Message}", Outcome: ended.Outcome);
            break;
        }

        if (end is not null && HasToPutBack(phase))
        {
            foreach (var step in phase.Runbook.OnFailure)
                await RunStepAsync(phase, step, facts, told, cancellationToken);
        }

        await _telling.TellAgainAsync(Locks, cancellationToken);
        var report = _telling.ReportOf(phase, told, isEnded: true, end is null);
        await run.TellPhaseEndedAsync(report, cancellationToken);
        await _telling.TellAsync(report, Locks, cancellationToken);
        await run.Ledger.WriteAsync(new PhaseEnded(target.Name, phase.Name, end is null));
        return end;
    }

    // on-failure acts where this run has: a target that the phase was refused may be another's work.
    // What an attempt put back is not put back again by the next one, unless that has acted too, or the putting back failed.
    private bool HasToPutBack(RunbookPhase phase) => run.Ledger.Read(history =>
    {
        var known = history.Target(target.Name);
        var since = known.LastPhaseEnds.GetValueOrDefault(phase.Name);
        return known.Troubles.Any(step => step.Key.Phase == phase.Name && StepKey.IsOnFailure(step.Key.Step))
            || history.StepsOf(target.Name).Any(step => step.Key.Phase == phase.Name && step.Intent is { IsTelling: false, IsUndo: false } intent && intent.Order > since);
    });

    private async Task<StepEnd> RunStepAsync(RunbookPhase phase, RunbookStep step, FactReader facts, List<StepRecord> told, CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        var context = run.Actions.Context(target, phase.Name, step.Name, step.Action, run.Log.For(target.Name, phase.Name), isApproved: IsApprovedFor(phase, step));
        AmbientLog.Current = context.Log;
        await run.TellStepStartedAsync(target, phase.Name, step.Name, cancellationToken);
        StepEnd end;
        try
        {
            end = await RunStepAsync(phase, step, facts, context, started, cancellationToken);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            end = await run.Actions.RecordAsync(context, step, started, new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e });
        }

        end = StepActions.InfoOf(step).Weigh(end);
        if (!end.IsOld)
            told.Add(await run.EmitAsync(target, phase.Name, step.Name, step.Action.Name, step.Action.Kind, step.Number, end, started, cancellationToken));
        return end;
    }

    private async Task<StepEnd> RunStepAsync(RunbookPhase phase, RunbookStep step, FactReader facts, ActionContext context, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var isShared = step.Action.Scope == ActionScope.Batch;
        var (earlier, begun, undoneAt) = run.Ledger.Read(history =>
        {
            var known = history.Target(target.Name);
            var own = known.Find(new StepKey(target.Name, phase.Name, step.Name));
            return (own, isShared ? BatchStep.EffectOn(history, target.Name, phase, step) : own, known.UndoneAt(phase.Name));
        });
        if (step.IsOver(earlier, undoneAt))
            return new StepEnd(earlier!.Result!.Outcome, earlier.Result.Message) { IsOld = true };

        var (parameters, leftOut) = await BindAsync(step, facts, context, cancellationToken);
        // What may have happened is not stepped over.
        var isToSettle = begun is { IsToSettle: true };
        if (isShared && (leftOut is null || isToSettle))
        {
            var end = await MeetAsync(phase, step, new BatchMember(target, Locks, parameters, leftOut), cancellationToken);
            return end == leftOut ? await run.Actions.RecordAsync(context, step, started, end) : end;
        }

        if (leftOut is not null)
        {
            // The others of the batch do not wait for it.
            if (isShared)
                batch.Miss(RunBatch.MeetingOf(phase, step), target);
            var settled = isToSettle ? await run.Gate.SettleAsync((Change)step.Action, context, StepActions.InfoOf(step), cancellationToken) : null;
            return settled ?? await run.Actions.RecordAsync(context, step, started, leftOut);
        }

        if (!step.IsOnFailure && earlier is not null && step.Action is Change change && await _earlier.VerifyAsync(earlier, change, context, parameters!, cancellationToken) is { } verified)
            return verified;
        return await run.Actions.RunAsync(phase, step, context, parameters!, Locks, started, cancellationToken);
    }

    // What the step is run with, or how it ends where it is left out.
    private async Task<(object? Parameters, StepEnd? LeftOut)> BindAsync(RunbookStep step, FactReader facts, ActionContext context, CancellationToken cancellationToken)
    {
        if (!ReachesStartAt(step))
            return (null, new StepEnd(StepOutcome.Skipped, $"skipped: before -StartAt {run.Request.StartAt}"));
        if (step.LackAt(run.Scope.IsConfigured) is { } lack)
            return (null, new StepEnd(StepOutcome.Skipped, $"skipped: {lack}") { IsByCondition = true });
        await facts.EnsureAsync(step, context, cancellationToken);
        var variables = run.Actions.VariablesOf(target, facts);
        return step.When?.Holds(variables) == false
            ? (null, new StepEnd(StepOutcome.Skipped, $"skipped: {step.When.WhyNot(variables)}") { IsByCondition = true })
            : (step.Bind(variables), null);
    }

    private Task<StepEnd> MeetAsync(RunbookPhase phase, RunbookStep step, BatchMember member, CancellationToken cancellationToken) => run.WithoutPlaceAsync(
        () => batch.MeetAsync(RunBatch.MeetingOf(phase, step), member, members => new BatchStep(run, phase, step, batch.Number).RunAsync(members, cancellationToken), cancellationToken),
        cancellationToken);

    private bool ReachesStartAt(RunbookStep step)
    {
        _startAtReached |= step.IsOnFailure || step.Name == run.Request.StartAt;
        return _startAtReached;
    }

    private bool IsApprovedFor(RunbookPhase phase, RunbookStep step) => step.Action is ApprovalWait && run.Ledger.Read(history => history.IsApproved(new StepKey(target.Name, phase.Name, step.Name)));

    private string ApprovalKey(RunbookPhase phase, RunbookStep step) => new StepKey(target.Name, phase.Name, step.Name).ToApproval();
}

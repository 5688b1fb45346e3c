using System.Text.Json;
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

    private TargetHold? _hold;
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
        catch (Exception e) when (e is not (OperationCanceledException or LedgerException))
        {
            // What is wrong with one target is not the others' trouble.
            await EmitAsync(null, null, BeginStep, BeginStep, StepKind.Check, new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e }, started, cancellationToken);
            return new TargetEnd(target.Name, RunState.Failed, Gate.Sentence(e));
        }
    }

    // Null where the target may be worked on.
    private async Task<TargetEnd?> BeginAsync(CancellationToken cancellationToken)
    {
        var (isResumed, isDone) = run.Ledger.Read(history => (history.Target(target.Name).IsStarted, history.Target(target.Name).Ended?.State == RunState.Succeeded));
        // A window is for beginning with a target; destructive steps are held to it one by one.
        run.Guard.ThrowIfTargetRefused(target, isBegun: isResumed);
        AmbientLog.Current = run.Log.For(target.Name, null);
        _hold = await TargetHold.TakeAsync(run.Scope, run.Ledger, target, run.Request.Needs, null, cancellationToken);
        if (_hold.Names.Count > 0)
            run.Log.For(target.Name, null).Write(BeginStep, string.Join(", ", _hold.Names.Select(name => $"{name.Key} {name.Value}")));
        await run.Ledger.WriteAsync(new TargetStarted(target.Name, _hold.Locks[0].Token) { Names = new Dictionary<string, string>(_hold.Names) });
        // What is all done is come back to only to tell it.
        return isResumed && !isDone ? await VerifyEarlierPhasesAsync(cancellationToken) : null;
    }

    // Changes of phases that ended are observed again: where one no longer holds, going on would build on sand.
    private async Task<TargetEnd?> VerifyEarlierPhasesAsync(CancellationToken cancellationToken)
    {
        var made = run.Ledger.Read(history =>
        {
            var known = history.Target(target.Name);
            return known.Steps.Where(step => step.Made is { IsTelling: false } && !IsOnFailure(step) && step.Key.Phase is { } phase && known.PhasesDone.Contains(phase)).ToList();
        });
        foreach (var step in made)
        {
            if (run.Scope.Catalog.Find(step.Made!.Action) is not Change change || Superseding(step, change, step.Made.Parameters) is not null || IsGoneWithItsSystem(step, change))
                continue;
            var started = run.Scope.Time.GetUtcNow();
            var parameters = step.Made.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
            var context = Context(step.Key.Phase, step.Key.Step);
            var end = IsClaimedAnew(change)
                ? await run.Gate.RunAsync(change, context, parameters, new StepInfo(step.MadeResult?.Number ?? 0), Locks, cancellationToken)
                : await Gate.VerifyAsync(change, context, parameters, step.MadeResult?.After, cancellationToken);
            if (end.GoesOn)
                continue;
            await EmitAsync(step.Key.Phase, null, step.Key.Step, change.Name, StepKind.Change, end, started, cancellationToken);
            return new TargetEnd(target.Name, RunState.Failed, end.Message, Outcome: end.Outcome);
        }

        return null;
    }

    private bool IsGoneWithItsSystem(StepHistory step, Change change) => change.IsOfSystem && run.Ledger.Read(history => history.Target(target.Name).Steps
        .Any(later => later.Result is { } result && result.Order > step.Made!.Order && run.Scope.Catalog.Find(result.Action) is Wait { IsReinstall: true }));

    // The last change of the same thing that was made after this one, or may have been when the process died, if any.
    private StepHistory? Superseding(StepHistory step, Change change, JsonElement parameters)
    {
        var subject = change.SubjectOf(parameters);
        return run.Ledger.Read(history => history.Target(target.Name).Steps
            .Where(later => later.Last is { } last && (step.Made is null || last.Order > step.Made.Order) && later != step && (run.Scope.Catalog.Find(last.Action) as Change)?.SubjectOf(last.Parameters) == subject)
            .MaxBy(later => later.Last!.Order));
    }

    private static bool IsOnFailure(StepHistory step) => step.Key.Step.StartsWith(RunbookReader.OnFailurePrefix, StringComparison.Ordinal);

    private async Task<TargetEnd> RunPhasesAsync(CancellationToken cancellationToken)
    {
        await TellAgainAsync(cancellationToken);
        foreach (var phase in run.Request.Phases)
        {
            if (run.Ledger.Read(history => history.Target(target.Name).PhasesDone.Contains(phase.Name)))
            {
                foreach (var step in phase.Runbook.Steps.Where(step => step.Action.Scope == ActionScope.Batch))
                    batch.Miss(MeetingOf(phase, step), target);
                continue;
            }

            // Where to begin is a step of the first phase.
            _startAtReached = run.Request.StartAt is null || phase != run.Request.Phases[0];
            if (await RunPhaseAsync(phase, cancellationToken) is { } end)
                return end;
        }

        return new TargetEnd(target.Name, RunState.Succeeded, "done");
    }

    // Null where the target goes on to the next phase.
    private async Task<TargetEnd?> RunPhaseAsync(RunbookPhase phase, CancellationToken cancellationToken)
    {
        var facts = NewFacts(target, phase);
        var told = new List<StepRecord>();
        TargetEnd? end = null;
        foreach (var step in phase.Runbook.Steps)
        {
            if (run.StopsAfterStep)
                return new TargetEnd(target.Name, RunState.Stopped, $"stopped before {phase.Name}.{step.Name}");
            var ended = await RunStepAsync(phase, step, facts, told, cancellationToken);
            await TellAsync(ReportOf(phase, told, isEnded: false, succeeded: false), isRepeat: false, cancellationToken);
            if (ended.GoesOn)
                continue;
            if (ended.Outcome == StepOutcome.Waiting)
                return new TargetEnd(target.Name, RunState.Waiting, ended.Message, step.Action is ApprovalWait ? ApprovalKey(phase, step) : null);
            end = new TargetEnd(target.Name, RunState.Failed, $"{phase.Name}.{step.Name}: {ended.Message}", Outcome: ended.Outcome);
            break;
        }

        if (end is not null)
        {
            foreach (var step in phase.Runbook.OnFailure)
                await RunStepAsync(phase, step, facts, told, cancellationToken);
        }

        await TellAgainAsync(cancellationToken);
        var report = ReportOf(phase, told, isEnded: true, end is null);
        await run.TellPhaseEndedAsync(report, cancellationToken);
        await TellAsync(report, isRepeat: false, cancellationToken);
        await run.Ledger.WriteAsync(new PhaseEnded(target.Name, phase.Name, end is null));
        return end;
    }

    private async Task<StepEnd> RunStepAsync(RunbookPhase phase, RunbookStep step, FactReader facts, List<StepRecord> told, CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        var context = Context(phase.Name, step.Name, IsApprovedFor(phase, step));
        AmbientLog.Current = context.Log;
        await run.TellStepStartedAsync(target, phase.Name, step.Name, cancellationToken);
        StepEnd end;
        try
        {
            end = await RunStepAsync(phase, step, facts, context, started, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or LedgerException))
        {
            end = await RecordAsync(context, step, started, new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e });
        }

        end = InfoOf(step).Weigh(end);
        if (!end.IsOld)
            told.Add(await EmitAsync(phase.Name, step, step.Name, step.Action.Name, step.Action.Kind, end, started, cancellationToken));
        return end;
    }

    private async Task<StepEnd> RunStepAsync(RunbookPhase phase, RunbookStep step, FactReader facts, ActionContext context, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var earlier = run.Ledger.Find(new StepKey(target.Name, phase.Name, step.Name));
        if (!step.IsOnFailure && earlier?.Result is { Outcome: StepOutcome.Passed or StepOutcome.Reported } result && (step.Once || step.Action is Report or Wait))
            return new StepEnd(result.Outcome, result.Message) { IsOld = true };
        if (!ReachesStartAt(step) && earlier is not { IsOpen: true })
            return await MissedAsync(phase, step, context, started, new StepEnd(StepOutcome.Skipped, $"skipped: before -StartAt {run.Request.StartAt}"));

        await facts.EnsureAsync(step, context, cancellationToken);
        var variables = VariablesOf(target, facts);
        if (step.When?.Holds(variables) == false)
            return await MissedAsync(phase, step, context, started, new StepEnd(StepOutcome.Skipped, $"skipped: {step.When.Text} does not hold") { IsByCondition = true });
        var parameters = step.Bind(variables);

        if (step.Action.Scope == ActionScope.Batch)
            return await RunForBatchAsync(phase, step, parameters, started, cancellationToken);
        return await RunActionAsync(phase, step, context, parameters, earlier, started, cancellationToken);
    }

    private async Task<StepEnd> RunForBatchAsync(RunbookPhase phase, RunbookStep step, object parameters, DateTimeOffset started, CancellationToken cancellationToken)
    {
        return await run.WithoutPlaceAsync(
            () => batch.MeetAsync(MeetingOf(phase, step), target, async targets =>
            {
                // The effect is the batch's: its record and its intent are kept under the batch's own name.
                var together = new ActionTarget(target.Kind, $"batch {batch.Number}");
                var context = Context(phase.Name, step.Name, isApproved: false, together, targets);
                var earlier = run.Ledger.Find(new StepKey(together.Name, phase.Name, step.Name));
                return await RunActionAsync(phase, step, context, parameters, earlier, started, cancellationToken);
            }, cancellationToken),
            cancellationToken);
    }

    private static string MeetingOf(RunbookPhase phase, RunbookStep step) => $"{phase.Name}/{step.Name}";

    // A step of the batch that this target leaves out: the others do not wait for it.
    private Task<StepEnd> MissedAsync(RunbookPhase phase, RunbookStep step, ActionContext context, DateTimeOffset started, StepEnd end)
    {
        if (step.Action.Scope == ActionScope.Batch)
            batch.Miss(MeetingOf(phase, step), target);
        return RecordAsync(context, step, started, end);
    }

    private async Task<StepEnd> RunActionAsync(RunbookPhase phase, RunbookStep step, ActionContext context, object parameters, StepHistory? earlier, DateTimeOffset started, CancellationToken cancellationToken)
    {
        switch (step.Action)
        {
            case Check check:
                var answer = await check.RunAsync(context, parameters, cancellationToken);
                return await RecordAsync(context, step, started, new StepEnd(answer.Outcome, answer.Evidence)
                {
                    Error = answer.Outcome == StepOutcome.Passed ? null : new StepFailedException($"{check.Summary}: {answer.Evidence}") { TargetName = target.Name },
                });
            case Report report:
                return await RecordAsync(context, step, started, await ReportAsync(report, context, parameters, cancellationToken));
            case Wait wait:
                return await RecordAsync(context, step, started, await WaitAsync(wait, context, parameters, cancellationToken));
            case Change change:
                if (change.IsDestructive(parameters) && Omissions(context) is { Count: > 0 } skipped)
                    throw new RefusedException($"{change.Summary} is destructive, and {string.Join(", ", skipped)} was skipped: what was left out never satisfies its guard.") { TargetName = target.Name };
                if (!step.IsOnFailure && earlier?.Result is { Outcome: StepOutcome.Done or StepOutcome.Unchanged } && earlier.Decision is null
                    && !IsClaimedAnew(change) && IsForThese(context, earlier))
                {
                    var later = Superseding(earlier, change, JsonSerializer.SerializeToElement(parameters, change.ParametersType, ActionJson.Options));
                    if (later is null || !IsOnFailure(later))
                        return await VerifyAsync(change, context, parameters, earlier, later is not null, cancellationToken);
                    // What on-failure put back is made again.
                }

                return await run.Gate.RunAsync(change, context, parameters, InfoOf(step), Locks, cancellationToken, step.Guards.Count == 0 ? null : () => ProveAsync(phase, step, context, cancellationToken));
            default:
                throw new InvalidOperationException($"{step.Action.Name} is neither check, change, report nor wait.");
        }
    }

    // The proof of every target that the effect is for, with facts that are read anew.
    private async Task ProveAsync(RunbookPhase phase, RunbookStep step, ActionContext context, CancellationToken cancellationToken)
    {
        foreach (var member in context.Batch)
        {
            var look = Context(phase.Name, step.Name, together: member, all: [member]);
            var facts = NewFacts(member, phase);
            await facts.EnsureAsync(step, look, cancellationToken);
            var variables = VariablesOf(member, facts);
            foreach (var guard in step.Guards)
            {
                var answer = await ((Check)guard.Action).RunAsync(look, guard.Bind(variables), cancellationToken);
                look.Log.Write(step.Name, $"guard {guard.Name}: {answer.Outcome}: {answer.Evidence}");
                if (answer.Outcome != StepOutcome.Passed)
                    throw new RefusedException($"{guard.Action.Summary} does not hold for {member.Name}, so nothing was changed: {answer.Evidence}") { TargetName = member.Name };
            }
        }
    }

    private FactReader NewFacts(ActionTarget of, RunbookPhase phase)
        => new(run.Scope.Catalog, read => run.Ledger.WriteAsync(new FactsRead(of.Name, phase.Name, new Dictionary<string, string>(read))));

    private Variables VariablesOf(ActionTarget of, FactReader facts) => new(of, run.Request.Identity, run.Request.Inputs, facts.Values, run.Scope.Settings(run.Request.Identity));

    // In a run that was taken over it carries another's claim until it is written anew.
    private bool IsClaimedAnew(Change change) => change.CarriesClaim && run.Request.Identity.TakeOverReason is not null;

    // A target that came late to its batch was not part of the effect.
    private static bool IsForThese(ActionContext context, StepHistory earlier)
        => context.Batch.Count == 1 && context.Batch[0] == context.Target
            || (earlier.Intent is { Members: { } members } && context.Batch.All(member => members.Contains(member.Name)));

    private static async Task<StepEnd> VerifyAsync(Change change, ActionContext context, object parameters, StepHistory earlier, bool isSuperseded, CancellationToken cancellationToken)
    {
        var end = isSuperseded ? new StepEnd(StepOutcome.Unchanged, "") : await Gate.VerifyAsync(change, context, parameters, earlier.Result?.After, cancellationToken);
        return end.GoesOn ? end with { IsOld = true } : end;
    }

    private static async Task<StepEnd> ReportAsync(Report report, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        try
        {
            return new StepEnd(StepOutcome.Reported, await report.RunAsync(context, parameters, cancellationToken));
        }
        catch (OpsException e) when (e is not LedgerException)
        {
            return new StepEnd(StepOutcome.Warning, Gate.Sentence(e)) { Error = e };
        }
    }

    private async Task<StepEnd> WaitAsync(Wait wait, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        var began = run.Scope.Time.GetTimestamp();
        while (true)
        {
            var look = await wait.LookAsync(context, parameters, cancellationToken);
            if (look.IsOver)
                return new StepEnd(StepOutcome.Passed, look.Message);
            if (run.StopsAfterStep || run.Scope.Time.GetElapsedTime(began) >= wait.StayFor(parameters))
                return new StepEnd(StepOutcome.Waiting, look.Message);
            await Task.Delay(wait.Every, run.Scope.Time, cancellationToken);
        }
    }

    private static StepInfo InfoOf(RunbookStep step) => new(step.Number, IsOptional: step.IsOptional);

    // The gate records changes itself.
    private async Task<StepEnd> RecordAsync(ActionContext context, RunbookStep step, DateTimeOffset started, StepEnd end)
    {
        end = InfoOf(step).Weigh(end);
        var key = new StepKey(context.Target.Name, context.Phase, context.Step);
        // A failure before the gate was reached must not close an intent that an earlier process left open.
        if (step.Action is Change && run.Ledger.Find(key) is { IsOpen: true })
            return end;
        await run.Ledger.WriteAsync(new Result(key, step.Action.Name, step.Action.Kind, end.Outcome, end.Message)
        {
            Error = end.Error?.GetType().Name,
            ByCondition = end.IsByCondition,
            StartedAt = started,
            Duration = run.Scope.Time.GetUtcNow() - started,
            Number = step.Number,
        });
        return end;
    }

    // What the phase did on this target: in earlier processes, and in this one, which knows its errors whole.
    private PhaseReport ReportOf(RunbookPhase phase, IReadOnlyList<StepRecord> told, bool isEnded, bool succeeded, int? attempt = null)
    {
        var (earlier, ends) = run.Ledger.Read(history => (
            StepRecords.From(run.Ledger.RunId, history, target.Name).Where(record => record.Phase == phase.Name && record.Number > 0 && !told.Any(own => own.Step == record.Step)).ToList(),
            history.Target(target.Name).PhaseEnds.GetValueOrDefault(phase.Name)));
        return new PhaseReport
        {
            Target = target,
            Run = run.Request.Identity,
            Phase = phase.Name,
            IsEnded = isEnded,
            Succeeded = succeeded,
            Steps = [.. earlier.Concat(told).OrderBy(record => record.StartedAt).ThenBy(record => record.Number)],
            Own = attempt is null ? told : earlier,
            Attempt = attempt ?? ends + 1,
            LogPath = run.Log.PathFor(target.Name, phase.Name),
        };
    }

    // Tells what was not told yet. Where something could not be told, the rest waits for the end of the phase: nobody waits for a ticket service at every step.
    private async Task TellAsync(PhaseReport report, bool isRepeat, CancellationToken cancellationToken)
    {
        foreach (var telling in run.TellingsOf(report))
        {
            if (!report.IsEnded && run.Ledger.Read(history => history.Target(target.Name).HasUntoldOf(report.Phase, report.Attempt)))
                return;
            var step = run.Ledger.Find(new StepKey(target.Name, report.Phase, telling.StepOf(report.Attempt)));
            if (step is null ? !isRepeat : step.IsUntold)
                await TellAsync(report.Phase, telling.StepOf(report.Attempt), telling, cancellationToken);
        }
    }

    // What could not be told of phases that ended is told when there is a chance again.
    private async Task TellAgainAsync(CancellationToken cancellationToken)
    {
        foreach (var phase in run.Request.Phases)
        {
            var (ends, succeeded, isUntold) = run.Ledger.Read(history =>
            {
                var known = history.Target(target.Name);
                var ends = known.PhaseEnds.GetValueOrDefault(phase.Name);
                return (ends, known.PhasesDone.Contains(phase.Name), ends > 0 && known.HasUntoldOf(phase.Name, ends));
            });
            if (isUntold)
                await TellAsync(ReportOf(phase, [], isEnded: true, succeeded, ends), isRepeat: true, cancellationToken);
        }
    }

    private async Task TellAsync(string phase, string name, Telling telling, CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        var end = await run.Gate.RunAsync(telling.Change, Context(phase, name), telling.Parameters, new StepInfo(0, IsTelling: true), Locks, cancellationToken);
        if (!end.GoesOn)
            end = end with { Outcome = StepOutcome.Warning };
        await EmitAsync(phase, null, name, telling.Change.Name, StepKind.Change, end, started, cancellationToken);
    }

    // Checks and changes that a person left out, in any phase, of any target that the effect is for.
    private List<string> Omissions(ActionContext context) => run.Ledger.Read(history => context.Batch
        .SelectMany(member => history.Target(member.Name).Steps)
        .Where(step => step.Result is { Kind: StepKind.Check or StepKind.Change, Outcome: StepOutcome.Skipped, ByCondition: false })
        .Select(step => step.Key.Step)
        .ToList());

    private bool ReachesStartAt(RunbookStep step)
    {
        _startAtReached |= step.IsOnFailure || step.Name == run.Request.StartAt;
        return _startAtReached;
    }

    private bool IsApprovedFor(RunbookPhase phase, RunbookStep step) => step.Action is ApprovalWait && run.IsApproved(ApprovalKey(phase, step));

    private string ApprovalKey(RunbookPhase phase, RunbookStep step) => $"{target.Name}/{phase.Name}/{step.Name}";

    private ActionContext Context(string? phase, string step, bool isApproved = false, ActionTarget? together = null, IReadOnlyList<ActionTarget>? all = null) => new()
    {
        Target = together ?? target,
        Batch = all ?? [target],
        Run = run.Request.Identity,
        Phase = phase,
        Step = step,
        Clients = run.Scope.Clients,
        Time = run.Scope.Time,
        Log = run.Log.For(target.Name, phase),
        IsApproved = isApproved,
    };

    private async Task<StepRecord> EmitAsync(string? phase, RunbookStep? step, string name, string action, StepKind kind, StepEnd end, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var record = StepRecords.From(run.Request.Identity, target, phase, name, action, kind, step?.Number ?? 0, end, started, run.Scope);
        await run.EmitAsync(record, cancellationToken);
        return record;
    }
}

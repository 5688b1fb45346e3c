using System.Text.Json;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Takes the changes of a run back, newest first, target by target.</summary>
/// <param name="writing">Where it is written down; null for a plan, which only reads.</param>
internal sealed class RunUndo(RunScope scope, string runId, RunHistory history, RunUndo.Writing? writing, UndoOptions options, ChannelWriter<StepRecord> records)
{
    /// <summary>The run that is taken.</summary>
    internal sealed record Writing(RunLedger Ledger, RunLog Log);

    /// <summary>What taking back is told as.</summary>
    public const string Phase = "Undo";

    private readonly EffectGuard _guard = new(scope.Policy, scope.KillSwitch, scope.Time);
    private readonly StopWatcher _stop = new(scope.Store, runId);

    public async Task UndoAsync(CancellationToken cancellationToken)
    {
        var all = history.Started!.Targets.Select(target => target.Name).Union(history.Targets.Keys).ToList();
        var targets = all.Where(name => options.Target is null || name == options.Target).ToList();
        if (targets.Count == 0 && options.Target is not null)
            throw new ObjectNotFoundException($"Run {runId} has no target '{options.Target}'.") { TargetName = options.Target };
        if (writing is null)
        {
            await UndoTargetsAsync(targets, cancellationToken);
            return;
        }

        await _stop.RunAsync(token => UndoTargetsAsync(targets, token), cancellationToken);
        var left = all.Sum(name => Left(name).Count);
        await writing.Ledger.WriteDurablyAsync(all.TrueForAll(name => history.Target(name).Ended?.State == RunState.Undone)
            ? new RunEnded(RunState.Undone, $"taken back by {options.Person}")
            : new RunEnded(RunState.Stopped, (left, _stop.Seen) switch
            {
                (0, _) => "partly taken back, as asked",
                (_, null) => $"taken back but for {left} changes",
                _ => $"stopped on request ({_stop.Seen}) while it was taken back: {left} changes are left, and Undo-OpsRun {runId} goes on",
            }));
    }

    // A plan is nobody's to stop but by whoever asked for it.
    private async Task UndoTargetsAsync(List<string> targets, CancellationToken cancellationToken)
    {
        foreach (var name in targets)
        {
            if (writing is not null && await _stop.LookAsync(cancellationToken) is not null)
                return;
            await TryUndoTargetAsync(name, cancellationToken);
        }
    }

    // One target that cannot be worked on does not keep the others.
    private async Task TryUndoTargetAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await UndoTargetAsync(name, cancellationToken);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            var end = new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e };
            await records.WriteAsync(StepRecords.From(IdentityOf(), TargetOf(name, []), null, TargetExecution.BeginStep, TargetExecution.BeginStep, StepKind.Change, 0, end, scope.Time.GetUtcNow(), scope), cancellationToken);
        }
    }

    private async Task UndoTargetAsync(string name, CancellationToken cancellationToken)
    {
        var made = history.Target(name).Steps.Where(step => step.Standing is { IsTelling: false }).Reverse().ToList();
        var target = TargetOf(name, made);
        // What cannot be taken back needs no target: a batch is none.
        using var held = writing is null || !made.Exists(CanUndo) ? null : await TargetHold.TakeAsync(scope, writing.Ledger, target, NeedsOf(made), null, cancellationToken);
        var undone = 0;
        var barrier = LastDestructive(history, name);
        var others = await OtherBarriersAsync(target, cancellationToken);
        List<StepRecord> told = [];
        foreach (var step in made.Where(step => options.Step is null || step.Key.Step == options.Step))
        {
            if (writing is not null && await _stop.StopsAfterStepAsync(cancellationToken))
                break;
            var started = scope.Time.GetUtcNow();
            // Taking it back makes it forgotten.
            var (action, number) = (step.Standing!.Action, step.MadeResult?.Number ?? 0);
            var end = barrier is not null && barrier.Key != step.Key && step.Standing.Order <= barrier.Order ? Across(barrier.Key.Step)
                : others.Find(other => IsBehind(other.Barrier, step.Standing)) is { RunId: not null } other ? Across($"{other.Barrier.Key.Step} of run {other.RunId}")
                : await UndoStepAsync(step, target, held, cancellationToken);
            if (end.Outcome == StepOutcome.Undone)
                undone++;
            told.Add(StepRecords.From(IdentityOf(), target, step.Key.Phase, step.Key.Step, action, StepKind.Change, number, end, started, scope));
            await records.WriteAsync(told[^1], cancellationToken);
        }

        if (writing is null)
            return;
        if (held is not null && told.Exists(record => record.Outcome != StepOutcome.Skipped))
            await TellAsync(writing, target, told, held, cancellationToken);
        if (Left(name) is { Count: > 0 } left)
        {
            if (undone > 0)
                await writing.Ledger.WriteDurablyAsync(new TargetEnded(name, RunState.Stopped, $"taken back but for {string.Join(", ", left)}"));
        }
        else
        {
            await writing.Ledger.WriteDurablyAsync(new TargetEnded(name, RunState.Undone, $"taken back by {options.Person}"));
        }
    }

    // Whoever follows the target by its ticket learns there that it was taken back. What cannot be told is a warning.
    private async Task TellAsync(Writing writing, ActionTarget target, List<StepRecord> told, TargetHold held, CancellationToken cancellationToken)
    {
        var report = new PhaseReport
        {
            Target = target,
            Run = IdentityOf(),
            Phase = Phase,
            IsUndo = true,
            IsEnded = true,
            Succeeded = Left(target.Name).Count == 0,
            Steps = told,
            Own = told,
            Attempt = 1 + history.Target(target.Name).Steps.Where(step => step.Key.Phase == Phase).Select(step => StepKey.AttemptOf(step.Key.Step)).DefaultIfEmpty(0).Max(),
            LogPath = writing.Log.PathFor(target.Name, Phase),
        };
        foreach (var telling in scope.Observers.SelectMany(observer => observer.TellingsOf(report)))
        {
            var (name, started) = (telling.StepOf(report.Attempt), scope.Time.GetUtcNow());
            var end = await GateOf(writing).RunAsync(telling.Change, Context(target, Phase, name), telling.Parameters, new StepInfo(0, IsTelling: true), held.Locks, cancellationToken);
            if (!end.GoesOn)
                end = end with { Outcome = StepOutcome.Warning };
            await records.WriteAsync(StepRecords.From(report.Run, target, Phase, name, telling.Change.Name, StepKind.Change, 0, end, started, scope), cancellationToken);
        }
    }

    private bool CanUndo(StepHistory step) => !IsOnFailure(step) && scope.Catalog.Find(step.Standing!.Action) is Change { CanUndo: true };

    private List<string> NeedsOf(List<StepHistory> made) => [.. made.SelectMany(step => scope.Catalog.Find(step.Standing!.Action)?.Needs ?? []).Distinct()];

    // The changes that were made and not taken back, or may have been made.
    private List<string> Left(string name)
        => [.. history.Target(name).Steps.Where(step => !IsOnFailure(step) && (step.Made is { IsTelling: false } || step is { IsOpen: true, Intent.IsTelling: false })).Select(step => step.Key.Step)];

    // What a failure called for (disarming the installer) is no change that somebody wanted: it stays.
    private static bool IsOnFailure(StepHistory step) => StepKey.IsOnFailure(step.Key.Step);

    // The last destructive effect that was begun on the target, alone or with its batch: whatever came of it, and whether or not it was taken back itself, nothing is taken back across it.
    private Intent? LastDestructive(RunHistory history, string name) => history.StepsOf(name).Select(step => step.Intent)
        .OfType<Intent>()
        .Where(intent => scope.Catalog.Find(intent.Action) is Change change && change.IsDestructive(intent))
        .MaxBy(intent => intent.Order);

    // The same of every other run that is kept: phases are runs of their own, and what a later one destroyed or armed stands between as well.
    private async Task<List<(string RunId, Intent Barrier)>> OtherBarriersAsync(ActionTarget target, CancellationToken cancellationToken)
    {
        var others = await new FormerRuns(scope.Store, scope.Time).OthersAsync(runId, target.Name, IsOnTarget, cancellationToken);
        return [.. others.Select(other => (other.RunId, Barrier: LastDestructive(other.History, target.Name)!)).Where(other => other.Barrier is not null)];

        // A script's targets are known from its effects.
        bool IsOnTarget(RunStarted theirs) => theirs.Phases.Length == 0 || theirs.Targets.Any(known => TargetHold.KeyOf(known.Kind, known.Name) == TargetHold.KeyOf(target.Kind, target.Name));
    }

    // Who removes the files of locks lets their tokens begin anew: what the clock alone calls later is not crossed either.
    private static bool IsBehind(Intent barrier, Intent made) => barrier.When.IsAfter(made.When) || barrier.At >= made.At;

    private static StepEnd Across(string what) => new(StepOutcome.Skipped, $"left as it is: {what} came after it, and nothing is taken back across that");

    private async Task<StepEnd> UndoStepAsync(StepHistory step, ActionTarget target, TargetHold? held, CancellationToken cancellationToken)
    {
        if (scope.Catalog.Find(step.Standing!.Action) is not Change change)
            return new StepEnd(StepOutcome.Skipped, $"left as it is: this version has no action {step.Standing.Action}");
        if (IsOnFailure(step))
            return new StepEnd(StepOutcome.Skipped, "left as it is: what a failure called for is not taken back");
        if (!change.CanUndo)
            return new StepEnd(StepOutcome.Skipped, $"left as it is: {change.Summary} cannot be taken back");
        var context = Context(target, step.Key.Phase, step.Key.Step);
        try
        {
            var parameters = step.Standing.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
            if (writing is null)
                return await Gate.PlanUndoAsync(change, context, parameters, step, cancellationToken);
            return await GateOf(writing).UndoAsync(change, context, parameters, step, new StepInfo(step.MadeResult?.Number ?? 0), held?.Locks ?? [], cancellationToken);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
        {
            return new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e };
        }
    }

    private Gate GateOf(Writing to) => new(to.Ledger, _guard, scope.Time);

    private ActionContext Context(ActionTarget target, string? phase, string step) => new()
    {
        Target = target,
        Run = IdentityOf(),
        Phase = phase,
        Step = step,
        Clients = scope.Clients,
        Time = scope.Time,
        Log = writing?.Log.For(target.Name, phase) ?? SilentLog.Instance,
    };

    private ActionTarget TargetOf(string name, IReadOnlyList<StepHistory> made)
    {
        var known = history.Started!.Targets.FirstOrDefault(target => target.Name == name);
        return known is not null
            ? ActionTarget.Of(known)
            : new ActionTarget(made.Select(step => step.Standing!.TargetKind).FirstOrDefault() ?? "hypervisor", name, made.Select(step => step.Standing!.TicketId).FirstOrDefault());
    }

    private RunIdentity IdentityOf() => RecordedIdentity.Of(runId, history.Started!, options.Person, options.TakeOverReason);
}

using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>What a target has behind it when its run is resumed: whether it still holds.</summary>
internal sealed class EarlierWork(RunExecution run, ActionTarget target)
{
    /// <summary>Looks again at the changes of the phases that ended, made or found made: where one no longer holds, going on would build on sand.</summary>
    /// <param name="theirs">What the runs did with it that have done phases of this one since: what they changed is theirs.</param>
    /// <param name="locks">What is held for the target.</param>
    /// <returns>How the first was found that does not hold; null where all do.</returns>
    public async Task<StepEnd?> VerifyPhasesAsync(IReadOnlyList<StepHistory> theirs, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        var made = run.Ledger.Read(history =>
        {
            var known = history.Target(target.Name);
            return history.StepsOf(target.Name)
                .Where(step => step.Holds is { IsTelling: false } && !StepKey.IsOnFailure(step.Key.Step) && step.Key.Phase is { } phase && known.PhasesDone.Contains(phase))
                .Select(step => (Step: step, Holds: step.Holds!))
                .ToList();
        });
        foreach (var (step, holds) in made)
        {
            if (run.Scope.Catalog.Find(holds.Action) is not Change change || Superseding(step, change, holds.Parameters) is not null || IsTheirs(holds, change, theirs) || IsGoneWithItsSystem(holds, change, theirs))
                continue;
            var started = run.Scope.Time.GetUtcNow();
            var parameters = holds.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
            var isShared = step.Key.Target != target.Name;
            var context = run.Actions.Context(isShared ? new ActionTarget(target.Kind, step.Key.Target) : target, step.Key.Phase, step.Key.Step, change, run.Log.For(target.Name, step.Key.Phase), [target]);
            var end = IsClaimedAnew(change) && !isShared
                ? await run.Gate.RunAsync(change, context, parameters, new StepInfo(holds.Number), locks, cancellationToken)
                : await Gate.VerifyAsync(change, context, parameters, holds.After, cancellationToken);
            if (end.GoesOn && !isShared && change.RenewalOf(context, parameters) == Renewal.InRun)
                end = await run.Gate.RunAsync(change, context, parameters, new StepInfo(holds.Number), locks, cancellationToken);
            if (end is { GoesOn: true, Outcome: not StepOutcome.Done })
                continue;
            await run.EmitAsync(target, step.Key.Phase, step.Key.Step, change.Name, StepKind.Change, 0, end, started, cancellationToken);
            if (!end.GoesOn)
                return end;
        }

        return null;
    }

    /// <summary>Looks again at a change of the phase that is gone on with.</summary>
    /// <returns>How it was found; null where it is to be made: it was not, or on-failure put it back, or it carries the claim of who had the run before, or has to be as of now.</returns>
    public async Task<StepEnd?> VerifyAsync(StepHistory earlier, Change change, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        if (earlier is not { Result.Outcome: StepOutcome.Done or StepOutcome.Unchanged, Decision: null } || IsClaimedAnew(change))
            return null;
        var later = Superseding(earlier, change, JsonSerializer.SerializeToElement(parameters, change.ParametersType, ActionJson.Options));
        if (later is not null && StepKey.IsOnFailure(later.Key.Step))
            return null;
        var end = later is not null ? new StepEnd(StepOutcome.Unchanged, "") : await Gate.VerifyAsync(change, context, parameters, earlier.Result.After, cancellationToken);
        if (end.GoesOn && later is null && change.RenewalOf(context, parameters) != Renewal.None)
            return null;
        return end.GoesOn ? end with { IsOld = true } : end;
    }

    /// <summary>The last change of the same thing that was made or found after this one, or may have been made when the process died; null where there is none.</summary>
    public static StepHistory? Superseding(RunHistory history, ActionCatalog catalog, string target, StepHistory step, Change change, JsonElement parameters)
    {
        var subject = change.SubjectOf(parameters);
        var since = step.Holds?.Order ?? step.Result?.Order ?? 0;
        return history.StepsOf(target)
            .Where(later => later != step && later.Last is { } last && last.Order > since && (catalog.Find(last.Action) as Change)?.SubjectOf(last.Parameters) == subject)
            .MaxBy(later => later.Last!.Order);
    }

    /// <summary>An earlier process may have died between the result of an effect and the removal of what it was to be traced by. It is the last that it wrote of the target then: after that it would have gone on.</summary>
    public async Task ForgetTraceAsync(CancellationToken cancellationToken)
    {
        if (run.Ledger.Read(history => history.StepsOf(target.Name).MaxBy(step => Math.Max(step.Intent?.Order ?? 0, step.Result?.Order ?? 0))) is not { Intent: { IsUndo: false } intent, Result: not null, IsOpen: false, Decision: null } last
            || run.Scope.Catalog.Find(intent.Action) is not Change change)
            return;
        var context = run.Actions.Context(
            last.Key.Target == target.Name ? target : new ActionTarget(target.Kind, last.Key.Target), last.Key.Phase, last.Key.Step, change, run.Log.For(target.Name, last.Key.Phase), [target]);
        await Gate.ForgetTraceAsync(change, context, cancellationToken);
    }

    private bool IsGoneWithItsSystem(StandingChange holds, Change change, IReadOnlyList<StepHistory> theirs)
    {
        return change.IsOfSystem
            && (theirs.Any(later => later.Result is { } result && result.When.IsAfter(holds.When) && IsReinstall(result))
                || run.Ledger.Read(history => history.Target(target.Name).Steps.Any(later => later.Result is { } result && result.Order > holds.Order && IsReinstall(result))));

        bool IsReinstall(Result result) => run.Scope.Catalog.Find(result.Action) is Wait { IsReinstall: true };
    }

    private bool IsTheirs(StandingChange holds, Change change, IReadOnlyList<StepHistory> theirs)
        => theirs.Any(later => later.Last is { } last && last.When.IsAfter(holds.When) && SubjectOf(last) == change.SubjectOf(holds.Parameters));

    private string? SubjectOf(StandingChange made) => (run.Scope.Catalog.Find(made.Action) as Change)?.SubjectOf(made.Parameters);

    private StepHistory? Superseding(StepHistory step, Change change, JsonElement parameters)
        => run.Ledger.Read(history => Superseding(history, run.Scope.Catalog, target.Name, step, change, parameters));

    // In a run that was taken over it carries another's claim until it is written anew.
    private bool IsClaimedAnew(Change change) => change.CarriesClaim && run.Request.Identity.TakeOverReason is not null;
}

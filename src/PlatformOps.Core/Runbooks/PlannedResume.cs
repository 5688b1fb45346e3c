using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>What of a run is still to come when it is gone on with: what its targets have behind them, and what other runs have done since, is not planned.</summary>
/// <param name="history">The run's journal.</param>
/// <param name="later">What other runs have done of a target since.</param>
/// <param name="approves">Whether it is let go on past what it waits for a person for.</param>
internal sealed class PlannedResume(RunRequest request, RunHistory history, ActionCatalog catalog, Func<ActionTarget, CancellationToken, Task<LaterPhases>> later, bool approves)
{
    /// <summary>Whether a target is gone on with.</summary>
    public bool IsPending(ActionTarget target) => history.Target(target.Name).Ended is not { State: RunState.Succeeded }
        && !history.StepsOf(target.Name).Any(step => step.Decision?.As == StepDecision.Abandon);

    /// <summary>Whether it was begun with: a change window is for beginning.</summary>
    public bool IsBegun(ActionTarget target) => history.Target(target.Name).IsStarted;

    public Task<LaterPhases> LaterOfAsync(ActionTarget target, CancellationToken cancellationToken) => later(target, cancellationToken);

    /// <summary>Whether this run has done a phase of a target.</summary>
    public bool IsDone(ActionTarget target, RunbookPhase phase) => history.Target(target.Name).PhasesDone.Contains(phase.Name);

    /// <summary>Whether a step is behind a target before anything is known of its parameters: what was told, waited for or proved once, and what a person decided.</summary>
    public bool IsBehind(ActionTarget target, RunbookPhase phase, RunbookStep step)
    {
        var key = new StepKey(target.Name, phase.Name, step.Name);
        if (step.Action is ApprovalWait && (history.IsApproved(key) || (approves && history.Pending.Contains(key.ToApproval()))))
            return true;
        var earlier = EffectOf(target, phase, step);
        return step.IsOver(earlier, history.Target(target.Name).UndoneAt(phase.Name)) || earlier?.Decision is { As: not StepDecision.NotHappened };
    }

    /// <summary>Whether a change was made that stays as it is: it is neither another's claim to be written anew, nor to be brought up to date, nor put back on failure.</summary>
    public bool IsBehind(RunbookPhase phase, RunbookStep step, Change change, ActionContext context, object parameters)
        => EffectOf(context.Target, phase, step) is { Result.Outcome: StepOutcome.Done or StepOutcome.Unchanged, Decision: null } earlier
            && !(change.CarriesClaim && request.Identity.TakeOverReason is not null)
            && (EarlierWork.Superseding(history, catalog, context.Target.Name, earlier, change, JsonSerializer.SerializeToElement(parameters, change.ParametersType, ActionJson.Options)) is { } since
                ? !StepKey.IsOnFailure(since.Key.Step)
                : change.RenewalOf(context, parameters) == Renewal.None);

    private StepHistory? EffectOf(ActionTarget target, RunbookPhase phase, RunbookStep step)
        => step.Action.Scope == ActionScope.Batch ? BatchStep.EffectOn(history, target.Name, phase, step) : history.Target(target.Name).Find(new StepKey(target.Name, phase.Name, step.Name));
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The effects of one invocation that takes its objects as they come: counts them against MaxTargets, plans, asks where it must, and makes each change through the gate.</summary>
/// <param name="scope">The session's.</param>
/// <param name="confirmation">Made on the pipeline thread.</param>
/// <param name="maxTargets">Of this call; the configuration's where null.</param>
/// <param name="takeOverReason">Why something that another person claimed is taken over; null where nothing is.</param>
/// <param name="emit">Takes the plan of a <c>-WhatIf</c>.</param>
/// <param name="tell">Takes what was done, for <c>-Verbose</c>.</param>
/// <param name="warn">Takes what went wrong beside it.</param>
internal sealed class PipelineEffects(
    SessionScope scope,
    ShouldProcessConfirmation confirmation,
    int? maxTargets,
    string? takeOverReason,
    Func<object, ValueTask> emit,
    Func<string, ValueTask> tell,
    Func<string, ValueTask> warn)
{
    private readonly HashSet<string> _targets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Counts a target.</summary>
    /// <exception cref="RefusedException">It is one more than this call may change.</exception>
    public void Count(string name)
    {
        int count;
        lock (_targets)
        {
            _targets.Add(name);
            count = _targets.Count;
        }

        scope.Policy.ThrowIfOneTooMany(name, count, maxTargets);
    }

    /// <summary>Plans, asks where it must, and makes the change.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="target">On what.</param>
    /// <param name="parameters">Of the change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="batch">The machines of an effect on several; null where it is on one thing.</param>
    /// <returns>What came of it: Done or Unchanged; with -WhatIf the plan, which was emitted already; null where the answer was no.</returns>
    public async ValueTask<StepRecord?> ApplyAsync(Change change, ActionTarget target, object parameters, CancellationToken cancellationToken, IReadOnlyList<ActionTarget>? batch = null)
    {
        foreach (var one in batch ?? [target])
            Count(one.Name);
        // Whose word is overridden, or what it is in the middle of, only the plan tells.
        if (confirmation.IsWhatIf || confirmation.MustAsk(takeOverReason is null && !change.MayNeedCaution ? change.Impact : Impact.High))
        {
            var plan = await scope.Effects.PlanAsync(change, target, parameters, takeOverReason, cancellationToken, batch);
            if (plan.Outcome == StepOutcome.Unchanged)
            {
                await tell(plan.Message);
                return plan;
            }

            // What nobody can see before is not worth a word.
            var what = change.CanObserve(parameters) ? $"{plan.Before} → {plan.After}" : plan.After!;
            var asked = await (plan.Caution is null ? AskAsync(change, change.Impact, target, what, cancellationToken) : AskAsync(change, Impact.High, target, $"{what}. {plan.Caution}", cancellationToken));
            if (confirmation.IsWhatIf)
            {
                await emit(plan);
                return plan;
            }

            if (!asked)
            {
                await tell($"{change.Summary} on {target.Name}: declined, so nothing was sent and nothing is written to a run.");
                return null;
            }
        }

        var record = await scope.Effects.RunAsync(change, target, parameters, takeOverReason, cancellationToken, batch);
        await tell(record.Message);
        if (takeOverReason is not null && !CommentOnTakeOver.IsOne(record, SessionScope.Person))
            await warn($"{target.Name}: {CommentOnTakeOver.Nothing}");
        foreach (var warning in await scope.Effects.TellTakeOverAsync(record, target, takeOverReason, cancellationToken))
            await warn(warning);
        return record;
    }

    private async ValueTask<bool> AskAsync(Change change, Impact impact, ActionTarget target, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await confirmation.AskAsync(impact, $"[{scope.Configuration.Environment}] {change.Summary} on {target.Name}", what, cancellationToken);
        }
        catch (RefusedException e)
        {
            throw new RefusedException(
                $"Nothing was changed: this needs a confirmation, and nobody can be asked here (the host is not interactive). Check with -WhatIf, then run it with -Confirm:$false. It is {change.Summary} on {target.Name}: {what}.",
                e.InnerException) { TargetName = target.Name };
        }
    }
}

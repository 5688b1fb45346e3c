using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that make one effect for each object of the pipeline. They ask per object, through the gate, and count objects against MaxTargets as they come.</summary>
public abstract class EffectCmdlet : SessionCmdlet
{
    private readonly HashSet<string> _targets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The most targets that this call may change. The configuration's targets.max where it is left out.</summary>
    /// <value>targets.max of the configuration</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    /// <summary>Why something that another person claimed is taken over; null where nothing is.</summary>
    private protected virtual string? TakeOverReason => null;

    /// <summary>Plans, asks where it must, and makes the change.</summary>
    /// <typeparam name="TChange">A <see cref="Change"/>; not constrained to it, because a constraint to a type of Core would load Core at import.</typeparam>
    /// <returns>What came of it: Done or Unchanged; with -WhatIf the plan, which was emitted already; null where the answer was no.</returns>
    private protected async ValueTask<StepRecord?> ApplyAsync<TChange>(ActionTarget target, object parameters, CancellationToken cancellationToken)
        where TChange : class, new()
    {
        var change = (Change)(object)new TChange();
        _targets.Add(target.Name);
        Scope.Policy.ThrowIfTooMany(_targets.Count, MaxTargets == 0 ? null : MaxTargets);
        if (IsWhatIf || Confirmation.MustAsk(change.Impact))
        {
            var plan = await Scope.Effects.PlanAsync(change, target, parameters, TakeOverReason, cancellationToken);
            if (plan.Outcome == StepOutcome.Unchanged)
            {
                await WriteVerboseAsync(plan.Message);
                return plan;
            }

            var asked = await Confirmation.AskAsync(change.Impact, $"[{OpenSession.Environment}] {change.Summary} on {target.Name}", $"{plan.Before} → {plan.After}", cancellationToken);
            if (IsWhatIf)
                await WriteObjectAsync(plan);
            if (!asked)
                return IsWhatIf ? plan : null;
        }

        var record = await Scope.Effects.RunAsync(change, target, parameters, TakeOverReason, cancellationToken);
        await WriteVerboseAsync(record.Message);
        return record;
    }
}

using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that make one effect for each object of the pipeline. They ask per object, through the gate, and count objects against MaxTargets as they come.</summary>
public abstract class EffectCmdlet : SessionCmdlet
{
    private PipelineEffects? _effects;

    /// <summary>The most targets that this call may change. The configuration's targets.max where it is left out.</summary>
    /// <value>targets.max of the configuration</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    /// <summary>Why something that another person claimed is taken over; null where nothing is.</summary>
    private protected virtual string? TakeOverReason => null;

    /// <summary>This invocation's effects. First asked for on the pipeline thread, before the first wait.</summary>
    private protected PipelineEffects Effects => _effects ??= new(Scope, Confirmation, MaxTargets == 0 ? null : MaxTargets, WriteObjectAsync, WriteVerboseAsync);

    /// <inheritdoc cref="PipelineEffects.ApplyAsync"/>
    /// <typeparam name="TChange">A <see cref="Change"/>; not constrained to it, because a constraint to a type of Core would load Core at import.</typeparam>
    private protected async ValueTask<StepRecord?> ApplyAsync<TChange>(ActionTarget target, object parameters, CancellationToken cancellationToken)
        where TChange : class, new()
    {
        var record = await Effects.ApplyAsync((Change)(object)new TChange(), target, parameters, TakeOverReason, cancellationToken);
        if (record is not null && TakeOverReason is not null)
        {
            foreach (var warning in await Scope.Effects.TellTakeOverAsync(record, target, TakeOverReason, cancellationToken))
                await WriteWarningAsync(warning);
        }

        return record;
    }

    private protected override void OnProcess()
    {
        _ = Effects;
        base.OnProcess();
    }

    /// <summary>Whether the state asked for is there now: it was reached, or was there before.</summary>
    private protected static bool IsThere(StepRecord? record) => record?.Outcome is StepOutcome.Done or StepOutcome.Unchanged;
}

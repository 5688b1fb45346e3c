using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that make effects on several objects of the pipeline at the same time, each through the gate. Questions come one at a time.</summary>
/// <inheritdoc cref="FanOutCmdlet{TInput}"/>
public abstract class FanOutEffectCmdlet<TInput> : FanOutCmdlet<TInput>
{
    private PipelineEffects? _effects;

    /// <summary>The most targets that this call may change. The configuration's targets.max where it is left out.</summary>
    /// <value>targets.max of the configuration</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    /// <inheritdoc cref="PipelineEffects.ApplyAsync"/>
    private protected ValueTask<StepRecord?> ApplyAsync(Change change, ActionTarget target, object parameters, CancellationToken cancellationToken)
        => _effects!.ApplyAsync(change, target, parameters, null, cancellationToken);

    private protected override void OnProcess()
    {
        _effects ??= new(Scope, Confirmation, MaxTargets == 0 ? null : MaxTargets, WriteObjectAsync, WriteVerboseAsync);
        base.OnProcess();
    }
}

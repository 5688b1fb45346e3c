using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that make effects on several objects of the pipeline at the same time, each through the gate. Questions come one at a time.</summary>
/// <inheritdoc cref="FanOutCmdlet{TInput}"/>
public abstract class FanOutEffectCmdlet<TInput> : FanOutCmdlet<TInput>
{
    /// <inheritdoc cref="EffectCmdlet.MaxTargets"/>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    private protected override int? MostTargets => MaxTargets == 0 ? null : MaxTargets;
}

using System.Management.Automation;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that make one effect for each object of the pipeline. They ask per object, through the gate, and count objects against MaxTargets as they come.</summary>
public abstract class EffectCmdlet : SessionCmdlet
{
    /// <summary>The most targets that this call may change. The configuration's targets.max where it is left out.</summary>
    /// <value>targets.max of the configuration</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    private protected override int? MostTargets => MaxTargets == 0 ? null : MaxTargets;
}

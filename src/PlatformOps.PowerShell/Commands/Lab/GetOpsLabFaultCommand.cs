using System.Management.Automation;
using PlatformOps.Core.Labs;
using PlatformOps.Labs;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Lists the faults of a lab, and how often each has struck.</summary>
/// <remarks><para>A fault that has struck as often as it may stays listed until it is removed.</para></remarks>
/// <example>
/// <summary>The faults of the lab</summary>
/// <code>
/// Start-OpsLab
/// Add-OpsLabFault -Service netbox -Effect status:503
/// Get-OpsLabFault
/// </code>
/// </example>
/// <example>
/// <summary>Take them all away</summary>
/// <code>Get-OpsLabFault | Remove-OpsLabFault -Confirm:$false</code>
/// </example>
/// <seealso cref="AddOpsLabFaultCommand"/>
/// <seealso cref="RemoveOpsLabFaultCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsLabFault")]
[OutputType(typeof(OpsLabFault))]
public sealed class GetOpsLabFaultCommand : AsyncCmdlet
{
    /// <summary>The lab, by its process; needed only where several run.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [LabTransformation]
    [ArgumentCompleter(typeof(LabCompleter))]
    public int ProcessId { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
        => await WriteObjectsAsync(await LabControl.FaultsAsync(RunspaceLabs.Find(OpsRunspace.Current, ProcessId), cancellationToken));
}

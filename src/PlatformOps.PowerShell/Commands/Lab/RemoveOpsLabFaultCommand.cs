using System.Management.Automation;
using PlatformOps.Core.Labs;
using PlatformOps.Errors;
using PlatformOps.Labs;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Takes faults away from a lab: the calls that they struck are answered again.</summary>
/// <example>
/// <summary>Let Jira fail for a while</summary>
/// <code>
/// Start-OpsLab
/// $away = Add-OpsLabFault -Service jira -Effect status:503
/// $away | Remove-OpsLabFault
/// </code>
/// </example>
/// <example>
/// <summary>Take every fault away, from a script</summary>
/// <code>Get-OpsLabFault | Remove-OpsLabFault -Confirm:$false</code>
/// </example>
/// <seealso cref="GetOpsLabFaultCommand"/>
/// <seealso cref="AddOpsLabFaultCommand"/>
[Cmdlet(VerbsCommon.Remove, "OpsLabFault", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, DefaultParameterSetName = "Id")]
[OutputType(typeof(void))]
public sealed class RemoveOpsLabFaultCommand : AsyncCmdlet
{
    /// <summary>The fault's number in its lab, as Get-OpsLabFault shows it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Id")]
    public int[] Id { get; set; } = [];

    /// <summary>The lab, by its process; needed only where several run.</summary>
    [Parameter(ParameterSetName = "Id")]
    [LabTransformation]
    [ArgumentCompleter(typeof(LabCompleter))]
    public int ProcessId { get; set; }

    /// <summary>The fault, from Add-OpsLabFault or Get-OpsLabFault.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Fault")]
    public OpsLabFault[] Fault { get; set; } = [];

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, process) in ParameterSetName == "Id" ? Id.Select(id => (id, ProcessId)) : Fault.Select(fault => (fault.Id, fault.ProcessId)))
        {
            var lab = RunspaceLabs.Find(OpsRunspace.Current, process);
            if (!await ShouldProcessAsync($"fault {id} of lab {lab.ProcessId}", "Remove"))
                continue;
            if (!await LabControl.RemoveFaultAsync(lab, id, cancellationToken))
                await WriteErrorAsync(new ObjectNotFoundException($"Lab {lab.ProcessId} has no fault {id}. Get-OpsLabFault lists those that it has.") { TargetName = $"{id}" });
        }
    }
}

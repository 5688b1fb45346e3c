using System.Management.Automation;
using PlatformOps.Core.Labs;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Ends a lab and removes its folder.</summary>
/// <remarks><para>Only labs of this session can be ended; the others end with the session that started them.</para></remarks>
/// <example>
/// <summary>End the lab that was just started</summary>
/// <code>
/// $lab = Start-OpsLab
/// $lab | Stop-OpsLab
/// </code>
/// </example>
/// <example>
/// <summary>End every lab, from a script</summary>
/// <code>Get-OpsLab | Stop-OpsLab -Confirm:$false</code>
/// </example>
/// <seealso cref="StartOpsLabCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "OpsLab", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopOpsLabCommand : AsyncCmdlet
{
    /// <summary>The lab's process; a lab from Start-OpsLab or Get-OpsLab carries it.</summary>
    /// <value>The one lab of this session</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [LabTransformation]
    [ArgumentCompleter(typeof(LabCompleter))]
    public int[] ProcessId { get; set; } = [];

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var state = OpsRunspace.Current;
        foreach (var id in MyInvocation.BoundParameters.ContainsKey(nameof(ProcessId)) ? ProcessId : [TheOne(RunspaceLabs.Running(state))])
        {
            var lab = RunspaceLabs.Running(state).FirstOrDefault(process => process.Lab.ProcessId == id);
            if (lab is null)
            {
                await WriteErrorAsync(new ObjectNotFoundException($"No lab of this session runs as process {id}. Get-OpsLab lists the ones that do.") { TargetName = $"{id}" });
            }
            else if (await ShouldProcessAsync($"lab {id} at {lab.Lab.Address}", "Stop"))
            {
                RunspaceLabs.Forget(state, lab);
                await lab.DisposeAsync();
            }
        }
    }

    private static int TheOne(IReadOnlyList<LabProcess> labs) => labs switch
    {
        [var one] => one.Lab.ProcessId,
        [] => throw new ObjectNotFoundException("No lab of this session runs: there is nothing to stop."),
        _ => throw new AmbiguousNameException($"{labs.Count} labs of this session run: {string.Join(", ", labs.Select(process => $"{process.Lab.ProcessId} ({process.Lab.Address})"))}. Say which; Get-OpsLab | Stop-OpsLab stops all."),
    };
}

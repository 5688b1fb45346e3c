using System.Management.Automation;
using PlatformOps.Labs;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>Lists the labs that this session has started.</summary>
/// <example>
/// <summary>The labs that run</summary>
/// <code>Get-OpsLab</code>
/// </example>
/// <example>
/// <summary>Stop every lab</summary>
/// <code>Get-OpsLab | Stop-OpsLab -Confirm:$false</code>
/// </example>
/// <seealso cref="StartOpsLabCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsLab")]
[OutputType(typeof(OpsLab))]
public sealed class GetOpsLabCommand : AsyncCmdlet
{
    private protected override ValueTask EndAsync(CancellationToken cancellationToken) =>
        WriteObjectsAsync(RunspaceLabs.Running(OpsRunspace.Current).Select(process => process.Lab));
}

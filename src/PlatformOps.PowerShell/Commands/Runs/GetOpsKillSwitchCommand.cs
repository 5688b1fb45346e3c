using System.Management.Automation;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Tells whether the kill switch is set, by whom and why.</summary>
/// <example>
/// <summary>May anything be changed now?</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsKillSwitch
/// </code>
/// </example>
/// <example>
/// <summary>End a script early</summary>
/// <code>if ((Get-OpsKillSwitch).IsSet) { return }</code>
/// </example>
/// <seealso cref="EnableOpsKillSwitchCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsKillSwitch")]
[OutputType(typeof(OpsKillSwitch))]
public sealed class GetOpsKillSwitchCommand : SessionCmdlet
{
    private protected override ValueTask EndAsync(CancellationToken cancellationToken) => WriteObjectAsync(EnableOpsKillSwitchCommand.KillSwitchOf(Scope));
}

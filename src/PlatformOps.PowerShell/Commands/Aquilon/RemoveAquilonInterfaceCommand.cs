using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Removes network interfaces of hosts in Aquilon, their addresses first.</summary>
/// <remarks>
/// <para>Without -InterfaceName, all interfaces go but those to keep: -Keep, or aquilon.keep-interfaces of the configuration (bmc0 and eth0). The interface with the host's primary address is never removed.</para>
/// <para>An import from the inventory brings interfaces back, so remove them after it. Undo-OpsRun adds them again.</para>
/// </remarks>
/// <example>
/// <summary>See what would go</summary>
/// <code>Remove-AquilonInterface hv01.lab.example -WhatIf</code>
/// </example>
/// <example>
/// <summary>Remove one interface, unattended</summary>
/// <code>Remove-AquilonInterface hv01.lab.example -InterfaceName vlan100 -Confirm:$false</code>
/// </example>
/// <seealso cref="GetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Remove, "AquilonInterface", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Keep")]
[OutputType(typeof(AquilonHost), typeof(StepRecord))]
public sealed class RemoveAquilonInterfaceCommand : AquilonEffectCmdlet
{
    /// <summary>The interfaces to remove, by exact name.</summary>
    [Parameter(Position = 1, ParameterSetName = "Interface", Mandatory = true)]
    [ArgumentCompleter(typeof(AquilonInterfaceCompleter))]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}\z")]
    public string[]? InterfaceName { get; set; }

    /// <summary>The interfaces to keep where none are named.</summary>
    /// <value>aquilon.keep-interfaces of the configuration</value>
    [Parameter(ParameterSetName = "Keep")]
    [ArgumentCompleter(typeof(AquilonInterfaceCompleter))]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}\z")]
    public string[]? Keep { get; set; }

    private protected override async ValueTask<bool> ChangeAsync(ActionTarget target, CancellationToken cancellationToken)
        => IsThere(await ApplyAsync<RemoveAquilonInterfaces>(target, new RemoveAquilonInterfacesParameters(InterfaceName, Keep), cancellationToken));
}

using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Says whether machines install themselves anew at their next network boot (pxeswitch).</summary>
/// <remarks>
/// <para>Install is refused while the host is ready or almostready in Aquilon, without a bootserver, and for members of clusters. It takes effect when the machine boots from the network, whenever that is: switch back with LocalBoot where it is not to happen.</para>
/// <para>Immediately before, a hypervisor must be out of service with your claim, empty, without other tenants, and the machine of its dossier by SSH, BMC and NetBox; otherwise it is refused.</para>
/// <para>An installation that ends well switches itself back. Undo-OpsRun takes Install back, and never LocalBoot: it arms nothing.</para>
/// </remarks>
/// <example>
/// <summary>See what would be switched on a drained hypervisor</summary>
/// <code>Set-AquilonBoot hv01.lab.example -Boot Install -WhatIf</code>
/// </example>
/// <example>
/// <summary>Make sure that nothing is installed, unattended</summary>
/// <code>Import-MigrationList $lab.ListPath | Set-AquilonBoot -Boot LocalBoot -Confirm:$false</code>
/// </example>
/// <seealso cref="GetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Set, "AquilonBoot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AquilonHost), typeof(StepRecord))]
public sealed class SetAquilonBootCommand : AquilonEffectCmdlet
{
    /// <summary>Install, or LocalBoot from the machine's own disk.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateSet("Install", "LocalBoot")]
    public string Boot { get; set; } = "";

    private protected override async ValueTask<bool> ChangeAsync(ActionTarget target, CancellationToken cancellationToken)
        => IsThere(await ApplyAsync<SwitchAquilonBoot>(target, new SwitchAquilonBootParameters(Enum.Parse<AquilonBoot>(Boot, ignoreCase: true)), cancellationToken));
}

using System.Management.Automation;
using PlatformOps.Bmc;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>Turns machines on by their BMCs.</summary>
/// <remarks>
/// <para>One that is on is left alone. Undo-OpsRun turns it off again, by asking its operating system.</para>
/// <para>One that would boot from elsewhere than its disk, which may install it anew, is refused where it is a hypervisor of the configured cloud whose nova-compute is enabled or that has servers on it, unless -WhileInService says that it is meant; the question then names the servers.</para>
/// <para>The address of the BMC and the serial number come from the inventory (NetBox); a machine with another serial number is left alone. Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>Turn one on, unattended</summary>
/// <code>Start-BmcSystem hv01.lab.example -PassThru -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See which of a list would be turned on</summary>
/// <code>Import-MigrationList $lab.ListPath | Start-BmcSystem -WhatIf</code>
/// </example>
/// <seealso cref="StopBmcSystemCommand"/>
/// <seealso cref="GetBmcSystemCommand"/>
[Cmdlet(VerbsLifecycle.Start, "BmcSystem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BmcSystem), typeof(StepRecord))]
public sealed class StartBmcSystemCommand : BmcEffectCmdlet
{
    /// <summary>Turns on also a hypervisor whose nova-compute is enabled or that has servers on it where it would boot from the network or a disc. The question names them.</summary>
    [Parameter]
    public SwitchParameter WhileInService { get; set; }

    private protected override (Change Change, object Parameters) Effect(string address, string serial) => (new SetPower(), new SetPowerParameters(address, serial, MachinePower.On, WhileInService: WhileInService));
}

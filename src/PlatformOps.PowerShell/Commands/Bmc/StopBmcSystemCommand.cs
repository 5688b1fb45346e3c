using System.Management.Automation;
using PlatformOps.Bmc;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>Turns machines off by their BMCs.</summary>
/// <remarks>
/// <para>Without -Force the operating system is asked, and has ten minutes; with it, the power is cut. One that is off is left alone. Undo-OpsRun turns it on again, unless it would boot from the network or a disc.</para>
/// <para>A hypervisor of the configured cloud is refused while its nova-compute is enabled or servers are on it, unless -WhileInService says that the outage is meant; the question then names the servers.</para>
/// <para>The address of the BMC and the serial number come from the inventory (NetBox); a machine with another serial number is left alone. Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>See what would be turned off, and which servers with it</summary>
/// <code>Stop-BmcSystem hv01.lab.example, hv02.lab.example -WhileInService -WhatIf</code>
/// </example>
/// <example>
/// <summary>Turn one that is out of service and empty off and on again, unattended</summary>
/// <code>
/// Stop-BmcSystem hv01.lab.example -Force -PassThru -Confirm:$false
/// Start-BmcSystem hv01.lab.example -PassThru -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="StartBmcSystemCommand"/>
/// <seealso cref="RestartBmcSystemCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "BmcSystem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BmcSystem), typeof(StepRecord))]
public sealed class StopBmcSystemCommand : BmcEffectCmdlet
{
    /// <summary>Cuts the power without asking the operating system.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Turns off also a hypervisor whose nova-compute is enabled or that has servers on it. The question names them.</summary>
    [Parameter]
    public SwitchParameter WhileInService { get; set; }

    private protected override (Change Change, object Parameters) Effect(string address, string serial) => (new SetPower(), new SetPowerParameters(address, serial, MachinePower.Off, Force, WhileInService));
}

using System.Management.Automation;
using PlatformOps.Bmc;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>Restarts machines by their BMCs; one that is off is turned on.</summary>
/// <remarks>
/// <para>Without -Force the operating system is asked; with it, it is not. The reset type is one that the BMC allows. It is never sent twice: where nobody can tell whether it happened, the step stays open for Resolve-OpsStep.</para>
/// <para>A machine that boots from the network (Set-BmcBootDevice) may be installed anew by it. It is done as soon as the restart shows, before the machine is up again; nothing takes it back.</para>
/// <para>A hypervisor of the configured cloud is refused while its nova-compute is enabled or servers are on it, unless -WhileInService says that the outage is meant; the question then names the servers.</para>
/// <para>The address of the BMC and the serial number come from the inventory (NetBox); a machine with another serial number is left alone. Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>See what would be restarted, what it would boot from, and which servers it would take down</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Restart-BmcSystem -WhileInService -WhatIf</code>
/// </example>
/// <example>
/// <summary>Restart one that is out of service and empty, whatever its operating system does, unattended</summary>
/// <code>Restart-BmcSystem hv01.lab.example -Force -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="GetBmcSystemCommand"/>
/// <seealso cref="SetBmcBootDeviceCommand"/>
[Cmdlet(VerbsLifecycle.Restart, "BmcSystem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BmcSystem), typeof(StepRecord))]
public sealed class RestartBmcSystemCommand : BmcEffectCmdlet
{
    /// <summary>Restarts without asking the operating system.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Restarts also a hypervisor whose nova-compute is enabled or that has servers on it. The question names them.</summary>
    [Parameter]
    public SwitchParameter WhileInService { get; set; }

    private protected override (Change Change, object Parameters) Effect(string address, string serial) => (new RestartSystem(), new RestartSystemParameters(address, serial, Force, WhileInService));
}

using System.Management.Automation;
using PlatformOps.Bmc;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Bmc;

/// <summary>Has machines boot once from another device than the usual, such as the network. Nothing happens before their next restart.</summary>
/// <remarks>
/// <para>The setting is for one boot, which uses it up; -Device None takes it away. It is read back, and Undo-OpsRun puts back what was there, unless a boot from that could install the machine anew.</para>
/// <para>A boot from elsewhere than its disk, which may install it anew, is refused for a hypervisor of the configured cloud while its nova-compute is enabled or servers are on it, unless -WhileInService says that it is meant; the question then names the servers.</para>
/// <para>The address of the BMC and the serial number come from the inventory (NetBox); a machine with another serial number is left alone. Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>See what would be set</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Set-BmcBootDevice -Device BiosSetup -WhatIf</code>
/// </example>
/// <example>
/// <summary>Boot one once into the setup of its firmware, unattended and although servers are on it, and take it back</summary>
/// <code>
/// Set-BmcBootDevice hv01.lab.example -Device BiosSetup -WhileInService -PassThru -Confirm:$false
/// Set-BmcBootDevice hv01.lab.example -Device None -PassThru -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="GetBmcSystemCommand"/>
/// <seealso cref="RestartBmcSystemCommand"/>
[Cmdlet(VerbsCommon.Set, "BmcBootDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BmcSystem), typeof(StepRecord))]
public sealed class SetBmcBootDeviceCommand : BmcEffectCmdlet
{
    /// <summary>The device as Redfish names it; BootTargets of Get-BmcSystem lists those of a machine. None for the usual one.</summary>
    /// <value>Pxe</value>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(BootDeviceCompleter))]
    [ValidatePattern("^[A-Za-z0-9]{1,40}$")]
    public string Device { get; set; } = "Pxe";

    /// <summary>How the firmware boots; left as it is where the BMC does not offer it.</summary>
    /// <value>Uefi</value>
    [Parameter]
    [ValidateSet("Uefi", "Legacy")]
    public string Mode { get; set; } = "Uefi";

    /// <summary>Sets a boot from elsewhere than its disk also for a hypervisor whose nova-compute is enabled or that has servers on it. The question names them.</summary>
    [Parameter]
    public SwitchParameter WhileInService { get; set; }

    private protected override (Change Change, object Parameters) Effect(string address, string serial)
        => (new SetBootDevice(), new SetBootDeviceParameters(address, serial, Device, Enum.Parse<BootMode>(Mode, ignoreCase: true), WhileInService));
}

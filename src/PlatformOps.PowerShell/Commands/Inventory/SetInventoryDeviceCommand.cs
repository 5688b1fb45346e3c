using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Inventory;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Inventory;

/// <summary>Sets the status or role of devices in the inventory (NetBox).</summary>
/// <remarks>
/// <para>Only what changes is sent, and only if nobody else changed the device since it was read; a device that is as asked for is left alone. A role that does not exist is an error that lists those that do.</para>
/// <para>A device is named as its machine is in targets.allow, which means by its full name where the patterns are of full names, even if the inventory keeps short ones. Every name that a service has for the machine must not be protected, and a full one must be allowed too; else it is refused. Reading (Get-InventoryDevice) takes any name.</para>
/// <para>Names are exact, and one call changes at most targets.max devices or -MaxTargets. Undo-OpsRun takes it back.</para>
/// </remarks>
/// <example>
/// <summary>See what would change</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Set-InventoryDevice -Status planned -WhatIf</code>
/// </example>
/// <example>
/// <summary>Set it, unattended, and show the device</summary>
/// <code>Set-InventoryDevice hv01.lab.example -Status planned -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="GetInventoryDeviceCommand"/>
[Cmdlet(VerbsCommon.Set, "InventoryDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(InventoryDevice), typeof(StepRecord))]
public sealed class SetInventoryDeviceCommand : EffectCmdlet
{
    /// <summary>The hypervisors or devices, by exact name, or objects with a HypervisorName or DeviceName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), "DeviceName")]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The status to set: offline, active, planned, staged, failed, inventory, decommissioning, or one of the site's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DeviceStatusCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Status { get; set; }

    /// <summary>The role to give, by name or slug.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DeviceRoleCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Role { get; set; }

    /// <summary>Emits the devices once they are as asked for. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
        => Status is not null || Role is not null ? default : throw new ArgumentException("Nothing to set: give -Status, -Role, or both.");

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(HypervisorName, async name =>
    {
        var target = new ActionTarget(ActionTarget.Hypervisor, name);
        if (Status is not null && (await ApplyAsync<SetDeviceStatus>(target, new SetDeviceStatusParameters(Status), cancellationToken)) is var status && !GoesOn(status))
            return;
        if (Role is not null && (await ApplyAsync<SetDeviceRole>(target, new SetDeviceRoleParameters(Role), cancellationToken)) is var role && !GoesOn(role))
            return;
        if (PassThru && !IsWhatIf)
            await WriteObjectAsync(await Scope.Get<NetBoxClient>().DeviceAsync(name, cancellationToken));
    });

    private bool GoesOn(StepRecord? record) => IsWhatIf || IsThere(record);
}

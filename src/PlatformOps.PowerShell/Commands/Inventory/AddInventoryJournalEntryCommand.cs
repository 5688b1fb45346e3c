using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Inventory;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Inventory;

/// <summary>Writes a note into the journal of devices in the inventory (NetBox).</summary>
/// <remarks>
/// <para>A mark of the run is written behind the text, so that the same note is written once for a device, even by a script that is started again within Enter-OpsRun.</para>
/// <para>Names are exact, and one call changes at most targets.max devices or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>Note a repair</summary>
/// <code>Add-InventoryJournalEntry hv01.lab.example 'DIMM B3 replaced.' -Kind Success -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be written for a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Add-InventoryJournalEntry -Text 'RL9 reinstall begins.' -WhatIf</code>
/// </example>
/// <seealso cref="GetInventoryDeviceCommand"/>
[Cmdlet(VerbsCommon.Add, "InventoryJournalEntry", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(InventoryDevice), typeof(StepRecord))]
public sealed class AddInventoryJournalEntryCommand : EffectCmdlet
{
    /// <summary>The hypervisors or devices, by exact name, or objects with a HypervisorName or DeviceName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), "DeviceName")]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The note, in Markdown.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Text { get; set; } = "";

    /// <summary>What kind of note it is.</summary>
    /// <value>Info</value>
    [Parameter]
    [ValidateSet("Info", "Success", "Warning", "Danger")]
    public string Kind { get; set; } = "Info";

    /// <summary>Emits the devices once the note is written. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(HypervisorName, async name =>
    {
        var record = await ApplyAsync<AddJournalEntry>(new ActionTarget(ActionTarget.Hypervisor, name), new AddJournalEntryParameters(Text, Kind.ToLowerInvariant()), cancellationToken);
        if (PassThru && IsThere(record))
            await WriteObjectAsync(await Scope.Get<NetBoxClient>().DeviceAsync(name, cancellationToken));
    });
}

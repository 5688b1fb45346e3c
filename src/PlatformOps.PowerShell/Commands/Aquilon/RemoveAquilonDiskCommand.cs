using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Removes disks of hosts in Aquilon: a named one, or those that the rules of the configuration say for the machine.</summary>
/// <remarks>
/// <para>Aquilon gives every new machine the disk of its model, and an import makes the machine new. aquilon.disk-rules says by model or name which machines do not have it. Only Aquilon's record changes, no disk is touched.</para>
/// <para>Undo-OpsRun adds it again.</para>
/// </remarks>
/// <example>
/// <summary>See which machines of a list would lose a disk</summary>
/// <code>Import-MigrationList $lab.ListPath | Remove-AquilonDisk -WhatIf</code>
/// </example>
/// <example>
/// <summary>Remove a named disk, unattended, and show what is left</summary>
/// <code>(Remove-AquilonDisk hv04.lab.example -DiskName sda -PassThru -Confirm:$false).Disks</code>
/// </example>
/// <seealso cref="GetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Remove, "AquilonDisk", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AquilonHost), typeof(StepRecord))]
public sealed class RemoveAquilonDiskCommand : AquilonEffectCmdlet
{
    /// <summary>The disk, by its device name, such as sda.</summary>
    /// <value>What aquilon.disk-rules of the configuration say</value>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(AquilonDiskCompleter))]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}\z")]
    public string? DiskName { get; set; }

    private protected override async ValueTask<bool> ChangeAsync(ActionTarget target, CancellationToken cancellationToken)
        => IsThere(await ApplyAsync<RemoveAquilonDisks>(target, new RemoveAquilonDisksParameters(DiskName), cancellationToken));
}

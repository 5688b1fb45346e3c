using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Makes the data disks of hypervisors ready, as the storage profile of their hardware says: partitions, RAID0, XFS, fstab, mount.</summary>
/// <remarks>
/// <para>Everything is looked at first, and again before each step, and only what is missing is done: a file system that is there is mounted, not made again. -WhatIf shows every step and does none. A run that was interrupted goes on where it was.</para>
/// <para>A disk that carries anything is taken only where the hypervisor's dossier recorded it with just that content as its data disk, or where -Force names it. One that is mounted, or carries the running system, is never taken. Before anything is formatted, a hypervisor must be the machine of its dossier by SSH, BMC and NetBox.</para>
/// <para>Disks are chosen by transport, size, model or serial number; profiles are built in, and added in hosts.storage-profiles.</para>
/// </remarks>
/// <example>
/// <summary>What is missing on the hypervisors of a list, by the model that the inventory has</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Initialize-HypervisorStorage -WhatIf</code>
/// </example>
/// <example>
/// <summary>Make one ready by a profile, unattended</summary>
/// <code>Initialize-HypervisorStorage hv01.lab.example -Profile hv-2022-lenovo -PassThru -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what it would take to use a disk that carries something else, by its serial number</summary>
/// <code>
/// $disk = (Get-RemoteHostFact hv01.lab.example).Disks | Where-Object Transport -eq nvme
/// Initialize-HypervisorStorage hv01.lab.example -Force $disk.Serial -WhatIf
/// </code>
/// </example>
/// <seealso cref="GetRemoteHostFactCommand"/>
[Cmdlet(VerbsData.Initialize, "HypervisorStorage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class InitializeHypervisorStorageCommand : FanOutEffectCmdlet<(string Name, string? TicketId)>
{
    private string? _forced;

    /// <summary>The hypervisors, by name, or objects with a HypervisorName or HostName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [TargetNameTransformation(nameof(HypervisorName), "HostName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor, such as MH-101: its dossier is there, where this state folder has none or an older one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>The storage profile. The one for the hardware model that the inventory has, where it is left out.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(StorageProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Profile { get; set; }

    /// <summary>Serial numbers or names of disks to take although they carry something that was not recorded: what is on them is lost. For one hypervisor in a call, because the next one's disks have the same names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Force { get; set; } = [];

    /// <summary>Emits a record for each hypervisor: its storage before and now. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override IEnumerable<(string Name, string? TicketId)> Inputs()
    {
        var ticket = string.IsNullOrEmpty(TicketId) ? null : TicketId;
        return HypervisorName.Select(name => (name, ticket));
    }

    private protected override string? NameOf((string Name, string? TicketId) input) => input.Name;

    private protected override async ValueTask ProcessAsync((string Name, string? TicketId) input, CancellationToken cancellationToken)
    {
        var (name, ticket) = input;
        if (Force.Length > 0 && Interlocked.CompareExchange(ref _forced, name, null) is { } first && first != name)
            throw new RefusedException($"-Force names disks of one hypervisor, and that is {first} in this call; {name} was left alone.") { TargetName = name };
        var target = new ActionTarget(ActionTarget.Hypervisor, name, ticket);
        var profiles = new StorageProfiles(Scope.Get<HostsConfiguration>());
        var model = Profile is null ? await ModelAsync(name, cancellationToken) : null;
        var disks = (await Scope.Get<DossierFinder>().FindAsync(target, SilentLog.Instance, cancellationToken))?.Host.Disks ?? [];
        var parameters = new HostStorageParameters
        {
            Profile = Profile,
            Model = model,
            Recorded = [.. RecordedDisk.Of(disks, Profile is null ? profiles.MountPointOf(model) : profiles.ByName(Profile).Profile.MountPoint).Select(disk => disk.ToString())],
            Force = Force,
        };
        var record = await ApplyAsync(new HostStorageChange(), target, parameters, cancellationToken);
        if (PassThru && IsThere(record))
            await WriteObjectAsync(record);
    }

    private async Task<string> ModelAsync(string name, CancellationToken cancellationToken)
        => (await Scope.Get<NetBoxClient>().DeviceAsync(name, cancellationToken)).DeviceType
            ?? throw new ObjectNotFoundException($"The inventory has no hardware model of {name}: give -Profile.") { TargetName = name };
}

using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Brings installed packages of hosts to the newest versions that their repositories have.</summary>
/// <remarks>
/// <para>By dnf, or by apt on hosts of Debian's family, as root. A package that is up to date is left alone; one that is not installed is an error, because nothing is installed that was not there.</para>
/// <para>Where it fails, the error shows the host's name servers and repositories: what it mostly comes from. One call changes at most targets.max hosts or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>Where is an update of qemu-kvm to be had?</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 4 | Update-RemotePackage -Package qemu-kvm -WhatIf</code>
/// </example>
/// <example>
/// <summary>Update two packages, unattended</summary>
/// <code>Update-RemotePackage hv01.lab.example -Package qemu-kvm, libvirt -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="InvokeRemoteCommandCommand"/>
[Cmdlet(VerbsData.Update, "RemotePackage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class UpdateRemotePackageCommand : FanOutEffectCmdlet<string>
{
    /// <summary>The hosts, by name or IPv6 address, or objects with a HostName or HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>The packages, by exact name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9+._-]{0,127}\z")]
    public string[] Package { get; set; } = [];

    /// <summary>Emits a record for each host and package: its version before and now. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override IEnumerable<string> Inputs() => HostName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
    {
        // One after the other: package managers lock each other out.
        foreach (var package in Package)
        {
            var record = await ApplyAsync(new PackageChange(), new ActionTarget(ActionTarget.Host, input), new PackageParameters { Name = package }, cancellationToken);
            if (PassThru && IsThere(record))
                await WriteObjectAsync(record);
        }
    }
}

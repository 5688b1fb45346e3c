using System.Management.Automation;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Errors;
using PlatformOps.Kayobe;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Kayobe;

/// <summary>Runs an Ansible playbook with Kayobe on its control host, for one host after another.</summary>
/// <remarks>
/// <para>Each run is limited to its host, by the one name that Kayobe's inventory resolves to just this host; a name that could mean more is refused before anything is sent. What comes out is the host's line of the PLAY RECAP. A run counts as done only where its exit status is 0 and the host is in the recap with nothing failed or unreachable.</para>
/// <para>The run goes on by itself on the control host: Ctrl-C or a lost connection leaves it running. The same call in the same session waits for its end; while it runs, others on these hosts are refused, unless Get-OpsStep -Open | Resolve-OpsStep says what came of it. Another run of Kayobe on the same control host is waited for, for hours. -Verbose shows the output as it comes; it is in the run's log too.</para>
/// </remarks>
/// <example>
/// <summary>Let Mellanox cards boot by UEFI and PXE, unattended</summary>
/// <code>Invoke-KayobePlaybook mellanox-enable-uefi-pxe.yml hv03.lab.example -ExtraVar @{ pxe_target = '{host}' } -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be run for each host of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 2 | Invoke-KayobePlaybook mellanox-enable-uefi-pxe.yml -WhatIf</code>
/// </example>
/// <seealso cref="InvokeKayobeCommandCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "KayobePlaybook", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(KayobeHostResult), typeof(StepRecord))]
public sealed class InvokeKayobePlaybookCommand : KayobeCmdlet
{
    /// <summary>The playbook, below the folder ansible of the Kayobe configuration, or by its full path on the control host.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(KayobePlaybookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Playbook { get; set; } = "";

    /// <summary>The hosts, by name, or objects with a HostName or HypervisorName. In values of -ExtraVar, {host} stands for what the inventory calls it.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
        => Parameters().Problems().FirstOrDefault() is { } problem ? throw new RefusedException(problem) : default;

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
        => EachAsync(HostName, host => RunAsync(call => new RunPlaybook((KayobeCall)call), Playbook, Parameters(), [host], cancellationToken));

    private RunPlaybookParameters Parameters() => new() { Playbook = Playbook, Vars = Variables() };
}

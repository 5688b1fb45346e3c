using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Aquilon;

/// <summary>Deletes hosts with their machines in Aquilon, and imports them anew from the inventory.</summary>
/// <remarks>
/// <para>A run of the runbook aquilon/reset: what Aquilon has of the host is saved first, with the commands that put it back. Nothing is deleted unless a dry run shows that the import would succeed: the inventory has all it needs, and the broker knows the model, rack, operating system, domain and personality, and no other machine has its addresses. A member of a cluster is refused.</para>
/// <para>Immediately before it is deleted, a hypervisor must be out of service with your claim, empty, without other tenants, and the machine of its dossier by SSH, BMC and NetBox; otherwise it is refused.</para>
/// <para>A run that was killed or stopped goes on with Resume-OpsRun. Where the import fails after all, -FromRecord puts the host back as it was before it was imported anew; -RecordId names another record of those that Get-AquilonRecord lists.</para>
/// </remarks>
/// <example>
/// <summary>See what would be done</summary>
/// <code>Reset-AquilonHost hv01.lab.example -WhatIf</code>
/// </example>
/// <example>
/// <summary>Import a drained host anew, unattended</summary>
/// <code>
/// $ErrorActionPreference = 'Stop'
/// Reset-AquilonHost hv01.lab.example -Confirm:$false -FailOnError
/// </code>
/// </example>
/// <seealso cref="GetAquilonHostCommand"/>
/// <seealso cref="GetAquilonRecordCommand"/>
/// <seealso cref="SetAquilonHostCommand"/>
[Cmdlet(VerbsCommon.Reset, "AquilonHost", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class ResetAquilonHostCommand : RunTargetsCmdlet
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName or HostName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [TargetNameTransformation(nameof(HypervisorName), "HostName")]
    [ArgumentCompleter(typeof(AquilonHostCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor, such as MH-101: it is told how it went.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Puts hosts that were deleted back as they were before they were imported anew, and deletes nothing.</summary>
    [Parameter]
    public SwitchParameter FromRecord { get; set; }

    /// <summary>With -FromRecord: the record that is restored, as Get-AquilonRecord names it.</summary>
    /// <value>The newest of a host that was no import which awaited its installation</value>
    [Parameter]
    [ArgumentCompleter(typeof(AquilonRecordCompleter))]
    [ValidateNotNullOrEmpty]
    public string? RecordId { get; set; }

    private protected override string RunName => FromRecord ? "aquilon/restore" : "aquilon/reset";

    private protected override IReadOnlyList<RunbookPhase> Phases() => [new RunbookPhase(RunName, Scope.Runbooks.Get(RunName))];

    private protected override IReadOnlyDictionary<string, string> RunbookInputs() => RecordId is null ? base.RunbookInputs() : new Dictionary<string, string> { ["record"] = RecordId };

    private protected override IReadOnlyList<IRunObserver> Observers() => [MigrationRun.Ticket(Scope)];

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        if (RecordId is not null && !FromRecord)
            throw new RefusedException("-RecordId says which record -FromRecord puts back, and -FromRecord was not given.");
        foreach (var name in HypervisorName)
            Collect(new ActionTarget(ActionTarget.Hypervisor, name, string.IsNullOrEmpty(TicketId) ? null : TicketId));
        return default;
    }
}

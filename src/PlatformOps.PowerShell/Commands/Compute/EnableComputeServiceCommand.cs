using System.Management.Automation;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Compute;

/// <summary>Gives hypervisors back to the scheduler: enables nova-compute where you claimed it.</summary>
/// <remarks>
/// <para>Only what carries your claim is enabled. What a person disabled, or another claimed, is left alone and told as an error; -TakeOver with -Reason enables it all the same. One that is enabled already is left as it is.</para>
/// <para>One that a migration of yours holds is asked for first, with its ticket and how far it is: enabling it takes it out of the migration's hands, and its next phase refuses. -WhatIf tells as well; -Confirm:$false answers.</para>
/// <para>Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>Give one hypervisor back</summary>
/// <code>
/// Disable-ComputeService hv01.lab.example -Reason 'firmware' -Confirm:$false
/// Enable-ComputeService hv01.lab.example -PassThru -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>Give back all that you claimed: look first, then after a question for each</summary>
/// <code>
/// Get-ComputeService -Mine | Enable-ComputeService -WhatIf
/// Get-ComputeService -Mine | Enable-ComputeService -Confirm
/// </code>
/// </example>
/// <seealso cref="DisableComputeServiceCommand"/>
/// <seealso cref="GetComputeServiceCommand"/>
[Cmdlet(VerbsLifecycle.Enable, "ComputeService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ComputeService), typeof(StepRecord))]
public sealed class EnableComputeServiceCommand : EffectCmdlet
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket it was claimed for; a claim for another ticket is refused.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Enables what a person disabled or another claimed; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why it is enabled although it is not yours; written to the ledger, and told to the ticket of the claim.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Emits the services once they are enabled. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? TakeOverReason => TakeOver ? Reason : null;

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
        => TakeOver == (Reason is not null) ? default : throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(HypervisorName, async name =>
    {
        var ticket = string.IsNullOrEmpty(TicketId) ? null : TicketId;
        var record = await ApplyAsync<EnableComputeService>(new ActionTarget(ActionTarget.Hypervisor, name, ticket), new EnableComputeServiceParameters(), cancellationToken);
        if (!PassThru || !IsThere(record))
            return;
        var service = await Scope.Get<NovaClient>().ServiceAsync(name, cancellationToken);
        await WriteObjectAsync(service with { HypervisorName = name, TicketId = ticket });
    });
}

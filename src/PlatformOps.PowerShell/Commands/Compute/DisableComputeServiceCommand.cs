using System.Management.Automation;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Compute;

/// <summary>Disables nova-compute on hypervisors, with a reason and a claim that everybody can read: nothing new is scheduled there.</summary>
/// <remarks>
/// <para>The claim [ops:run person ticket] is written behind the reason; only its owner's Enable-ComputeService gives the hypervisor back. One that is claimed by you already is left as it is, and so is its claim, unless the reason or the ticket is another: that is written. One that a person disabled, or another claimed, is refused; with -TakeOver it is taken over, -Reason says why, and the ticket of the old claim is told.</para>
/// <para>Servers that run there go on running. Names are exact, and one call changes at most targets.max hypervisors or -MaxTargets. Where targets.max-unavailable is configured, no more hosts of an aggregate (or of the zone) than that may be out of service. The change is written to the session's run, and Undo-OpsRun takes it back.</para>
/// </remarks>
/// <example>
/// <summary>See what would be done</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Disable-ComputeService -Reason 'RL9 reinstall' -WhatIf</code>
/// </example>
/// <example>
/// <summary>Take two hypervisors out of service, unattended</summary>
/// <code>Disable-ComputeService hv01.lab.example, hv02.lab.example -Reason 'RL9 reinstall' -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="EnableComputeServiceCommand"/>
/// <seealso cref="GetComputeServiceCommand"/>
[Cmdlet(VerbsLifecycle.Disable, "ComputeService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ComputeService), typeof(StepRecord))]
public sealed class DisableComputeServiceCommand : EffectCmdlet
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket it is done for, such as MH-101; written into the claim.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Why, for everybody to read. Nova takes 255 characters with the claim; what is too long is cut from the reason.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Reason { get; set; } = "";

    /// <summary>Takes over what a person disabled or another claimed. The reason says why.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Emits the services once they are disabled; with the ticket they came with, so that they pipe on. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? TakeOverReason => TakeOver ? Reason : null;

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(HypervisorName, async name =>
    {
        var ticket = string.IsNullOrEmpty(TicketId) ? null : TicketId;
        var record = await ApplyAsync<DisableComputeService>(new ActionTarget(ActionTarget.Hypervisor, name, ticket), new DisableComputeServiceParameters(Reason), cancellationToken);
        if (!IsThere(record))
            return;
        if (PassThru)
        {
            var service = await Scope.Get<NovaClient>().ServiceAsync(name, cancellationToken);
            await WriteObjectAsync(service with { HypervisorName = name, TicketId = ticket ?? service.TicketId });
        }
    });
}

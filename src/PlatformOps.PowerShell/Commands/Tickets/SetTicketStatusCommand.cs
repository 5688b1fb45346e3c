using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Jira;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;
using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Commands.Tickets;

/// <summary>Moves tickets (Jira) to a status.</summary>
/// <remarks>
/// <para>The transition that leads to the status is chosen, or one of that name; whatever its case. Where none or several do, the error lists what the ticket offers. A ticket that has the status is left alone.</para>
/// <para>It is read again afterwards: a workflow can take a transition and not move the ticket. The way back is the workflow's own, so there is no undo.</para>
/// </remarks>
/// <example>
/// <summary>Move one ticket and show it</summary>
/// <code>Get-Ticket -HypervisorName hv01.lab.example | Set-TicketStatus -Status Draining -PassThru -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be moved</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Set-TicketStatus -Status Draining -WhatIf</code>
/// </example>
/// <seealso cref="GetTicketCommand"/>
[Cmdlet(VerbsCommon.Set, "TicketStatus", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Ticket), typeof(StepRecord))]
public sealed class SetTicketStatusCommand : EffectCmdlet
{
    /// <summary>The tickets' keys, such as MH-101, or objects with a TicketId.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string[] TicketId { get; set; } = [];

    /// <summary>The status, or the name of a transition where several lead to it.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(TicketStatusCompleter))]
    [ValidateNotNullOrEmpty]
    public string Status { get; set; } = "";

    /// <summary>Emits the tickets once they are moved. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(TicketId, async key =>
    {
        var jira = Scope.Get<JiraClient>();
        // A plan that could not be carried out would be a lie.
        if (IsWhatIf && !string.Equals((await jira.GetAsync(key, cancellationToken)).Status, Status.Trim(), StringComparison.OrdinalIgnoreCase))
            JiraClient.Choose(key, Status, await jira.TransitionsAsync(key, cancellationToken));
        var record = await ApplyAsync<TransitionTicket>(ActionTarget.OfTicket(key), new TransitionTicketParameters(Status), cancellationToken);
        if (PassThru && IsThere(record))
            await WriteObjectAsync(await jira.GetAsync(key, cancellationToken));
    });
}

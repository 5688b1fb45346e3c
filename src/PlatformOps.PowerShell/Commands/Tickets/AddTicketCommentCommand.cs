using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Jira;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;
using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Commands.Tickets;

/// <summary>Comments on tickets (Jira).</summary>
/// <remarks>
/// <para>A mark of the run is kept at the comment, so that the same text is written once to a ticket, even by a script that is started again within Enter-OpsRun.</para>
/// <para>With -Internal the comment is for the team only (Jira Service Management); jira.internal-comments makes that the rule.</para>
/// </remarks>
/// <example>
/// <summary>Comment on the tickets of a list</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Add-TicketComment -Text 'The window begins at 08:00 UTC.' -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>Tell the team only, and show the comment</summary>
/// <code>Get-Ticket -HypervisorName hv01.lab.example | Add-TicketComment -Text 'Waiting for the spare DIMM.' -Internal -PassThru</code>
/// </example>
/// <seealso cref="GetTicketCommand"/>
[Cmdlet(VerbsCommon.Add, "TicketComment", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(TicketComment), typeof(StepRecord))]
public sealed class AddTicketCommentCommand : EffectCmdlet
{
    /// <summary>The tickets' keys, such as MH-101, or objects with a TicketId.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string[] TicketId { get; set; } = [];

    /// <summary>The comment; an empty line ends a paragraph.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Text { get; set; } = "";

    /// <summary>For the team only.</summary>
    [Parameter]
    public SwitchParameter Internal { get; set; }

    /// <summary>Emits the comments once they are written. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(TicketId, async key =>
    {
        var parameters = new AddTicketCommentParameters(Text, MyInvocation.BoundParameters.ContainsKey(nameof(Internal)) ? Internal.IsPresent : null);
        var record = await ApplyAsync<AddTicketComment>(ActionTarget.OfTicket(key), parameters, cancellationToken);
        if (!PassThru || !IsThere(record))
            return;
        // The mark ends with target and step; a run before this one can have left the same.
        var mark = $"/{key}/{record!.Step}]";
        var comments = await Scope.Get<JiraClient>().CommentsAsync(key, cancellationToken);
        if (comments.LastOrDefault(comment => comment.Marker?.EndsWith(mark, StringComparison.Ordinal) == true || comment.Text.Contains(mark, StringComparison.Ordinal)) is { } written)
            await WriteObjectAsync(written);
    });
}

using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Jira;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;
using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Commands.Tickets;

/// <summary>Makes a ticket (Jira), unless an open one of that title is there.</summary>
/// <remarks>
/// <para>An open ticket of the same project and type with exactly this title is taken instead of a new one, so that a script that is started again makes no second. The ticket is emitted either way.</para>
/// <para>For the tickets of hypervisors there is New-MigrationTicket.</para>
/// </remarks>
/// <example>
/// <summary>Make a ticket and give it to yourself</summary>
/// <code>New-Ticket 'Rack B07: replace the PDU' -Description 'Both feeds, one at a time.' -Type Task -Label power -Assignee '@me' -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be made</summary>
/// <code>New-Ticket 'Update the runbook' -WhatIf</code>
/// </example>
/// <seealso cref="NewMigrationTicketCommand"/>
[Cmdlet(VerbsCommon.New, "Ticket", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Ticket), typeof(StepRecord))]
public sealed class NewTicketCommand : EffectCmdlet
{
    private const string Me = "@me";

    /// <summary>Its title, at most 254 characters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ValidateLength(1, 254)]
    public string Summary { get; set; } = "";

    /// <summary>Its text; an empty line ends a paragraph.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? Description { get; set; }

    /// <summary>Its labels; a label has no spaces.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidatePattern(@"^\S+$")]
    public string[]? Label { get; set; }

    /// <summary>Who gets it: a user name (Data Center) or account id (Cloud), or @me.</summary>
    /// <value>Whom the project assigns</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Assignee { get; set; }

    /// <summary>The project's key.</summary>
    /// <value>jira.project of the configuration</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Project { get; set; }

    /// <summary>The issue type.</summary>
    /// <value>jira.issue-type of the configuration</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Type { get; set; }

    /// <summary>The hypervisor it is about; it gets the label ops-name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string? HypervisorName { get; set; }

    private protected override string? CurrentTarget => Summary;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var target = HypervisorName is null ? new ActionTarget(ActionTarget.Ticket, Summary) : new ActionTarget(ActionTarget.Hypervisor, HypervisorName);
        var parameters = new CreateTicketParameters(Summary, Description, Label, Project, Type, Assignee == Me, Assignee == Me ? null : Assignee);
        var record = await ApplyAsync<CreateTicket>(target, parameters, cancellationToken);
        if (IsThere(record) && record!.After is { } key)
            await WriteObjectAsync(await Scope.Get<JiraClient>().GetAsync(key, cancellationToken) with { HypervisorName = HypervisorName });
    }
}

using System.Management.Automation;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Tickets;

namespace PlatformOps.PowerShell.Commands.Tickets;

/// <summary>Gets tickets (Jira): by key, by hypervisor, or by a query.</summary>
/// <remarks>
/// <para>Without parameters the open tickets of the configured project and issue type. A hypervisor's ticket is the open one whose title is exactly its name; Jira's own search is fuzzy and splits names at hyphens.</para>
/// <para>On Jira Cloud a search learns of changes some seconds later; a ticket that is read by its key is as it is now.</para>
/// </remarks>
/// <example>
/// <summary>The tickets of a list, with their comments</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-Ticket -IncludeComment</code>
/// </example>
/// <example>
/// <summary>What waits for its reinstall</summary>
/// <code>Get-Ticket -Jql 'project = MH AND status = "Ready For Reinstall"'</code>
/// </example>
/// <seealso cref="NewMigrationTicketCommand"/>
/// <seealso cref="SetTicketStatusCommand"/>
[Cmdlet(VerbsCommon.Get, "Ticket", DefaultParameterSetName = "Ticket")]
[OutputType(typeof(Ticket))]
public sealed class GetTicketCommand : SessionCmdlet
{
    /// <summary>The tickets' keys, such as MH-101, or objects with a TicketId.</summary>
    [Parameter(Position = 0, ParameterSetName = "Ticket", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    [AllowNull]
    [AllowEmptyCollection]
    public string?[]? TicketId { get; set; }

    /// <summary>The hypervisors whose open tickets to find, where no key is given.</summary>
    [Parameter(ParameterSetName = "Ticket", ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[]? HypervisorName { get; set; }

    /// <summary>A query in Jira's language.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Query")]
    [ValidateNotNullOrEmpty]
    public string Jql { get; set; } = "";

    /// <summary>Reads the tickets' comments too: one call more for each.</summary>
    [Parameter]
    public SwitchParameter IncludeComment { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var jira = Scope.Get<JiraClient>();
        string[] keys = [.. (TicketId ?? []).OfType<string>()];
        if (ParameterSetName == "Query")
            await SearchAsync(jira, Jql, cancellationToken);
        else if (keys.Length > 0)
            await EachAsync(keys, async key => await WriteAsync(jira, await jira.GetAsync(key, cancellationToken), HypervisorName is [var host] ? host : null, cancellationToken));
        else if (HypervisorName is { Length: > 0 })
            await EachAsync(HypervisorName, host => FindAsync(jira, host, cancellationToken));
        else if (MyInvocation.ExpectingInput)
            throw new ArgumentException("What came from the pipeline has neither a TicketId nor a HypervisorName.");
        else
            await SearchAsync(jira, $"project = {JiraClient.Quote(jira.Configuration.Project)} AND issuetype = {JiraClient.Quote(jira.Configuration.IssueType)} AND statusCategory != Done ORDER BY created ASC", cancellationToken);
    }

    private async ValueTask SearchAsync(JiraClient jira, string jql, CancellationToken cancellationToken)
    {
        await foreach (var ticket in jira.SearchAsync(jql, cancellationToken))
            await WriteAsync(jira, ticket, null, cancellationToken);
    }

    private async ValueTask FindAsync(JiraClient jira, string host, CancellationToken cancellationToken)
    {
        var found = await jira.FindOpenAsync(host, null, null, cancellationToken);
        if (found.Count == 0)
            throw new ObjectNotFoundException($"No open ticket of {jira.Configuration.Project} and type {jira.Configuration.IssueType} is called exactly '{host}'. New-MigrationTicket makes one; -Jql finds those that are closed.") { TargetName = host };
        foreach (var ticket in found)
            await WriteAsync(jira, ticket, host, cancellationToken);
    }

    private async ValueTask WriteAsync(JiraClient jira, Ticket ticket, string? host, CancellationToken cancellationToken)
    {
        ticket = ticket with { HypervisorName = host ?? ticket.HypervisorName };
        if (!IncludeComment)
        {
            await WriteObjectAsync(ticket);
            return;
        }

        // A view of its own, which shows them.
        var commented = new PSObject(ticket with { Comments = [.. await jira.CommentsAsync(ticket.TicketId, cancellationToken)] });
        commented.TypeNames.Insert(0, $"{typeof(Ticket).FullName}#Commented");
        await WriteObjectAsync(commented);
    }
}

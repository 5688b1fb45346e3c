using System.Globalization;
using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Tickets;

/// <summary>Finds or makes the tickets of hypervisors to migrate, and emits the targets with their keys.</summary>
/// <remarks>
/// <para>A target that has a key passes through. For the others the open ticket of the configured project and type whose title is exactly the hypervisor's name is taken; where there is none it is made, with the label ops-name and assigned to you. Up to 50 are made in one call.</para>
/// <para>What was made is never lost: where some could not be made, the targets with keys are emitted, and each of the others is an error. Export-MigrationList writes the keys into the list.</para>
/// </remarks>
/// <example>
/// <summary>Make the tickets of a list and write their keys into it</summary>
/// <code>Import-MigrationList $lab.ListPath | New-MigrationTicket -Confirm:$false | Export-MigrationList $lab.ListPath -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See which would be made</summary>
/// <code>'hv01.lab.example', 'hv02.lab.example' | New-MigrationTicket -WhatIf</code>
/// </example>
/// <seealso cref="PlatformOps.PowerShell.Commands.Migration.ImportMigrationListCommand"/>
/// <seealso cref="PlatformOps.PowerShell.Commands.Migration.ExportMigrationListCommand"/>
[Cmdlet(VerbsCommon.New, "MigrationTicket", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationTarget), typeof(StepRecord))]
public sealed class NewMigrationTicketCommand : EffectCmdlet
{
    private const int MaxBulk = 50;

    // In the order they came; those with a key wait behind those without.
    private readonly List<MigrationTarget> _waiting = [];

    /// <summary>The hypervisors, by their fully qualified names, or objects with a HypervisorName, such as those of Import-MigrationList.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor; one that has it passes through.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>The text of each new ticket; an empty line ends a paragraph.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>Labels of each new ticket, beside ops-name; a label has no spaces.</summary>
    [Parameter]
    [ValidatePattern(@"^\S+$")]
    public string[]? Label { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        await EachAsync(HypervisorName, async name =>
        {
            var target = new MigrationTarget { HypervisorName = name, TicketId = string.IsNullOrEmpty(TicketId) ? null : TicketId };
            if (target.TicketId is not null && _waiting.Count == 0)
                await WriteObjectAsync(target);
            else if (target.TicketId is not null || await IsWantedAsync(name, cancellationToken))
                _waiting.Add(target);
        });
        if (_waiting.Count(target => target.TicketId is null) >= MaxBulk)
            await FlushAsync(cancellationToken);
    }

    private protected override ValueTask EndAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);

    // Asked and planned for each; made together.
    private async ValueTask<bool> IsWantedAsync(string name, CancellationToken cancellationToken)
    {
        if (_waiting.Exists(other => string.Equals(other.HypervisorName, name, StringComparison.OrdinalIgnoreCase)))
            return false;
        Effects.Count(name);
        var change = new CreateTicket();
        if (!Confirmation.IsWhatIf && !Confirmation.MustAsk(change.Impact))
            return true;
        var plan = await Scope.Effects.PlanAsync(change, TargetOf(name), new CreateTicketParameters(Description: Description, Labels: Label), null, cancellationToken);
        if (plan.Outcome == StepOutcome.Unchanged)
        {
            await WriteVerboseAsync(plan.Message);
            if (Confirmation.IsWhatIf)
                await WriteObjectAsync(new MigrationTarget { HypervisorName = name, TicketId = plan.After });
            return !Confirmation.IsWhatIf;
        }

        var asked = await Confirmation.AskAsync(change.Impact, $"[{OpenSession.Environment}] {change.Summary} of {name}", $"{plan.Before} → {plan.After}", cancellationToken);
        if (Confirmation.IsWhatIf)
            await WriteObjectAsync(plan);
        return asked && !Confirmation.IsWhatIf;
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        MigrationTarget[] targets = [.. _waiting];
        _waiting.Clear();
        Dictionary<string, Exception> failed = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, string> keys = new(StringComparer.OrdinalIgnoreCase);
        foreach (var chunk in targets.Where(target => target.TicketId is null).Select(target => target.HypervisorName).Chunk(MaxBulk))
            await MakeAsync(chunk, keys, failed, cancellationToken);

        // Keys first: an error can end the pipeline.
        await WriteObjectsAsync(targets.Select(target => target with { TicketId = target.TicketId ?? keys.GetValueOrDefault(target.HypervisorName) }).Where(target => target.TicketId is not null));
        foreach (var (name, error) in failed)
        {
            if (EndsPipeline(error))
                throw error;
            await WriteErrorAsync(error, name);
        }
    }

    private async ValueTask MakeAsync(string[] names, Dictionary<string, string> keys, Dictionary<string, Exception> failed, CancellationToken cancellationToken)
    {
        var jira = Scope.Get<JiraClient>();
        // What policy refuses is refused for itself, not for its neighbours.
        List<ActionTarget> batch = [];
        foreach (var target in names.Select(TargetOf))
        {
            if (Scope.Configuration.Targets.Refusal(target.Name) is { } refusal)
                failed[target.Name] = new RefusedException($"[{OpenSession.Environment}] {refusal}") { TargetName = target.Name };
            else
                batch.Add(target);
        }

        if (batch.Count == 0)
            return;
        Exception? failure = null;
        try
        {
            var what = new ActionTarget(ActionTarget.Ticket, string.Create(CultureInfo.InvariantCulture, $"{jira.Configuration.Project}/{jira.Configuration.IssueType}"));
            await WriteVerboseAsync((await Scope.Effects.RunAsync(new CreateTickets(), what, new CreateTicketsParameters(Description, Label), null, cancellationToken, batch)).Message);
        }
        catch (OpsException e)
        {
            failure = e;
        }

        // After a failure too: some were there before, or were made, and their keys are known.
        foreach (var target in batch)
        {
            if ((failure as TicketsNotMadeException)?.Reasons.GetValueOrDefault(target.Name) is { } reason)
            {
                failed[target.Name] = new ServiceException("jira", $"Could not make a ticket for {target.Name}: {reason}") { TargetName = target.Name };
                continue;
            }

            try
            {
                if (await jira.FindOneOpenAsync(target.Name, null, null, target.Name, cancellationToken) is { } key)
                    keys[target.Name] = key;
                else
                    failed[target.Name] = failure ?? new ObjectNotFoundException($"Jira does not show the ticket of {target.Name} yet. Run it again in a minute: what was made is found.") { TargetName = target.Name };
            }
            catch (OpsException e)
            {
                failed[target.Name] = failure is null || e is AmbiguousNameException ? e : failure;
            }
        }
    }

    private static ActionTarget TargetOf(string name) => new(ActionTarget.Hypervisor, name);
}

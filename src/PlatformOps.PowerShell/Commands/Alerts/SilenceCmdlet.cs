using System.Management.Automation;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>The base of cmdlets that change silences that are there: by id, or those of hypervisors that the caller claimed.</summary>
public abstract class SilenceCmdlet : EffectCmdlet
{
    /// <summary>The silences by their ids, or objects with a SilenceId.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SilenceIdTransformation]
    [ArgumentCompleter(typeof(SilenceCompleter))]
    [AllowNull]
    public string?[]? SilenceId { get; set; }

    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName, where no id is given: their silences that you claimed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName), AllowsNone = true)]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    [AllowNull]
    public string?[]? HypervisorName { get; set; }

    /// <summary>The ticket they were made for; silences for another ticket are not yours.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Changes what a person made or another claimed; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why they are taken over; told to the ticket of the claim.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    private protected override string? TakeOverReason => TakeOver ? Reason : null;

    private protected override string? CurrentTarget => SilenceId?.FirstOrDefault() ?? HypervisorName?.FirstOrDefault();

    private protected string? Ticket => string.IsNullOrEmpty(TicketId) ? null : TicketId;

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
        => TakeOver == (Reason is not null) ? default : throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");

    /// <summary>One silence by its id.</summary>
    private protected abstract ValueTask ChangeAsync(string id, ActionTarget target, CancellationToken cancellationToken);

    /// <summary>The silences of a hypervisor.</summary>
    private protected virtual async ValueTask ChangeAllAsync(ActionTarget target, CancellationToken cancellationToken)
    {
        var alertmanager = Scope.Get<AlertmanagerClient>();
        var claim = new Claim("", SessionScope.Person, target.TicketId);
        List<AlertSilence> mine = [];
        foreach (var matchers in alertmanager.Hosts.Of(target.Name))
            mine.AddRange((await alertmanager.LiveAsync(matchers, cancellationToken)).Select(known => known.Silence).Where(silence => TakeOver || SilenceTerms.IsOursTo(claim, silence)));
        if (mine.Count == 0)
            throw new ObjectNotFoundException($"There is no silence of {target.Name} that is yours. Get-AlertSilence {target.Name} lists those of others; New-AlertSilence makes one.") { TargetName = target.Name };
        foreach (var silence in mine)
            await ChangeAsync(silence.SilenceId, target, cancellationToken);
    }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        if (SilenceId?.OfType<string>().ToList() is { Count: > 0 } ids)
        {
            var host = HypervisorName is [{ } one] ? one : null;
            return EachAsync(ids, id => ChangeAsync(id, host is null ? new ActionTarget(ActionTarget.Alerts, id, Ticket) : new ActionTarget(ActionTarget.Hypervisor, host, Ticket), cancellationToken));
        }

        return HypervisorName?.OfType<string>().ToList() is { Count: > 0 } names
            ? EachAsync(names, name => ChangeAllAsync(new ActionTarget(ActionTarget.Hypervisor, name, Ticket), cancellationToken))
            : throw new ArgumentException(MyInvocation.ExpectingInput ? "What came from the pipeline has neither a SilenceId nor a HypervisorName." : "Give -SilenceId or -HypervisorName, or pipe what Get-AlertSilence emits.");
    }
}

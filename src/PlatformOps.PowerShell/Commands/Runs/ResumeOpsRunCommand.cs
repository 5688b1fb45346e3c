using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Goes on with a run that was killed, stopped, failed, or waits.</summary>
/// <remarks>
/// <para>It goes on with the runbooks and values that it began with. What was done is observed again: a change that no longer holds stops its target as Drifted. What was begun, and nobody knows whether it happened, is looked at; where that does not tell, the target stops until Resolve-OpsStep.</para>
/// <para>A run that waits for a person goes on with -Approve; one that waits for a condition looks at it again. One that was taken back as a whole is refused: start a new run.</para>
/// </remarks>
/// <example>
/// <summary>Go on with what was interrupted</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun -State Interrupted, Stopped | Resume-OpsRun -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>Let the next batch begin</summary>
/// <code>Get-OpsRun -State Waiting | Resume-OpsRun -Approve</code>
/// </example>
/// <seealso cref="GetOpsRunCommand"/>
/// <seealso cref="ResolveOpsStepCommand"/>
[Cmdlet(VerbsLifecycle.Resume, "OpsRun", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class ResumeOpsRunCommand : RunWorkCmdlet
{
    /// <summary>Lets it go on past what it waits for a person for; recorded with your name.</summary>
    [Parameter]
    public SwitchParameter Approve { get; set; }

    /// <summary>Takes over what another person claimed; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why something is taken over; told to the ticket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>How many targets to work on at the same time.</summary>
    /// <value>As the run began</value>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; }

    private protected override async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (TakeOver != (Reason is not null))
            throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");
        await base.BeginAsync(cancellationToken);
    }

    private protected override async ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var run = Scope.Store.Describe(given);
        var options = new ResumeOptions(SessionScope.Person)
        {
            Approve = Approve,
            TakeOverReason = TakeOver ? Reason : null,
            ThrottleLimit = ThrottleLimit == 0 ? null : ThrottleLimit,
            OnWarning = message => _ = WriteWarningAsync(message).AsTask(),
        };
        // What is refused is refused before anybody is asked.
        var request = Scope.Runner().PlanResume(run.RunId, options);
        var untold = Scope.Store.History(run.RunId).Targets.Where(target => target.Value.HasUntold).Select(target => target.Key).ToList();
        if (run.State is RunState.Succeeded && untold.Count == 0)
        {
            await WriteVerboseAsync($"Run {run.RunId} has ended, and every target succeeded: there is nothing to go on with.");
            return;
        }

        // Nothing but what is still to be told to tickets is no question.
        if (run.State is not RunState.Succeeded && !await ConfirmAsync(run, request, options, cancellationToken))
        {
            await WriteVerboseAsync($"Run {run.RunId}: declined, so nothing was done.");
            return;
        }

        await TakeRunAsync(run);
        await StreamAsync($"{run.Name} (resumed)", progress => Scope.Runner([progress, MigrationRun.Ticket(Scope)]).ResumeAsync(run.RunId, options, cancellationToken));
    }

    private async ValueTask<bool> ConfirmAsync(OpsRun run, RunRequest request, ResumeOptions options, CancellationToken cancellationToken)
    {
        var impact = RunbookRunner.HighestImpact(request);
        // Whose word is overridden only the plan tells.
        if (!Confirmation.IsWhatIf && !Confirmation.MustAsk(request.Identity.TakeOverReason is null ? impact : Impact.High))
            return true;
        var plan = new List<StepRecord>();
        await foreach (var record in Scope.Runner([MigrationRun.Ticket(Scope)]).PlanAsync(request, options, cancellationToken))
            plan.Add(record);
        if (plan.Exists(record => record.Caution is not null))
            impact = Impact.High;
        var left = run.Targets.Where(target => target.State != RunState.Succeeded).ToList();
        var question = PlanSummary.OfResume(request, run, Scope.Store.History(run.RunId), Approve, plan)
            .Select(line => $"  {line}")
            .Prepend($"Resume {run.Name} on {(left.Count == 1 ? left[0].Target : TargetWords.Count(left.Count))} in [{run.Environment}], run {run.RunId}:");
        return await Confirmation.AskPlanAsync(impact, string.Join('\n', question), cancellationToken);
    }
}

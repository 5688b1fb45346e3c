using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that run runbooks over targets: they collect their targets, which are few, plan, ask once for the whole plan at the highest impact in it, and then run.</summary>
public abstract class RunTargetsCmdlet : RunCmdlet
{
    private readonly List<ActionTarget> _targets = [];

    /// <summary>How many targets to work on at the same time.</summary>
    /// <value>1</value>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 1;

    /// <summary>How many targets make a batch; batches come one after another. All targets are one where it is left out.</summary>
    /// <value>All targets</value>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int BatchSize { get; set; }

    /// <summary>Waits after each batch until Resume-OpsRun -Approve.</summary>
    [Parameter]
    public SwitchParameter ApproveBetweenBatches { get; set; }

    /// <summary>After so many failed targets no further one is begun.</summary>
    /// <value>No limit</value>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int MaxFailures { get; set; }

    /// <summary>The most targets that this call may change. The configuration's targets.max where it is left out.</summary>
    /// <value>targets.max of the configuration</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int MaxTargets { get; set; }

    /// <summary>The step of the first runbook to begin at. What comes before it is skipped, and never satisfies the guard of something destructive.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StartAtCompleter))]
    [ValidateNotNullOrEmpty]
    public string? StartAt { get; set; }

    /// <summary>For whom it is done; recorded and told to the ticket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RequestedBy { get; set; }

    /// <summary>When the targets are out of service; from New-MaintenanceWindow. One that is over is refused.</summary>
    /// <value>From now, as long as the configuration's maintenance section says</value>
    [Parameter]
    public MaintenanceWindow? Window { get; set; }

    /// <summary>Takes over what another person claimed; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why something is taken over; told to the ticket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Ends with one terminating error where a target failed, for CI. As any such error it ends this statement, and the script only where $ErrorActionPreference is 'Stop' or a try stands around it: a CI step sets that first, and then fails.</summary>
    [Parameter]
    public SwitchParameter FailOnError { get; set; }

    private protected override bool EndsWithError => FailOnError;

    /// <summary>What the run is called in lists.</summary>
    private protected abstract string RunName { get; }

    /// <summary>The runbooks, in their order.</summary>
    private protected abstract IReadOnlyList<RunbookPhase> Phases();

    /// <summary>Values of the runbooks' parameters.</summary>
    private protected virtual IReadOnlyDictionary<string, string> RunbookInputs() => new Dictionary<string, string>();

    /// <summary>Who is told beside the log and the progress.</summary>
    private protected virtual IReadOnlyList<IRunObserver> Observers() => [];

    /// <summary>Adds to the targets what they came without. Called once, before anything is planned.</summary>
    private protected virtual ValueTask<IReadOnlyList<ActionTarget>> CompleteAsync(IReadOnlyList<ActionTarget> targets, CancellationToken cancellationToken) => new(targets);

    /// <summary>Where a copy of the log goes; null for none. Pipeline thread only.</summary>
    private protected virtual string? LogPath() => null;

    /// <summary>Adds a target; one that is there already must not come with another ticket.</summary>
    private protected void Collect(ActionTarget target)
    {
        var known = _targets.Find(other => string.Equals(other.Name, target.Name, StringComparison.OrdinalIgnoreCase));
        if (known is null)
            _targets.Add(target);
        else if (known.TicketId != target.TicketId)
            throw new RefusedException($"{target.Name} came twice, with ticket {known.TicketId ?? "none"} and {target.TicketId ?? "none"}. Give it once.") { TargetName = target.Name };
    }

    // What one object has wrong is everybody's: nothing may begin before all are known.
    private protected override bool EndsPipeline(Exception exception) => true;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_targets.Count == 0)
            throw new RefusedException("No target came, neither from the pipeline nor as a parameter. Nothing was done.");
        if (TakeOver != (Reason is not null))
            throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");
        if (Window is not null)
            MaintenanceCalendar.ThrowIfOver(Window, Time.GetUtcNow());
        var logPath = LogPath();

        var request = new RunRequest
        {
            Phases = Phases(),
            Targets = _targets,
            Identity = Scope.Identity(RunName, Window is null ? null : (Window.Start, Window.End), RequestedBy, TakeOver ? Reason : null),
            Inputs = RunbookInputs(),
            ThrottleLimit = ThrottleLimit,
            BatchSize = BatchSize == 0 ? null : BatchSize,
            ApproveBetweenBatches = ApproveBetweenBatches,
            MaxFailures = MaxFailures == 0 ? null : MaxFailures,
            MaxTargets = MaxTargets == 0 ? null : MaxTargets,
            StartAt = StartAt,
        };
        if (StartAt is not null && !request.Phases[0].Runbook.Steps.Any(step => step.Name == StartAt))
            throw new ObjectNotFoundException($"{request.Phases[0].Name} has no step '{StartAt}'. It has: {string.Join(", ", request.Phases[0].Runbook.Steps.Select(step => step.Name))}.") { TargetName = StartAt };

        request = request with { Targets = await CompleteAsync(request.Targets, cancellationToken) };
        foreach (var warning in Scope.Runner().WarningsBefore(request))
            await WriteWarningAsync(warning);
        if (Confirmation.IsWhatIf)
        {
            await StreamAsync($"Planning {RunName}", _ => Scope.Runner(Observers()).PlanAsync(request, cancellationToken));
            return;
        }

        request = request with { Targets = await ConfirmAsync(request, cancellationToken) };
        if (request.Targets.Count == 0)
            return;
        request = request with { LogPath = await WritableLogAsync(logPath) };
        await StreamAsync(RunName, progress => Scope.Runner([progress, .. Observers()]).RunAsync(request, cancellationToken));
        if (TakeOver && !HasTakenOver)
            await WriteWarningAsync(CommentOnTakeOver.Nothing);
        await WriteHeldErrorsAsync();
    }

    // A folder that cannot be written to (a sandbox of a job) is no reason not to run: the run's own folder has its log.
    private async ValueTask<string?> WritableLogAsync(string? path)
    {
        if (path is null)
            return null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.AppendAllTextAsync(path, "");
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await WriteWarningAsync($"The log cannot be copied to {path}: {e.Message} It is in the run's folder, which Get-OpsRun shows.");
            return null;
        }
    }

    // The targets that may be changed.
    private async ValueTask<IReadOnlyList<ActionTarget>> ConfirmAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var highest = RunbookRunner.HighestImpact(request);
        // Whose word is overridden only the plan tells.
        if (!Confirmation.MustAsk(TakeOver ? Impact.High : highest))
            return request.Targets;

        Scope.Policy.ThrowIfTooMany(request.Targets.Count, request.MaxTargets);
        var plan = new List<StepRecord>();
        await foreach (var record in Scope.Runner(Observers()).PlanAsync(request, cancellationToken))
            plan.Add(record);
        if (plan.Exists(record => record.Caution is not null))
            highest = Impact.High;
        var isPerTarget = MyInvocation.BoundParameters.ContainsKey("Confirm");
        var confirmed = new List<ActionTarget>();
        foreach (var targets in isPerTarget ? request.Targets.Select(target => (IReadOnlyList<ActionTarget>)[target]) : [request.Targets])
        {
            if (await Confirmation.AskPlanAsync(highest, Question(request, targets, plan), cancellationToken))
                confirmed.AddRange(targets);
            else
                await WriteVerboseAsync($"{string.Join(", ", targets.Select(target => target.Name))}: declined, so nothing is done there, and a run of the others does not name it.");
        }

        if (confirmed.Count == 0)
            await WriteWarningAsync($"Nothing was done: {RunName} was declined.");
        return confirmed;
    }

    private string Question(RunRequest request, IReadOnlyList<ActionTarget> targets, List<StepRecord> plan)
    {
        var what = targets.Count == 1 ? targets[0].Name : TargetWords.Count(targets.Count);
        return string.Join('\n', PlanSummary.Of(request, targets, plan).Select(line => $"  {line}").Prepend($"{RunName} on {what} in [{OpenSession.Environment}]:"));
    }
}

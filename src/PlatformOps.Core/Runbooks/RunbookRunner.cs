using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Runs runbooks over targets: plans, runs, resumes and takes back. Records stream as steps end.</summary>
internal sealed class RunbookRunner(RunScope scope, RunbookReader reader)
{
    private const int RecordsAhead = 64;

    /// <summary>The highest impact of what the phases can change: what a confirmation is asked at.</summary>
    public static Impact HighestImpact(RunRequest request)
        => request.Phases.SelectMany(phase => phase.Runbook.Steps).Select(step => step.Action).OfType<Change>().Select(change => change.Impact).DefaultIfEmpty(Impact.None).Max();

    /// <summary>What a run would do, read live. Sends no write and makes no journal.</summary>
    public IAsyncEnumerable<StepRecord> PlanAsync(RunRequest request, CancellationToken cancellationToken) => PlanAsync(request, null as PlannedResume, cancellationToken);

    /// <summary>What to tell before a run is begun: the interrupted runs that have not done with its targets.</summary>
    public IReadOnlyList<string> WarningsBefore(RunRequest request) => new LaterWork(scope).WarningsFor(request);

    /// <summary>Runs. Everything that can refuse does so before the first effect.</summary>
    /// <exception cref="RefusedException">Kill switch, too many targets, a missing input.</exception>
    public IAsyncEnumerable<StepRecord> RunAsync(RunRequest request, CancellationToken cancellationToken)
        => StreamAsync((records, token) => RunAsync(request, records, token), cancellationToken);

    private async Task RunAsync(RunRequest request, ChannelWriter<StepRecord> records, CancellationToken cancellationToken)
    {
        scope.KillSwitch.ThrowIfSet();
        scope.Policy.ThrowIfTooMany(request.Targets.Count, request.MaxTargets);
        var inputs = RunInputs.Complete(request);
        var started = new RunStarted(
            new JournalIdentity(request.Identity.Name, request.Identity.Person, request.Identity.Initials, request.Identity.Environment, request.Identity.WindowStart, request.Identity.WindowEnd)
            {
                RequestedBy = request.Identity.RequestedBy,
                TakeOverReason = request.Identity.TakeOverReason,
            },
            [.. request.Phases.Select(phase => new JournalPhase(phase.Name, phase.Runbook.Source))],
            [.. request.Targets.Select(target => new JournalTarget(target.Kind, target.Name, target.TicketId, target.MustBeOpen))])
        {
            ThrottleLimit = request.ThrottleLimit,
            MaxFailures = request.MaxFailures,
            BatchSize = request.BatchSize,
            ApproveBetweenBatches = request.ApproveBetweenBatches,
            StartAt = request.StartAt,
            LogPath = request.LogPath,
            Inputs = inputs,
        };
        await using var ledger = await scope.Store.CreateAsync(request.Identity.RunId, started, cancellationToken);
        await ExecuteAsync(ledger, request with { Inputs = inputs }, records, cancellationToken);
    }

    /// <summary>Goes on with a run, with the runbooks and inputs it began with.</summary>
    /// <param name="throttleLimit">Overrides what it began with.</param>
    public IAsyncEnumerable<StepRecord> ResumeAsync(string runId, ResumeOptions options, CancellationToken cancellationToken)
        => StreamAsync((records, token) => ResumeAsync(runId, options, records, token), cancellationToken);

    private async Task ResumeAsync(string runId, ResumeOptions options, ChannelWriter<StepRecord> records, CancellationToken cancellationToken)
    {
        scope.KillSwitch.ThrowIfSet();
        // Everything that can refuse does so before the run is taken: taking it is written down.
        await using var ledger = await scope.Store.OpenAsync(runId, options.Person, cancellationToken, (found, history) => RefuseResume(found, history, options));
        if (ledger.Journal.TornBytes > 0)
            options.OnWarning?.Invoke($"The journal of run {ledger.RunId} ended in a torn record of {ledger.Journal.TornBytes} bytes, which was cut off: what it would have said is found out by looking.");
        scope.Store.ClearStopRequest(ledger.RunId);
        if (options.TakeOverReason is { } reason)
            await ledger.WriteDurablyAsync(new TakenOver(options.Person, reason));
        if (options.Approve)
        {
            var pending = ledger.Read(history => history.Pending.ToList());
            if (pending.Count == 0)
                options.OnWarning?.Invoke($"Run {ledger.RunId} waits for nobody's approval: nothing was approved.");
            foreach (var key in pending)
                await ledger.WriteDurablyAsync(new Approval(key, options.Person));
        }

        var request = ledger.Read(history => RequestOf(ledger.RunId, history, options));
        await ExecuteAsync(ledger, request, records, cancellationToken);
    }

    /// <summary>Takes a run's changes back, newest first, each only if what it left is still there; never across something destructive.</summary>
    public IAsyncEnumerable<StepRecord> UndoAsync(string runId, UndoOptions options, CancellationToken cancellationToken)
        => StreamAsync((records, token) => UndoAsync(runId, options, records, token), cancellationToken);

    private async Task UndoAsync(string runId, UndoOptions options, ChannelWriter<StepRecord> records, CancellationToken cancellationToken)
    {
        if (options.PlanOnly)
        {
            // A plan leaves no trace: the run is not taken, and another may work on it.
            var found = scope.Store.Describe(runId).RunId;
            var history = scope.Store.History(found);
            RefuseUndo(found, history, options);
            await new RunUndo(scope, found, history, null, options, records).UndoAsync(cancellationToken);
            return;
        }

        scope.KillSwitch.ThrowIfSet();
        await using var ledger = await scope.Store.OpenAsync(runId, options.Person, cancellationToken, (found, history) => RefuseUndo(found, history, options));
        scope.Store.ClearStopRequest(ledger.RunId);
        if (options.TakeOverReason is { } reason)
            await ledger.WriteDurablyAsync(new TakenOver(options.Person, reason));
        await using var log = LogOf(ledger);
        await new RunUndo(scope, ledger.RunId, ledger.Read(history => history), new RunUndo.Writing(ledger, log), options, records).UndoAsync(cancellationToken);
    }

    /// <summary>What a run would go on with: what it was asked, with the runbooks it began with.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such run.</exception>
    /// <exception cref="RefusedException">It cannot be gone on with, or not so.</exception>
    public RunRequest PlanResume(string runId, ResumeOptions options)
    {
        var found = scope.Store.Describe(runId).RunId;
        var history = scope.Store.History(found);
        RefuseResume(found, history, options);
        return RequestOf(found, history, options);
    }

    /// <summary>What going on with a run would do of what is still to come, read live. Sends no write.</summary>
    /// <param name="request">As <see cref="PlanResume"/> has it.</param>
    public IAsyncEnumerable<StepRecord> PlanAsync(RunRequest request, ResumeOptions options, CancellationToken cancellationToken)
    {
        var (runId, history) = (request.Identity.RunId, scope.Store.History(request.Identity.RunId));
        var later = new LaterWork(scope);
        // How many it may have was decided when it was begun.
        return PlanAsync(request with { MaxTargets = int.MaxValue }, new PlannedResume(request, history, scope.Catalog, LaterOfAsync, options.Approve), cancellationToken);

        Task<LaterPhases> LaterOfAsync(ActionTarget target, CancellationToken token) => later.SinceAsync(runId, history.Started!, target.Kind, target.Name, LaterWork.LeftOf(history, target.Name), token);
    }

    /// <summary>Writes down a person's decision on a step whose outcome nobody else knows.</summary>
    /// <exception cref="RefusedException">The step is not in doubt.</exception>
    public async Task<Decision> ResolveAsync(string runId, StepKey key, StepDecision decision, string reason, string person, CancellationToken cancellationToken)
    {
        await using var ledger = await scope.Store.OpenAsync(runId, person, cancellationToken, (found, history) =>
        {
            if (history.Target(key.Target).Find(key) is not { IsOpen: true })
                throw new RefusedException($"{key.Step} on {key.Target} is not in doubt in run {found}: there is nothing to decide. Get-OpsStep shows its steps.") { TargetName = key.Target };
        });
        var entry = new Decision(key, decision, reason, person);
        await ledger.WriteDurablyAsync(entry);
        await ledger.WriteDurablyAsync(new RunEnded(RunState.Stopped, $"{key.Step} on {key.Target} was resolved as {decision} by {person}"));
        return entry;
    }

    private IAsyncEnumerable<StepRecord> PlanAsync(RunRequest request, PlannedResume? resume, CancellationToken cancellationToken) => StreamAsync(
        async (records, token) =>
        {
            using var clients = new PlanClients(scope.Clients);
            await new RunPlanner(scope with { Clients = clients }, request, records, resume).PlanAsync(token);
        },
        cancellationToken);

    private async Task ExecuteAsync(RunLedger ledger, RunRequest request, ChannelWriter<StepRecord> records, CancellationToken cancellationToken)
    {
        await using var log = LogOf(ledger);
        using var execution = new RunExecution(scope, request, ledger, log, records);
        await execution.ExecuteAsync(cancellationToken);
    }

    private RunLog LogOf(RunLedger ledger)
    {
        var log = new RunLog(Path.Combine(ledger.Folder, "run.log"), ledger.Folder, scope.Time, scope.Redactor, ledger.Started.LogPath);
        ledger.BeforeEffect = log.ThrowIfBroken;
        return log;
    }

    private void RefuseResume(string runId, RunHistory history, ResumeOptions options)
    {
        if (history.Started!.Phases.Length == 0)
            throw new RefusedException($"Run {runId} ('{history.Started.Identity.Name}') is what a session changed by single cmdlets: there is nothing to go on with. Start its script again where it was cut off: it looks first, and does nothing twice. Get-OpsRun -Kind Runbook lists the runs that can be resumed.") { TargetName = runId };
        RefuseOtherEnvironment(runId, history.Started);
        if (history.Ended is { State: RunState.Undone } undone)
            throw new RefusedException($"Run {runId} was {undone.Message}, with everything it had changed: there is nothing to go on with. Start a new run.") { TargetName = runId };
        // Whoever approves lets go on what waits for that, and nothing else of another's.
        if (history.Owner != options.Person && options.TakeOverReason is null && !(options.Approve && history.Pending.Count > 0))
            throw new RefusedException($"Run {runId} is {history.Owner}'s{(options.Approve ? ", and waits for nobody's approval" : "")}. Ask, or take it over with -TakeOver -Reason: its claims are then yours, and its tickets are told.") { TargetName = runId };
    }

    private void RefuseOtherEnvironment(string runId, RunStarted started)
    {
        if (started.Identity.Environment != scope.Policy.Environment)
            throw new RefusedException($"Run {runId} worked on environment '{started.Identity.Environment}', and this session is on '{scope.Policy.Environment}'.") { TargetName = runId };
    }

    private void RefuseUndo(string runId, RunHistory history, UndoOptions options)
    {
        RefuseOtherEnvironment(runId, history.Started!);
        if (history.Owner != options.Person && options.TakeOverReason is null)
            throw new RefusedException($"Run {runId} is {history.Owner}'s, and others count on what it changed. Ask, or take it over with -TakeOver -Reason, and then back: that is written down.") { TargetName = runId };
        if (history.Started!.Phases.Length == 0 && options.Target is null && options.Step is null)
            throw new RefusedException($"Run {runId} is a script's: say which effects to take back with -Target or -Step.") { TargetName = runId };
    }

    private RunRequest RequestOf(string runId, RunHistory history, ResumeOptions options)
    {
        var started = history.Started!;
        return new RunRequest
        {
            Phases = [.. started.Phases.Select(phase => new RunbookPhase(phase.Name, reader.Read(phase.Source, $"run {runId}, {phase.Name}")))],
            Targets = [.. started.Targets.Select(ActionTarget.Of)],
            Identity = RecordedIdentity.Of(runId, started, options.TakeOverReason is null ? history.Owner! : options.Person, options.TakeOverReason ?? history.TakenOver?.Reason),
            Inputs = started.Inputs,
            ThrottleLimit = options.ThrottleLimit ?? started.ThrottleLimit,
            BatchSize = started.BatchSize,
            ApproveBetweenBatches = started.ApproveBetweenBatches,
            MaxFailures = started.MaxFailures,
            StartAt = started.StartAt,
            IsResumed = true,
        };
    }

    // A producer behind a bounded channel: the consumer's pace is the run's, and a consumer that leaves cancels it.
    private static async IAsyncEnumerable<StepRecord> StreamAsync(Func<ChannelWriter<StepRecord>, CancellationToken, Task> produce, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<StepRecord>(RecordsAhead);
        var producing = Task.Run(ProduceAsync, CancellationToken.None);
        try
        {
            await foreach (var record in channel.Reader.ReadAllAsync(CancellationToken.None))
                yield return record;
            await producing;
        }
        finally
        {
            await leaving.CancelAsync();
            await producing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task ProduceAsync()
        {
            try
            {
                await produce(channel.Writer, leaving.Token);
            }
            finally
            {
                channel.Writer.Complete();
            }
        }
    }
}

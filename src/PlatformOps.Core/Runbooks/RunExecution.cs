using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>One process's work on a run: its batches one after another, the targets of a batch side by side.</summary>
internal sealed class RunExecution : IDisposable
{
    private readonly ChannelWriter<StepRecord> _records;
    private readonly SemaphoreSlim _throttle;
    private readonly IReadOnlyList<IRunObserver> _observers;
    private readonly StopWatcher _stop;
    private int _failures;

    public RunExecution(RunScope scope, RunRequest request, RunLedger ledger, RunLog log, ChannelWriter<StepRecord> records)
    {
        (Scope, Request, Ledger, Log, _records) = (scope, request, ledger, log, records);
        Guard = new EffectGuard(scope.Policy, scope.KillSwitch, scope.Time);
        Gate = new Gate(ledger, Guard, scope.Time);
        Actions = new StepActions(this);
        _throttle = new SemaphoreSlim(Math.Max(1, request.ThrottleLimit));
        _observers = [log, .. scope.Observers];
        _stop = new StopWatcher(scope.Store, ledger.RunId);
    }

    public RunScope Scope { get; }

    public RunRequest Request { get; }

    public RunLedger Ledger { get; }

    public RunLog Log { get; }

    public EffectGuard Guard { get; }

    public Gate Gate { get; }

    public StepActions Actions { get; }

    /// <summary>Asked to stop after the step that is under way.</summary>
    public Task<bool> StopsAfterStepAsync(CancellationToken cancellationToken) => _stop.StopsAfterStepAsync(cancellationToken);

    public void Dispose() => _throttle.Dispose();

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (!await _stop.RunAsync(async token => await EndAsync(await RunBatchesAsync(token)), cancellationToken))
            await EndAsync(new RunEnded(RunState.Stopped, "stopped at once on request; what was under way is probed when the run is resumed"));
    }

    /// <summary>A step of a target has ended: tells the observers, and streams its record.</summary>
    /// <param name="number">Its number in the runbook; 0 where it is not one of its steps.</param>
    public async Task<StepRecord> EmitAsync(ActionTarget target, string? phase, string step, string action, StepKind kind, int number, StepEnd end, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var record = StepRecords.From(Request.Identity, target, phase, step, action, kind, number, end, started, Scope);
        await TellAsync(observer => observer.OnStepEndedAsync(record, cancellationToken), cancellationToken);
        await _records.WriteAsync(record, cancellationToken);
        return record;
    }

    public Task TellStepStartedAsync(ActionTarget target, string? phase, string step, CancellationToken cancellationToken)
        => TellAsync(observer => observer.OnStepStartedAsync(target, phase, step, cancellationToken), cancellationToken);

    public Task TellTellingStartedAsync(ActionTarget target, string phase, string name, CancellationToken cancellationToken)
        => TellAsync(observer => observer.OnTellingStartedAsync(target, phase, name, cancellationToken), cancellationToken);

    public Task TellPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken)
        => TellAsync(observer => observer.OnPhaseEndedAsync(report, cancellationToken), cancellationToken);

    /// <summary>What the observers tell of a phase by now.</summary>
    public IReadOnlyList<Telling> TellingsOf(PhaseReport report)
    {
        var tellings = new List<Telling>();
        foreach (var observer in _observers)
        {
            try
            {
                tellings.AddRange(observer.TellingsOf(report));
            }
            catch (Exception e) when (e is not LedgerException)
            {
                CouldNotTell(observer, e);
            }
        }

        return tellings;
    }

    /// <summary>Gives the target's place to another while it waits for the rest of its batch.</summary>
    public async Task<T> WithoutPlaceAsync<T>(Func<Task<T>> waiting, CancellationToken cancellationToken)
    {
        _throttle.Release();
        try
        {
            return await waiting();
        }
        finally
        {
            await _throttle.WaitAsync(cancellationToken);
        }
    }

    private async Task EndAsync(RunEnded end)
    {
        if (Log.Fault is { } fault)
            end = end with { Message = $"{end.Message}; {fault}" };
        await Ledger.WriteDurablyAsync(end);
        await TellAsync(observer => observer.OnRunEndedAsync(end.State, end.Message, CancellationToken.None), CancellationToken.None);
    }

    private async Task<RunEnded> RunBatchesAsync(CancellationToken cancellationToken)
    {
        var batches = Request.Batches;
        var steps = Request.Phases.Sum(phase => phase.Runbook.Steps.Count);
        await TellAsync(observer => observer.OnRunStartedAsync(Request.Identity, [.. Request.Targets.Where(IsPending)], steps, cancellationToken), cancellationToken);

        var ends = new List<TargetEnd>();
        for (var number = 1; number <= batches.Count; number++)
        {
            var pending = batches[number - 1].Where(IsPending).ToList();
            if (pending.Count == 0)
                continue;
            var key = StepKey.OfBatch(number);
            if (number > 1 && Request.ApproveBetweenBatches && !Ledger.Read(history => history.IsApproved(number, pending.Select(target => target.Name))))
            {
                var next = string.Join(", ", pending.Select(target => target.Name));
                return new RunEnded(RunState.Waiting, $"Resume-OpsRun {Ledger.RunId} -Approve lets {key} of {batches.Count} begin: {next}") { WaitingFor = [key] };
            }

            ends.AddRange(await RunBatchAsync(number, pending, cancellationToken));
            // A request that came when all was done has nothing left to stop.
            if (await _stop.LookAsync(cancellationToken) is not null && (ends.Exists(end => end.State is RunState.Stopped or RunState.Waiting) || batches.Skip(number).Any(later => later.Any(IsPending))))
                return new RunEnded(RunState.Stopped, $"Resume-OpsRun {Ledger.RunId} goes on: stopped on request ({_stop.Seen})") { WaitingFor = WaitingFor() };
            // Nothing of a later batch is begun while an earlier one waits.
            if (ends.Exists(end => end.State == RunState.Waiting))
                break;
            if (Request.MaxFailures is { } limit && _failures >= limit)
                return new RunEnded(RunState.Failed, $"{TargetWords.Count(_failures)} failed, the limit of MaxFailures: no further one was begun");
        }

        var waiting = ends.Where(end => end.State == RunState.Waiting).ToList();
        if (waiting.Count > 0)
            return new RunEnded(RunState.Waiting, string.Join("; ", waiting.Select(end => $"{end.Target}: {end.Message}"))) { WaitingFor = WaitingFor() };
        var failed = Ledger.Read(history => Request.Targets.Where(target => history.Target(target.Name).Ended is { State: not RunState.Succeeded }).Select(target => target.Name).ToList());
        return failed.Count > 0
            ? new RunEnded(RunState.Failed, TargetWords.Failed(failed, Request.Targets.Count))
            : new RunEnded(RunState.Succeeded, $"{TargetWords.Count(Request.Targets.Count)} done");

        string[] WaitingFor() => [.. ends.Select(end => end.WaitKey).OfType<string>()];
    }

    private async Task<IReadOnlyList<TargetEnd>> RunBatchAsync(int number, List<ActionTarget> targets, CancellationToken cancellationToken)
    {
        var batch = new RunBatch(number, targets);
        return await Task.WhenAll(targets.Select(target => RunTargetAsync(target, batch, cancellationToken)));
    }

    private async Task<TargetEnd> RunTargetAsync(ActionTarget target, RunBatch batch, CancellationToken cancellationToken)
    {
        await _throttle.WaitAsync(cancellationToken);
        try
        {
            if (await _stop.LookAsync(cancellationToken) is not null || (Request.MaxFailures is { } limit && Volatile.Read(ref _failures) >= limit))
            {
                batch.End(target);
                return new TargetEnd(target.Name, RunState.Stopped, "not begun");
            }

            using var execution = new TargetExecution(this, target, batch);
            var end = await execution.ExecuteAsync(cancellationToken);
            if (end.State == RunState.Failed)
                Interlocked.Increment(ref _failures);
            return end;
        }
        finally
        {
            _throttle.Release();
        }
    }

    private bool IsPending(ActionTarget target)
        => Ledger.Read(history => history.Target(target.Name) is var known
            && (known.Ended?.State != RunState.Succeeded || known.HasUntold)
            && !history.StepsOf(target.Name).Any(step => step.Decision?.As == StepDecision.Abandon));

    // Telling must not break the run: what an observer throws is written to the log.
    private async Task TellAsync(Func<IRunObserver, ValueTask> tell, CancellationToken cancellationToken)
    {
        foreach (var observer in _observers)
        {
            try
            {
                await tell(observer);
            }
            catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not LedgerException)
            {
                CouldNotTell(observer, e);
            }
        }
    }

    private void CouldNotTell(IRunObserver observer, Exception e) => Log.For("run", null).Write(observer.GetType().Name, $"could not tell: {e.Message}");
}

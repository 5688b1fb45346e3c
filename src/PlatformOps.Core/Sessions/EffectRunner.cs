using System.Security.Cryptography;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Sessions;

/// <summary>
/// The effects of single cmdlets. They pass the same gate as those of runbooks, and are written to the session's own run,
/// which the first of them opens; <c>Enter-OpsRun</c> names it.
/// </summary>
internal sealed class EffectRunner(SessionScope session) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private RunLedger? _ledger;
    private RunLog? _log;
    private RunIdentity? _identity;
    private StopWatcher? _stop;
    private string? _name;
    private string? _stopped;
    private int _underWay;

    /// <summary>The name given by <c>Enter-OpsRun</c>; null where none is in force.</summary>
    public string? Name => _name;

    /// <summary>The run that effects are written to; null where there was none yet.</summary>
    public string? RunId => _ledger?.RunId;

    /// <summary>Whether it is this session's own run, and nothing of it is under way.</summary>
    public bool IsIdle(string runId) => RunId == runId && Volatile.Read(ref _underWay) == 0;

    /// <summary>Begins a named run: ends the one before.</summary>
    /// <exception cref="TargetLockedException">Effects of this session are being written to that one.</exception>
    public Task EnterAsync(string name) => BeginAnewAsync(name);

    /// <summary>Ends the run; the next effect opens another.</summary>
    /// <returns>The run that ended; null where nothing was changed in it.</returns>
    /// <exception cref="TargetLockedException">Effects of this session are being written to it.</exception>
    public Task<string?> ExitAsync() => BeginAnewAsync(null);

    /// <summary>Lets go of a run that is about to be worked on as a whole (undone, resolved, stopped): where it is this session's own it ends, and the next effect opens another of the same name.</summary>
    /// <returns>Whether it was this session's own.</returns>
    /// <exception cref="TargetLockedException">Effects of this session are being written to it.</exception>
    public async Task<bool> ReleaseAsync(string runId)
    {
        await _opening.WaitAsync();
        try
        {
            if (_ledger?.RunId != runId)
                return false;
            ThrowIfUnderWay();
            await EndAsync();
            return true;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Observes, and says what would be done. Sends no write, opens no run.</summary>
    public async Task<StepRecord> PlanAsync(Change change, ActionTarget target, object parameters, string? takeOverReason, CancellationToken cancellationToken, IReadOnlyList<ActionTarget>? batch = null)
    {
        var started = session.Time.GetUtcNow();
        foreach (var one in Members(target, batch))
        {
            session.Policy.ThrowIfRefused(one);
            await new TargetIdentifier(session).IdentifyAsync(one, change.Needs, cancellationToken);
        }

        var identity = (_identity ?? session.Identity(_name ?? "script")) with { TakeOverReason = takeOverReason };
        var context = Context(change, target, parameters, identity, SilentLog.Instance, batch);
        var end = await Gate.PlanAsync(change, context, parameters, cancellationToken, isAlone: true);
        return Record(identity, context, change, end, started);
    }

    /// <summary>Makes one change.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="target">On what; for a change of batch scope <see cref="ActionTarget.OfBatch"/>, or what its targets have in common, such as their project.</param>
    /// <param name="parameters">Of the change.</param>
    /// <param name="takeOverReason">Why what another claimed is taken over; null where it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="batch">The targets of a change of batch scope.</param>
    /// <exception cref="OpsException">It failed, or its outcome is not known.</exception>
    public async Task<StepRecord> RunAsync(Change change, ActionTarget target, object parameters, string? takeOverReason, CancellationToken cancellationToken, IReadOnlyList<ActionTarget>? batch = null)
    {
        var started = session.Time.GetUtcNow();
        // What is refused leaves no run behind.
        var guard = new EffectGuard(session.Policy, session.KillSwitch, session.Time);
        foreach (var one in batch ?? [target])
            guard.ThrowIfTargetRefused(one);
        var (ledger, log, opened, stop) = await OpenAsync(cancellationToken);
        try
        {
            StepRecord? record = null;
            var identity = opened with { TakeOverReason = takeOverReason };
            return await stop.RunAsync(async token => record = await RunAsync(change, target, parameters, identity, ledger, log, guard, batch, started, token), cancellationToken)
                ? record!
                : throw new RefusedException($"{Stopped(ledger.RunId, stop)} What was under way is probed when it is asked for again.") { TargetName = target.Name };
        }
        finally
        {
            await LeaveAsync(cancellationToken);
        }
    }

    private async Task<StepRecord> RunAsync(Change change, ActionTarget target, object parameters, RunIdentity identity, RunLedger ledger, RunLog log, EffectGuard guard, IReadOnlyList<ActionTarget>? batch, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var context = Context(change, target, parameters, identity, log.For(target.Name, null), batch);
        AmbientLog.Current = context.Log;
        var holds = new List<TargetHold>();
        using var working = ledger.Journal.GiveUpWith(cancellationToken);
        try
        {
            foreach (var one in Members(target, batch))
                holds.Add(await TargetHold.TakeAsync(session.RunScope(), ledger, one, change.Needs, new StepKey(target.Name, null, context.Step), cancellationToken));
            var end = await new Gate(ledger, guard, session.Time).RunAsync(change, context, parameters, default, [.. holds.SelectMany(hold => hold.Locks)], cancellationToken);
            var record = Record(identity, context, change, end, started);
            await log.OnStepEndedAsync(record, cancellationToken);
            return end.GoesOn ? record : throw record.Error ?? new StepFailedException(record.Message) { TargetName = target.Name };
        }
        finally
        {
            foreach (var hold in holds)
                hold.Dispose();
        }
    }

    // Machines that are changed together are each had for itself; what others have in common is one thing.
    private static IReadOnlyList<ActionTarget> Members(ActionTarget target, IReadOnlyList<ActionTarget>? batch)
        => target.Kind == ActionTarget.Batch ? batch ?? throw new ArgumentNullException(nameof(batch)) : [target];

    /// <summary>Tells the tickets of an effect that took over what another had claimed. The effect stands whether or not they can be told.</summary>
    /// <param name="record">The effect.</param>
    /// <param name="target">On what.</param>
    /// <param name="takeOverReason">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why tickets could not be told.</returns>
    public async Task<IReadOnlyList<string>> TellTakeOverAsync(StepRecord record, ActionTarget target, string? takeOverReason, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        if (!session.Configuration.Has<JiraConfiguration>())
            return warnings;
        foreach (var told in CommentOnTakeOver.Of(record, SessionScope.Person, takeOverReason))
        {
            try
            {
                await RunAsync(new CommentOnTakeOver(), target, told, takeOverReason, cancellationToken);
            }
            catch (OpsException e) when (e is not LedgerException)
            {
                warnings.Add($"{target.Name} was taken over, but the ticket {told.TicketId} could not be told: {e.Message}");
            }
        }

        return warnings;
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync();
        await EndAsync();
        _opening.Dispose();
    }

    private StepRecord Record(RunIdentity identity, ActionContext context, Change change, StepEnd end, DateTimeOffset started)
        => StepRecords.From(identity, context.Target, null, context.Step, change.Name, StepKind.Change, 0, end, started, session.RunScope());

    // The step names what is done and with what: the same effect of a script that is started again has the same marker.
    private ActionContext Context(Change change, ActionTarget target, object parameters, RunIdentity identity, IActionLog log, IReadOnlyList<ActionTarget>? batch = null) => new()
    {
        Target = target,
        Batch = batch ?? [target],
        Run = identity,
        Step = $"{change.Name}-{Digest(change, parameters)}",
        Clients = session,
        Time = session.Time,
        Log = log,
    };

    private static string Digest(Change change, object parameters)
        => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parameters, change.ParametersType, ActionJson.Options)).AsSpan(0, 4)).ToLowerInvariant();

    private async Task<string?> BeginAnewAsync(string? next)
    {
        await _opening.WaitAsync();
        try
        {
            ThrowIfUnderWay();
            (_name, _stopped) = (next, null);
            return await EndAsync();
        }
        finally
        {
            _opening.Release();
        }
    }

    // Its results would have nowhere to go.
    private void ThrowIfUnderWay()
    {
        if (Volatile.Read(ref _underWay) > 0)
            throw new TargetLockedException($"Run {RunId} is this session's own, and changes of it are under way: wait until they have ended.") { TargetName = RunId };
    }

    // An effect has ended. Whoever asked for the end of the run waits for that.
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _underWay) > 0)
            return;
        await _opening.WaitAsync(CancellationToken.None);
        try
        {
            using var working = _ledger?.Journal.GiveUpWith(cancellationToken);
            // Who gives up looks no more: the next effect does, before it begins.
            if (!cancellationToken.IsCancellationRequested)
                await StopAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    // With the semaphore held: ends a run that was asked to stop, once nothing of it is under way, and keeps this session from beginning anything more.
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_ledger is null || _stop is null || await _stop.LookAsync(cancellationToken) is not { } mode)
            return;
        _stopped = Stopped(_ledger.RunId, _stop);
        if (Volatile.Read(ref _underWay) == 0)
            await EndAsync(new RunEnded(RunState.Stopped, $"stopped on request ({mode})"));
    }

    private static string Stopped(string runId, StopWatcher stop)
        => $"Run {runId}, which this session's changes are written to, was stopped on request ({stop.Seen}): nothing more is changed. Exit-OpsRun lets this session begin another.";

    // With the semaphore held.
    private async Task<string?> EndAsync(RunEnded? end = null)
    {
        var (ledger, log) = (_ledger, _log);
        (_ledger, _log, _identity, _stop) = (null, null, null, null);
        if (log is not null)
            await log.DisposeAsync();
        if (ledger is null)
            return null;
        // Let go of whatever becomes of its last words: on a full disk too. What broke it was told by whoever met it.
        await using var held = ledger;
        if (ledger.Journal.IsBroken)
            return ledger.RunId;
        var bad = ledger.Read(history => history.Targets.Where(target => target.Value.Troubles.Count > 0).Select(target => target.Key).ToList());
        await ledger.WriteDurablyAsync(end ?? (bad.Count == 0
            ? new RunEnded(RunState.Succeeded, "ended")
            : new RunEnded(RunState.Failed, $"ended; failed or in doubt on {string.Join(", ", bad)}")));
        return ledger.RunId;
    }

    private async Task<(RunLedger Ledger, RunLog Log, RunIdentity Identity, StopWatcher Stop)> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            // What could not be written to one run is no matter of the next, of the same name.
            if (_ledger is { Journal.IsBroken: true } && Volatile.Read(ref _underWay) == 0)
                await EndAsync();
            await StopAsync(cancellationToken);
            if (_stopped is not null)
                throw new RefusedException(_stopped);
            if (_ledger is null)
            {
                var identity = session.Identity(_name ?? "script") with { MarkerScope = _name };
                _ledger = await session.Store.CreateAsync(identity.RunId, new RunStarted(
                    new JournalIdentity(identity.Name, identity.Person, identity.Initials, identity.Environment, identity.WindowStart, identity.WindowEnd) { MarkerScope = identity.MarkerScope }, [], []), cancellationToken, isKept: true);
                _log = new RunLog(Path.Combine(_ledger.Folder, "run.log"), _ledger.Folder, session.Time, session.Secrets.Redactor);
                _ledger.BeforeEffect = _log.ThrowIfBroken;
                _identity = identity;
                _stop = new StopWatcher(session.Store, identity.RunId);
            }

            Interlocked.Increment(ref _underWay);
            return (_ledger, _log!, _identity!, _stop!);
        }
        finally
        {
            _opening.Release();
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>The runs of a ledger. What only this machine needs of them, their logs, is in its state folder.</summary>
/// <param name="clean">Puts a mask in the place of every secret that was handed out.</param>
/// <param name="shared">The ledger that several machines share; the state folder's own files where null.</param>
internal sealed class RunStore(LedgerFiles files, string stateFolder, TimeProvider time, Func<string, string>? clean = null, ILedgerStore? shared = null)
{

    private readonly string _runs = Path.Combine(stateFolder, "runs");
    private readonly Dictionary<string, (long Length, RunHistory History)> _former = new(StringComparer.Ordinal);

    public string StateFolder { get; } = stateFolder;

    public LedgerFiles Files { get; } = files;

    /// <summary>The names of the secrets that are in a text; null where nobody knows them.</summary>
    public Func<string, IReadOnlyList<string>>? SecretsIn { get; init; }

    /// <summary>Whether a run is a session's own of this process, with nothing of it under way.</summary>
    public Func<string, bool> IsIdle { get; init; } = _ => false;

    public ILedgerStore Ledger { get; } = shared ?? new FileLedgerStore(files, stateFolder, time);

    private JournalRedaction Redaction => new(clean ?? (text => text), SecretsIn);

    /// <summary>A new run identifier: the time to the millisecond, so that names sort as runs began, and chance for those begun in the same one.</summary>
    public string NewRunId()
    {
        var now = time.GetUtcNow();
        return $"{now:yyyyMMdd-HHmmss}-{now.Millisecond:x3}{RandomNumberGenerator.GetHexString(3, lowercase: true)}";
    }

    /// <summary>Makes a run and takes it.</summary>
    /// <param name="cancellationToken">Gives it up: nobody waits any longer for a ledger that is away.</param>
    /// <param name="isKept">The run outlives who makes it: each that works on it later gives up for itself (<see cref="Journal.GiveUpWith"/>).</param>
    /// <exception cref="RefusedException">What it is started with holds a secret.</exception>
    public async Task<RunLedger> CreateAsync(string runId, RunStarted started, CancellationToken cancellationToken, bool isKept = false)
    {
        // What is refused leaves no run behind.
        _ = Redaction.Clean(started);
        var journal = await TryTakeAsync(runId, started.Identity.Person)
            ?? throw new TargetLockedException($"Run {runId} is in use by another process.") { TargetName = runId };
        using var making = journal.GiveUpWith(cancellationToken);
        return await OwnAsync(journal, new RunHistory(), runId, started.Identity.Person, isKept ? default : cancellationToken, new JournalHeader(JournalFormat.Schema, runId), started);
    }

    /// <summary>Takes an existing run to go on with it.</summary>
    /// <param name="runId">The run, by its identifier or a part of it.</param>
    /// <param name="person">Who takes it.</param>
    /// <param name="cancellationToken">Gives it up: nobody waits any longer for a ledger that is away.</param>
    /// <param name="admit">Looks at the run as nobody else can change it any more, before anything is written: throws where it must not be taken.</param>
    /// <exception cref="ObjectNotFoundException">There is no such run.</exception>
    /// <exception cref="TargetLockedException">A living process works on it.</exception>
    public async Task<RunLedger> OpenAsync(string runId, string person, CancellationToken cancellationToken, Action<string, RunHistory>? admit = null)
    {
        runId = Find(runId);
        var journal = await TryTakeAsync(runId, person);
        if (journal is null)
        {
            var process = History(runId).LastProcess;
            throw new TargetLockedException($"Run {runId} is being worked on by {process?.Person ?? "somebody"} on {process?.Machine ?? "another machine"} (process {process?.ProcessId}). Stop-OpsRun asks it to stop.") { TargetName = runId };
        }

        RunHistory history;
        try
        {
            history = RunHistory.From(journal.Entries);
            if (history.Started is null)
                throw new LedgerException($"Run {runId} ended before anything of it was written: nothing happened, start it anew.") { TargetName = runId };
            admit?.Invoke(runId, history);
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }

        return await OwnAsync(journal, history, runId, person, cancellationToken);
    }

    /// <summary>The identifiers of all runs, newest first.</summary>
    public IEnumerable<string> Ids() => Ledger.Runs().OrderByDescending(name => name, StringComparer.Ordinal);

    /// <summary>All runs, newest first.</summary>
    /// <param name="damaged">Is told of a run that cannot be read, and the others are listed; null where that is an error.</param>
    /// <exception cref="LedgerException">A journal is damaged, and nobody is told instead.</exception>
    public IEnumerable<OpsRun> List(Action<string, OpsException>? damaged = null)
    {
        foreach (var runId in Ids())
        {
            OpsRun? run = null;
            try
            {
                run = TryDescribe(runId);
            }
            catch (OpsException e) when (damaged is not null)
            {
                damaged(runId, e);
            }

            if (run is not null)
                yield return run;
        }
    }

    /// <summary>One run by its identifier, or by a part of it that only one has.</summary>
    public OpsRun Describe(string runId)
    {
        var found = Find(runId);
        return TryDescribe(found) ?? throw new LedgerException($"Run {found} ended before anything of it was written.") { TargetName = found };
    }

    /// <summary>What the journal of a run tells, without taking it.</summary>
    public RunHistory History(string runId) => RunHistory.From(Entries(runId));

    /// <summary>What a former run's journal tells; null where the run is no longer kept. Read again only when the journal has grown: many targets may ask.</summary>
    /// <exception cref="LedgerException">The journal is damaged.</exception>
    public RunHistory? FormerHistory(string runId)
    {
        lock (_former)
        {
            if (Ledger.JournalLength(runId) is not { } length)
                return null;
            if (_former.TryGetValue(runId, out var known) && known.Length == length)
                return known.History;
            if (Ledger.ReadJournal(runId) is not { } content)
                return null;
            var history = RunHistory.From(JournalFormat.Decode(content, Ledger.JournalPlace(runId)).Entries);
            _former[runId] = (content.Length, history);
            return history;
        }
    }

    /// <summary>What a run began as, of a damaged journal too; null where that cannot be read.</summary>
    public RunStarted? BeginningOf(string runId)
        => Ledger.ReadJournal(runId) is { } content ? JournalFormat.Beginning(content, Ledger.JournalPlace(runId)).OfType<RunStarted>().FirstOrDefault() : null;

    /// <summary>The records of a run, without taking it.</summary>
    public IReadOnlyList<JournalEntry> Entries(string runId)
    {
        runId = Find(runId);
        return Ledger.ReadJournal(runId) is { } content ? JournalFormat.Decode(content, Ledger.JournalPlace(runId)).Entries : [];
    }

    /// <summary>Asks the process that works on a run to stop.</summary>
    public void RequestStop(string runId, RunStopMode mode) => Ledger.ReplaceText(StopName(Find(runId)), Encoding.ASCII.GetBytes(mode.ToString()));

    /// <summary>What a run was asked, if anything.</summary>
    public RunStopMode? StopRequest(string runId)
        => Ledger.ReadText(StopName(runId)) is { } content && Enum.TryParse<RunStopMode>(Encoding.ASCII.GetString(content), out var mode) ? mode : null;

    public void ClearStopRequest(string runId) => Ledger.RemoveText(StopName(runId));

    /// <summary>Whether a text from elsewhere can name a run: it is a part of paths here.</summary>
    public static bool IsRunId(string? text) => text?.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    public string FolderOf(string runId) => Path.Combine(_runs, runId);

    /// <summary>The one run of an identifier, or of a part of one.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="AmbiguousNameException">There are several.</exception>
    public string Find(string runId)
    {
        var names = Ledger.Runs();
        if (names.Contains(runId))
            return runId;
        var like = runId.Length < 4 ? [] : names.Where(name => name.Contains(runId, StringComparison.OrdinalIgnoreCase)).ToList();
        return like switch
        {
            [var one] => one,
            [] => throw new ObjectNotFoundException($"There is no run '{runId}' in {Ledger.Place}. Get-OpsRun lists them.") { TargetName = runId },
            _ => throw new AmbiguousNameException($"'{runId}' is a part of {like.Count} runs: {string.Join(", ", like)}.") { TargetName = runId },
        };
    }

    /// <summary>One run by its whole identifier; null where its process ended before anything of it was written.</summary>
    /// <exception cref="LedgerException">Its journal is damaged.</exception>
    public OpsRun? TryDescribe(string runId)
    {
        var history = History(runId);
        if (history.Started is not { } started)
            return null;
        var isScript = started.Phases.Length == 0;
        var isHeld = IsHeld(runId);
        var targets = TargetsOf(runId, history, started, isUnderWay: isHeld && !IsIdle(runId)).ToList();
        var state = (isHeld, isScript) switch
        {
            (true, true) => RunState.Open,
            (true, _) => RunState.Running,
            _ => history.Ended?.State ?? DiedAs(started, targets),
        };
        return new OpsRun
        {
            RunId = runId,
            Name = started.Identity.Name,
            State = state,
            Runbooks = [.. started.Phases.Select(phase => phase.Name)],
            Environment = started.Identity.Environment,
            StartedBy = started.Identity.Person,
            RequestedBy = started.Identity.RequestedBy,
            Machine = history.LastProcess?.Machine ?? "",
            StartedAt = started.At,
            EndedAt = state is RunState.Running or RunState.Open or RunState.Interrupted ? null : history.Ended?.At,
            Targets = [.. targets],
            WaitingFor = state == RunState.Waiting ? history.Ended?.Message : null,
            Path = FolderOf(runId),
        };
    }

    /// <summary>Whether a living process is at it, as against a session that only keeps it open for its next change.</summary>
    public bool IsUnderWay(string runId) => IsHeld(runId) && !IsIdle(runId);

    private bool IsHeld(string runId) => Ledger.IsJournalHeld(runId);

    private static string StopName(string runId) => $"runs/{runId}/stop";

    private Task<Journal?> TryTakeAsync(string runId, string person)
    {
        // For its logs.
        Files.CreateFolder(StateFolder);
        Files.CreateFolder(_runs);
        Files.CreateFolder(FolderOf(runId));
        return Journal.TryTakeAsync(Ledger, runId, person, time);
    }

    // A session that nobody named has no end that it could miss: what it did stands by itself.
    private static RunState DiedAs(RunStarted started, List<TargetRun> targets)
        => started.Phases.Length > 0 || started.Identity.MarkerScope is not null || targets.Exists(target => target.State == RunState.Interrupted) ? RunState.Interrupted
            : targets.Exists(target => target.State == RunState.Failed) ? RunState.Failed
            : RunState.Succeeded;

    private static IEnumerable<TargetRun> TargetsOf(string runId, RunHistory history, RunStarted started, bool isUnderWay)
    {
        var tickets = started.Targets.ToDictionary(target => target.Name, target => target.TicketId);
        var isScript = started.Phases.Length == 0;
        var isWorkedOn = isUnderWay && !isScript;
        // A script's targets are known from its effects; a runbook's effects on a whole batch are no target.
        foreach (var name in isScript ? tickets.Keys.Concat(history.Targets.Keys).Distinct() : tickets.Keys)
        {
            var target = history.Target(name);
            // What a living process has begun is not in doubt. What else failed in a runbook is its end to tell.
            var open = target.Ended is null && !isWorkedOn ? history.StepsOf(name).Where(step => step.IsOpen && !(isUnderWay && step.Result is null)).ToList() : [];
            var failed = target.Ended is null && isScript ? target.Troubles.Where(step => !step.IsOpen).ToList() : [];
            var isInDoubt = open.Exists(step => step.NeedsDecision);
            // What was put back and told after a failure is not where it failed.
            var failedAt = target.Ended is { State: RunState.Failed }
                ? history.StepsOf(name).Where(step => step is { Decision: null, Result: { IsTelling: false, Outcome: StepOutcome.Failed or StepOutcome.Drifted or StepOutcome.Unknown } } && !StepKey.IsOnFailure(step.Key.Step)).MaxBy(step => step.Result!.Order)?.Key
                : null;
            var last = open.Find(step => step.Key.Target != name)?.Key ?? failedAt ?? target.LastStep;
            yield return new TargetRun
            {
                Target = name,
                TicketId = tickets.GetValueOrDefault(name),
                AwaitsApproval = !isWorkedOn && history.AwaitsApproval(name),
                State = target.Ended?.State ?? (isScript ? OfScript() : OfRunbook()),
                Outcome = target.Ended is { } ended ? ended.Outcome : isInDoubt ? StepOutcome.Unknown : failed is [var first, ..] ? first.Result!.Outcome : null,
                Phase = last?.Phase,
                Step = last?.Step,
                Message = target.HasUntold && !isWorkedOn ? $"Resume-OpsRun {runId} tells the ticket what it could not be told{(target.Ended is { } end ? $"; {end.Message}" : "")}" : target.Ended?.Message ?? Told(),
            };

            RunState OfScript()
                => isUnderWay && target.Steps.Any(step => step is { IsOpen: true, Result: null }) ? RunState.Running
                    : isInDoubt || failed.Count > 0 ? RunState.Failed
                    : open.Count > 0 ? RunState.Interrupted
                    : RunState.Succeeded;

            RunState OfRunbook() => (isWorkedOn, history.Ended) switch
            {
                (true, _) => RunState.Running,
                (_, null) => RunState.Interrupted,
                (_, { State: RunState.Waiting }) => RunState.Waiting,
                _ => RunState.Stopped,
            };

            string? Told()
            {
                if (isInDoubt)
                    return $"Get-OpsStep {runId} -Open | Resolve-OpsStep decides what is in doubt: {Names(open.Where(step => step.NeedsDecision))}";
                if (failed.Count > 0)
                    return $"failed: {Names(failed)}";
                if (open.Count > 0)
                    return $"interrupted; {(isScript ? "starting it again" : $"Resume-OpsRun {runId}")} looks what became of {Names(open)}";
                return !isScript && !isWorkedOn && history.Ended is null ? $"{(target.IsStarted ? "interrupted" : "not begun")}; Resume-OpsRun {runId} goes on" : null;
            }

            static string Names(IEnumerable<StepHistory> steps) => string.Join(", ", steps.Select(step => step.Key.Step));
        }
    }

    // Where that cannot be written, it is not ours.
    private async Task<RunLedger> OwnAsync(Journal journal, RunHistory history, string runId, string person, CancellationToken cancellationToken, params JournalEntry[] first)
    {
        var owner = new LockOwner(runId, person, Environment.MachineName, Environment.ProcessId);
        var ledger = new RunLedger(journal, history, runId, FolderOf(runId), Ledger, owner, Redaction, cancellationToken);
        try
        {
            foreach (var entry in first)
                await ledger.WriteAsync(entry);
            await ledger.WriteDurablyAsync(new ProcessStarted(owner.Person, owner.Machine, owner.ProcessId));
            return ledger;
        }
        catch
        {
            await ledger.DisposeAsync();
            throw;
        }
    }
}

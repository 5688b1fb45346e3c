using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>
/// What other runs have done of a run's work since it was cut off: that is neither done again nor told again. The same work is the same phase of the same runbook with the same
/// values, whole, on the same target of the same environment. Whoever is beyond the work, in whatever way it was done, has left it behind: it is not done any more.
/// </summary>
internal sealed class LaterWork(RunScope scope)
{
    private const int Named = 8;

    /// <summary>The phases that a target has still before it, and since when this run has not been at them.</summary>
    /// <returns>Up to one in which it left something that a person has to decide, or has decided: that comes first.</returns>
    public static IReadOnlyList<(JournalPhase Phase, Moment Since)> LeftOf(RunHistory history, string target)
    {
        var (started, known) = (history.Started!, history.Targets.GetValueOrDefault(target));
        var steps = history.StepsOf(target).ToLookup(step => step.Key.Phase);
        // Where this run had not come to a phase: when it began, with the target if it did.
        var began = new Moment(EntriesOf(history.StepsOf(target)).MinBy(entry => entry.Order)?.HeldLocks ?? new Dictionary<string, long>(), started.At);
        return [.. started.Phases
            .Where(phase => known?.PhasesDone.Contains(phase.Name) != true)
            .TakeWhile(phase => !steps[phase.Name].Any(step => step.NeedsDecision || step.Decision is not null))
            .Select(phase => (phase, EntriesOf(steps[phase.Name]).MaxBy(entry => entry.Order)?.When ?? began))];

        static IEnumerable<JournalEntry> EntriesOf(IEnumerable<StepHistory> steps) => steps.SelectMany(step => new JournalEntry?[] { step.Intent, step.Result }).OfType<JournalEntry>();
    }

    /// <summary>What other runs have done since of the phases that are left, and beyond them.</summary>
    /// <exception cref="RefusedException">The journal of one that may have cannot be read.</exception>
    public async Task<LaterPhases> SinceAsync(string runId, RunStarted started, string kind, string target, IReadOnlyList<(JournalPhase Phase, Moment Since)> left, CancellationToken cancellationToken)
    {
        if (left.Count == 0)
            return LaterPhases.None;
        var others = await new FormerRuns(scope.Store, scope.Time).OthersAsync(
            runId,
            target,
            theirs => theirs.Phases.Length > 0 && theirs.Identity.Environment == started.Identity.Environment && TargetOf(theirs, kind, target) is not null,
            cancellationToken);
        return Since(others, started, kind, target, left);
    }

    private LaterPhases Since(IEnumerable<(string RunId, RunHistory History)> others, RunStarted started, string kind, string target, IReadOnlyList<(JournalPhase Phase, Moment Since)> left)
    {
        Dictionary<string, (string RunId, RunHistory History, string Target)> same = new(StringComparer.Ordinal);
        List<(string RunId, RunStarted Started, string Phase, Moment When)> done = [];
        foreach (var (id, other) in others)
        {
            var theirs = other.Started!;
            if (TargetOf(theirs, kind, target) is not { } name || other.Targets.GetValueOrDefault(name) is not { } known)
                continue;
            done.AddRange(known.PhasesDone.Select(phase => (id, theirs, phase, known.DoneAt[phase])));
            if (!AreSame(theirs.Inputs, started.Inputs))
                continue;
            foreach (var (phase, since) in left)
            {
                var isWhole = theirs.StartAt is null || theirs.Phases[0].Name != phase.Name;
                if (isWhole && theirs.Phases.Contains(phase) && known.PhasesDone.Contains(phase.Name) && known.DoneAt[phase.Name].IsAfter(since))
                    same.TryAdd(phase.Name, (id, other, name));
            }
        }

        // What is done again makes anew what comes behind it: only the first of them can be left out.
        var first = left.TakeWhile(one => same.ContainsKey(one.Phase.Name)).Select(one => one.Phase.Name).ToList();
        var beyond = first.Count == left.Count
            ? default
            : done.Find(other => other.When.IsAfter(left[first.Count].Since) && Lists(started, other.Started).Any(list => IsBehind(list, other.Phase, left[first.Count].Phase.Name)));
        return new LaterPhases
        {
            Done = first.ToDictionary(phase => phase, phase => same[phase].RunId, StringComparer.Ordinal),
            Steps = [.. first.Select(phase => same[phase]).DistinctBy(run => run.RunId).SelectMany(run => run.History.StepsOf(run.Target))],
            Beyond = beyond.Phase is null ? null : (left[first.Count].Phase.Name, beyond.Phase, beyond.RunId),
        };
    }

    /// <summary>What to tell whoever begins a run on targets that an interrupted one has not done with: a line for each of those.</summary>
    public IReadOnlyList<string> WarningsFor(RunRequest request)
    {
        List<string> warnings = [];
        foreach (var (id, history) in Others(null, request.Identity.Environment).Where(other => other.History is { Ended: null, Started.Phases.Length: > 0 } && !scope.Store.IsUnderWay(other.RunId)))
        {
            var started = history.Started!;
            var names = request.Targets.Where(target => TargetOf(started, target.Kind, target.Name) is { } name && IsLeft(id, history, target.Kind, name)).Select(target => target.Name).ToList();
            if (names.Count > 0)
                warnings.Add($"Run {id} was interrupted and has not done with {string.Join(", ", names.Take(Named))}{(names.Count > Named ? $" and {names.Count - Named} more" : "")}: Resume-OpsRun {id} goes on with it; this begins anew.");
        }

        return warnings;
    }

    private bool IsLeft(string runId, RunHistory history, string kind, string target)
    {
        if (history.Targets.GetValueOrDefault(target)?.Ended is { State: RunState.Succeeded })
            return false;
        var left = LeftOf(history, target);
        return left.Count == 0 || Since(Others(runId, history.Started!.Identity.Environment), history.Started, kind, target, left) is { Beyond: null } later && later.Done.Count < left.Count;
    }

    // To warn of them: one whose journal cannot be read now says nothing.
    private IEnumerable<(string RunId, RunHistory History)> Others(string? runId, string environment)
    {
        foreach (var id in scope.Store.Ids().Where(id => id != runId))
        {
            RunHistory? history = null;
            try
            {
                history = scope.Store.FormerHistory(id);
            }
            catch (LedgerException)
            {
            }

            if (history?.Started?.Identity.Environment == environment)
                yield return (id, history);
        }
    }

    // Where the order of phases is told.
    private IEnumerable<IEnumerable<string>> Lists(RunStarted one, RunStarted other) => [scope.PhaseOrder, one.Phases.Select(phase => phase.Name), other.Phases.Select(phase => phase.Name)];

    private static bool IsBehind(IEnumerable<string> list, string phase, string other) => list.SkipWhile(name => name != other).Skip(1).Contains(phase);

    // What a run calls a target.
    private static string? TargetOf(RunStarted started, string kind, string name)
        => started.Targets.FirstOrDefault(target => TargetHold.KeyOf(target.Kind, target.Name) == TargetHold.KeyOf(kind, name))?.Name;

    private static bool AreSame(Dictionary<string, string> one, Dictionary<string, string> other) => one.Count == other.Count && one.All(pair => other.GetValueOrDefault(pair.Key) == pair.Value);
}

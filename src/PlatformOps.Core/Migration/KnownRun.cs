using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>What a run of this state folder did with a hypervisor, and when: runs begin in another order than their work is done in.</summary>
internal sealed class KnownRun
{
    public KnownRun(OpsRun run, TargetRun target, RunHistory history)
    {
        (Run, Target) = (run, target);
        var known = history.Targets.GetValueOrDefault(target.Target);
        var steps = history.StepsOf(target.Target);
        var results = steps.Select(step => step.Result).OfType<Result>().ToList();
        NeedsDecision = steps.Any(step => step.NeedsDecision);
        IsRefused = target.State == RunState.Failed && !steps.Any(step => step.IsOpen || (step.Made is { IsTelling: false } made && made.Action != TakeDossier.ActionName));
        Done = [.. (known?.PhasesDone ?? []).Where(phase => MigrationPhases.PlaceOf(phase) >= MigrationPhases.PlaceOf("PreDrain")).Select(phase => (phase, known!.DoneAt[phase].At))];
        LastAt = steps.SelectMany(step => new JournalEntry?[] { step.Intent, step.Result, known?.Ended }).OfType<JournalEntry>().Select(entry => entry.At).Append(run.StartedAt).Max();
        IsUndone = known is { LastUndone: > 0 and var undone } && !results.Exists(result => result is { IsTelling: false, Outcome: not (StepOutcome.Undone or StepOutcome.Skipped) } && result.Order > undone);
    }

    public OpsRun Run { get; }

    public TargetRun Target { get; }

    /// <summary>What runs did with a hypervisor; those of single cmdlets are none.</summary>
    public static IReadOnlyList<KnownRun> Of(RunStore store, IEnumerable<OpsRun> runs, string hypervisorName)
    {
        List<KnownRun> known = [];
        foreach (var run in runs.Where(run => run.Runbooks.Length > 0))
        {
            if (run.Targets.FirstOrDefault(target => string.Equals(target.Target, hypervisorName, StringComparison.OrdinalIgnoreCase)) is { } target
                && store.FormerHistory(run.RunId) is { } history)
                known.Add(new KnownRun(run, target, history));
        }

        return known;
    }

    /// <summary>Where one is at it, that; else who worked on it last and was neither taken back nor left behind. Who was refused hides nobody who has left work there.</summary>
    public static KnownRun? CurrentOf(IReadOnlyList<KnownRun> known)
    {
        if (known.FirstOrDefault(one => one.Target.State == RunState.Running) is { } running)
            return running;
        var standing = known.Where(one => !one.IsUndone && !one.IsOutdated(known)).ToList();
        var last = standing.MaxBy(one => one.LastAt);
        return last is { IsRefused: true } ? standing.Where(one => one.IsStuck).MaxBy(one => one.LastAt) ?? last : last;
    }

    /// <summary>The phases of a migration, from PreDrain on, that it has done, and when.</summary>
    public IReadOnlyList<(string Phase, DateTimeOffset At)> Done { get; }

    /// <summary>When it did something last.</summary>
    public DateTimeOffset LastAt { get; }

    /// <summary>It was taken back, and nobody went on with it.</summary>
    public bool IsUndone { get; }

    /// <summary>A person has to say what became of something.</summary>
    public bool NeedsDecision { get; }

    /// <summary>It failed before it had done anything there: what it wrote down of the machine is no work on it. There is nothing to go on with; what is next, the live systems tell.</summary>
    public bool IsRefused { get; }

    /// <summary>It left work there, and has not done with it.</summary>
    public bool IsStuck => !IsRefused && Target.State != RunState.Succeeded;

    /// <summary>Others have come as far or farther since it got stuck. What is in doubt stays to be decided.</summary>
    public bool IsOutdated(IEnumerable<KnownRun> others)
        => !NeedsDecision
            && Target is { State: not (RunState.Running or RunState.Succeeded) }
            && others.Any(other => other != this && other.Done.Any(done => done.At > LastAt && MigrationPhases.PlaceOf(done.Phase) >= MigrationPhases.PlaceOf(Target.Phase)));
}

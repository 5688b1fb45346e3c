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
        var results = history.StepsOf(target.Target).Select(step => step.Result).OfType<Result>().ToList();
        Done = [.. (known?.PhasesDone ?? []).Where(phase => MigrationPhases.PlaceOf(phase) >= MigrationPhases.PlaceOf("PreDrain")).Select(phase => (phase, known!.DoneAt[phase]))];
        LastAt = history.StepsOf(target.Target).SelectMany(step => new JournalEntry?[] { step.Intent, step.Result, known?.Ended }).OfType<JournalEntry>().Select(entry => entry.At).Append(run.StartedAt).Max();
        IsUndone = known is { LastUndone: > 0 and var undone } && !results.Exists(result => result is { IsTelling: false, Outcome: not (StepOutcome.Undone or StepOutcome.Skipped) } && result.Order > undone);
    }

    public OpsRun Run { get; }

    public TargetRun Target { get; }

    /// <summary>The phases of a migration, from PreDrain on, that it has done, and when.</summary>
    public IReadOnlyList<(string Phase, DateTimeOffset At)> Done { get; }

    /// <summary>When it did something last.</summary>
    public DateTimeOffset LastAt { get; }

    /// <summary>It was taken back, and nobody went on with it.</summary>
    public bool IsUndone { get; }

    /// <summary>Others have come as far or farther since it got stuck. What is in doubt stays to be decided.</summary>
    public bool IsOutdated(IEnumerable<KnownRun> others)
        => Target is { State: not (RunState.Running or RunState.Succeeded), Outcome: not StepOutcome.Unknown }
            && others.Any(other => other != this && other.Done.Any(done => done.At > LastAt && MigrationPhases.PlaceOf(done.Phase) >= MigrationPhases.PlaceOf(Target.Phase)));
}

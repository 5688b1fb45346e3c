using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>What the run's observers tell of a target's phases: each thing once, and again where it could not be told.</summary>
internal sealed class PhaseTelling(RunExecution run, ActionTarget target)
{
    /// <summary>What the phase did on this target: in earlier processes, and in this one, which knows its errors whole.</summary>
    /// <param name="told">The records of this process.</param>
    /// <param name="attempt">Which attempt at the phase; null for the one that is under way.</param>
    public PhaseReport ReportOf(RunbookPhase phase, IReadOnlyList<StepRecord> told, bool isEnded, bool succeeded, int? attempt = null)
    {
        var (earlier, ends) = run.Ledger.Read(history => (
            StepRecords.From(run.Ledger.RunId, history, isUnderWay: true, target.Name).Where(record => record.Phase == phase.Name && record.Number > 0 && !told.Any(own => own.Step == record.Step)).ToList(),
            history.Target(target.Name).PhaseEnds.GetValueOrDefault(phase.Name)));
        return new PhaseReport
        {
            Target = target,
            Run = run.Request.Identity,
            Phase = phase.Name,
            IsEnded = isEnded,
            Succeeded = succeeded,
            Steps = [.. earlier.Concat(told).OrderBy(record => record.StartedAt).ThenBy(record => record.Number)],
            Own = attempt is null ? told : earlier,
            Attempt = attempt ?? ends + 1,
            LogPath = run.Log.PathFor(target.Name, phase.Name),
        };
    }

    /// <summary>Tells what was not told yet. Where something could not be told, the rest waits for the end of the phase: nobody waits for a ticket service at every step.</summary>
    /// <param name="locks">What is held for the target.</param>
    public Task TellAsync(PhaseReport report, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken) => TellAsync(report, isRepeat: false, locks, cancellationToken);

    /// <summary>What could not be told of phases that ended is told when there is a chance again.</summary>
    /// <param name="locks">What is held for the target.</param>
    public async Task TellAgainAsync(IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        foreach (var phase in run.Request.Phases)
        {
            var (ends, succeeded, isUntold) = run.Ledger.Read(history =>
            {
                var known = history.Target(target.Name);
                var ends = known.PhaseEnds.GetValueOrDefault(phase.Name);
                return (ends, known.PhasesDone.Contains(phase.Name), ends > 0 && known.HasUntoldOf(phase.Name, ends));
            });
            if (isUntold)
                await TellAsync(ReportOf(phase, [], isEnded: true, succeeded, ends), isRepeat: true, locks, cancellationToken);
        }
    }

    private async Task TellAsync(PhaseReport report, bool isRepeat, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        foreach (var telling in run.TellingsOf(report))
        {
            if (!report.IsEnded && run.Ledger.Read(history => history.Target(target.Name).HasUntoldOf(report.Phase, report.Attempt)))
                return;
            var step = run.Ledger.Find(new StepKey(target.Name, report.Phase, telling.StepOf(report.Attempt)));
            if (step is null ? !isRepeat : step.IsUntold)
                await TellAsync(report.Phase, telling.StepOf(report.Attempt), telling, locks, cancellationToken);
        }
    }

    private async Task TellAsync(string phase, string name, Telling telling, IReadOnlyList<TargetLock> locks, CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        var context = run.Actions.Context(target, phase, name, telling.Change, run.Log.For(target.Name, phase));
        await run.TellTellingStartedAsync(target, phase, name, cancellationToken);
        var end = await run.Gate.RunAsync(telling.Change, context, telling.Parameters, new StepInfo(0, IsTelling: true), locks, cancellationToken);
        if (!end.GoesOn)
            end = end with { Outcome = StepOutcome.Warning };
        await run.EmitAsync(target, phase, name, telling.Change.Name, StepKind.Change, 0, end, started, cancellationToken);
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Reports;

/// <summary>What a report of a run tells.</summary>
/// <param name="Run">The run.</param>
/// <param name="Attempts">What was done, each time that it was: target by target, in the order in which it was.</param>
/// <param name="ReadAt">When it was read, UTC.</param>
internal sealed record RunReport(OpsRun Run, IReadOnlyList<AttemptRecord> Attempts, DateTimeOffset ReadAt)
{
    /// <summary>Each time that the run was taken up again: the first by its second process.</summary>
    public IReadOnlyList<TakenUp> TakenUp { get; init; } = [];

    /// <exception cref="ObjectNotFoundException">There is no such run.</exception>
    public static RunReport Read(RunStore store, string runId, TimeProvider time)
    {
        var run = store.Describe(runId);
        var history = store.History(run.RunId);
        return new RunReport(run, [.. StepRecords.Attempts(run.RunId, history, store.IsUnderWay(run.RunId))], time.GetUtcNow()) { TakenUp = history.TakenUp };
    }

    /// <summary>The first moment that anything of it happened.</summary>
    public DateTimeOffset Start => Attempts.Select(attempt => attempt.Step.StartedAt).Append(Run.StartedAt).Min();

    /// <summary>The last one; for a run that has not ended, when it was read.</summary>
    public DateTimeOffset End => Attempts.Select(attempt => attempt.Step.StartedAt + attempt.Step.Duration).Append(Run.EndedAt ?? (Run.State is RunState.Running or RunState.Open ? ReadAt : Run.StartedAt)).Max();

    /// <summary>What was done with each target, in the order of the run's targets; what a batch did together comes last.</summary>
    public IEnumerable<(string Target, TargetRun? Run, IReadOnlyList<AttemptRecord> Attempts)> ByTarget()
    {
        var attempts = Attempts.ToLookup(attempt => attempt.Step.Target);
        foreach (var target in Run.Targets)
            yield return (target.Target, target, [.. attempts[target.Target]]);
        foreach (var group in attempts.Where(group => !Run.Targets.Any(target => target.Target == group.Key)))
            yield return (group.Key, null, [.. group]);
    }

    /// <summary>How a target came from one thing that was done to the next: each time that the run was taken up between them.</summary>
    /// <param name="before">The attempt before; null where there is none.</param>
    public IEnumerable<TakenUp> TakenUpBetween(AttemptRecord? before, AttemptRecord next) => before is null ? [] : TakenUp.Take(next.Process - 1).Skip(before.Process - 1);

    /// <summary>What a person must look at: what was mended by a later attempt is not among it.</summary>
    public IEnumerable<StepRecord> Troubles() => Attempts.Select(attempt => attempt.Step)
        .GroupBy(step => (step.Target, step.Phase, step.Step))
        .Select(attempts => attempts.Last())
        .Where(step => step.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted or StepOutcome.Warning or StepOutcome.Waiting or StepOutcome.Interrupted);

    /// <summary>The report as text.</summary>
    public string Render(ReportFormat format) => format switch
    {
        ReportFormat.Html => HtmlReport.Render(this),
        ReportFormat.Markdown => MarkdownReport.Render(this),
        _ => JsonReport.Render(this),
    };
}

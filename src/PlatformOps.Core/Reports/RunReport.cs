using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Reports;

/// <summary>What a report of a run tells: the run, its steps as they ended last, and when it was read (UTC).</summary>
internal sealed record RunReport(OpsRun Run, IReadOnlyList<StepRecord> Steps, DateTimeOffset ReadAt)
{
    /// <exception cref="ObjectNotFoundException">There is no such run.</exception>
    public static RunReport Read(RunStore store, string runId, TimeProvider time)
    {
        var run = store.Describe(runId);
        return new RunReport(run, [.. StepRecords.From(run.RunId, store.History(run.RunId), store.IsUnderWay(run.RunId))], time.GetUtcNow());
    }

    /// <summary>The first moment that anything of it happened.</summary>
    public DateTimeOffset Start => Steps.Select(step => step.StartedAt).Append(Run.StartedAt).Min();

    /// <summary>The last one; for a run that has not ended, when it was read.</summary>
    public DateTimeOffset End => Steps.Select(step => step.StartedAt + step.Duration).Append(Run.EndedAt ?? (Run.State is RunState.Running or RunState.Open ? ReadAt : Run.StartedAt)).Max();

    /// <summary>The steps of each target, in the order of the run's targets; what a batch did together comes last.</summary>
    public IEnumerable<(string Target, TargetRun? Run, IReadOnlyList<StepRecord> Steps)> ByTarget()
    {
        var steps = Steps.ToLookup(step => step.Target);
        foreach (var target in Run.Targets)
            yield return (target.Target, target, [.. steps[target.Target].OrderBy(step => step.StartedAt)]);
        foreach (var group in steps.Where(group => !Run.Targets.Any(target => target.Target == group.Key)))
            yield return (group.Key, null, [.. group.OrderBy(step => step.StartedAt)]);
    }

    /// <summary>What a person must look at.</summary>
    public IEnumerable<StepRecord> Troubles() => Steps.Where(step => step.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted or StepOutcome.Warning or StepOutcome.Waiting or StepOutcome.Interrupted);

    /// <summary>The report as text.</summary>
    public string Render(ReportFormat format) => format switch
    {
        ReportFormat.Html => HtmlReport.Render(this),
        ReportFormat.Markdown => MarkdownReport.Render(this),
        _ => JsonReport.Render(this),
    };
}

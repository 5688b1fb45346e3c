using System.Globalization;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>
/// A plan in a few lines, for whoever is asked about it: what cannot be taken back, what is worked on beside the targets, what each phase changes
/// how often, and how far each target comes.
/// </summary>
internal static class PlanSummary
{
    private const int TargetLines = 8;

    /// <param name="request">What was planned.</param>
    /// <param name="targets">Those of its targets that the question is about.</param>
    /// <param name="plan">What the planner said, of them and others.</param>
    public static IReadOnlyList<string> Of(RunRequest request, IReadOnlyList<ActionTarget> targets, IReadOnlyList<StepRecord> plan) => Of(request, targets, plan, [], _ => "");

    /// <summary>What going on with a run is about: what of it is still to come, and where its targets are.</summary>
    /// <param name="request">What it was asked.</param>
    /// <param name="run">The run.</param>
    /// <param name="history">Its journal.</param>
    /// <param name="approves">Whether it is let go on past what it waits for a person for.</param>
    /// <param name="plan">What the planner said of what is still to come.</param>
    public static IReadOnlyList<string> OfResume(RunRequest request, OpsRun run, RunHistory history, bool approves, IReadOnlyList<StepRecord> plan)
    {
        var where = run.Targets.Where(target => target.State != RunState.Succeeded).ToDictionary(target => target.Target, target => $"{target.State} at {target.Phase} {target.Step}".TrimEnd());
        return Of(
            request with { Phases = [.. request.Phases.Where(phase => plan.Any(record => record.Phase == phase.Name && record.Step != TargetExecution.BeginStep))] },
            [.. request.Targets.Where(target => where.ContainsKey(target.Name))],
            plan,
            approves && history.Pending.Count > 0 ? [$"You approve: {string.Join(", ", history.Pending.Order(StringComparer.Ordinal))}"] : [],
            target => where[target.Name]);
    }

    private static List<string> Of(RunRequest request, IReadOnlyList<ActionTarget> targets, IReadOnlyList<StepRecord> plan, IReadOnlyList<string> notes, Func<ActionTarget, string> where)
    {
        plan = [.. plan.Where(record => targets.Any(target => IsOf(target, record)))];
        var records = plan.ToLookup(record => (record.Phase, record.Step));
        // Of who would be refused nothing is planned: what it would come to is not known.
        var isKnown = !plan.Any(record => record is { Phase: null, WouldStop: true });
        var lines = Warnings(
            request,
            (phase, step) => records[(phase.Name, step.Name)] is var of && of.Any() ? of.Any(record => record.Outcome is StepOutcome.Planned or StepOutcome.Unknown) : !isKnown,
            (phase, step) => targets.Any(target => FirstEnd(request, target, plan) is not { WouldStop: true } stop || IsBefore(request, phase, step, stop)));
        lines.AddRange(plan.Where(record => record.Caution is not null).Select(record => $"{record.Target}: {record.Caution}").Distinct());
        lines.AddRange(notes);
        var reached = plan.Where(record => targets.Any(target => IsOf(target, record) && IsReached(request, target, record, plan))).ToLookup(record => (record.Phase, record.Step));
        lines.AddRange(request.Phases.Select(phase => $"{phase.Name}: {ChangesOf(phase, reached) ?? (ChangesOf(phase, records) is null ? "nothing to change" : "nothing that a target comes to, as things are")}"));
        var far = targets.ToDictionary(target => target.Name, target => FarOf(request, target, plan));
        lines.AddRange(Grouped(
            [.. targets.Select(target => (target.Name, (Where: where(target), far[target.Name].End)))],
            (said, names) => Joined("; ", said.Where, Joined(", ", Changes([.. names.Select(name => far[name].Changes).OfType<int>()]), said.End))));
        return lines;
    }

    private static string Joined(string by, params string[] parts) => string.Join(by, parts.Where(part => part.Length > 0));

    // Targets of which the same is to be said share a line.
    private static IEnumerable<string> Grouped<T>(IReadOnlyList<(string Name, T Said)> targets, Func<T, IReadOnlyList<string>, string> show)
    {
        var groups = targets.GroupBy(target => target.Said).ToList();
        var order = targets.Select(target => target.Name).ToList();
        foreach (var group in groups.Take(TargetLines))
        {
            string[] names = [.. group.Select(target => target.Name)];
            yield return $"{Names(order, names)}: {show(group.Key, names)}";
        }

        if (groups.Count > TargetLines)
            yield return string.Create(CultureInfo.InvariantCulture, $"… and {groups.Skip(TargetLines).Sum(group => group.Count())} more targets");
    }

    /// <summary>What cannot be taken back, and what is worked on beside the targets.</summary>
    /// <param name="isToBeDone">Whether a step is still to be done, as far as anybody knows.</param>
    /// <param name="isReached">Whether one of the targets comes to it, as things are now.</param>
    private static List<string> Warnings(RunRequest request, Func<RunbookPhase, RunbookStep, bool> isToBeDone, Func<RunbookPhase, RunbookStep, bool> isReached)
    {
        List<string> lines = [];
        foreach (var phase in request.Phases)
        {
            var lost = request.StepsOf(phase).Where(step => step.IsDestructive && isToBeDone(phase, step)).ToLookup(step => isReached(phase, step));
            if (lost[true].Any())
                lines.Add($"CANNOT BE TAKEN BACK in {phase.Name}: {Losses(lost[true])}");
            if (lost[false].Any())
                lines.Add($"CANNOT BE TAKEN BACK in {phase.Name}, but as things are no target comes so far: {Losses(lost[false])}");
        }

        var beside = request.Phases.Select(phase => (phase.Name, Steps: request.StepsOf(phase).Where(step => AlsoOn(step) is not null && isToBeDone(phase, step)).ToList())).Where(phase => phase.Steps.Count > 0)
            .Select(phase => $"{phase.Name} {string.Join(", ", phase.Steps.Select(step => $"{step.Name} on {AlsoOn(step)}"))}").ToList();
        if (beside.Count > 0)
            lines.Add($"WORKS ON MORE THAN THESE: {string.Join("; ", beside)}");
        return lines;
    }

    private static string Losses(IEnumerable<RunbookStep> steps) => string.Join("; ", steps.Select(step => ((Change)step.Action).Loss ?? step.Name).Distinct());

    // What a target would not get past, or would wait at: behind a wait, nothing can be told.
    private static StepRecord? FirstEnd(RunRequest request, ActionTarget target, IReadOnlyList<StepRecord> plan)
        => plan.Where(record => IsOf(target, record) && (record.WouldStop || record is { Kind: StepKind.Wait, Outcome: StepOutcome.Planned })).OrderBy(record => PlaceOf(request, record)).FirstOrDefault();

    private static bool IsBefore(RunRequest request, RunbookPhase phase, RunbookStep step, StepRecord stop)
    {
        var place = (request.Phases.TakeWhile(other => other != phase).Count(), step.Number);
        return place.CompareTo(PlaceOf(request, stop)) < 0;
    }

    // What is behind where a target would stop is not done to it. Behind a wait it may be another matter by then.
    private static bool IsReached(RunRequest request, ActionTarget target, StepRecord record, IReadOnlyList<StepRecord> plan)
        => FirstEnd(request, target, plan) is not { WouldStop: true } stop || PlaceOf(request, record).CompareTo(PlaceOf(request, stop)) <= 0;

    private static string? AlsoOn(RunbookStep step) => (step.Action as Change)?.AlsoOn;

    // "20 × a, b; 1 × c; perhaps d"; null where there is nothing.
    private static string? ChangesOf(RunbookPhase phase, ILookup<(string? Phase, string Step), StepRecord> records)
    {
        // What is told at the phase's end has no number.
        var steps = records.Where(step => step.Key.Phase == phase.Name && step.First().Kind == StepKind.Change).OrderBy(step => step.First().Number is 0 ? int.MaxValue : step.First().Number).ToList();
        var parts = steps.Select(step => (step.Key.Step, Count: step.Count(record => record.Outcome == StepOutcome.Planned)))
            .Where(step => step.Count > 0)
            .GroupBy(step => step.Count)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} × {string.Join(", ", group.Select(step => step.Step))}"))
            .ToList();
        var perhaps = steps.Where(step => step.Any(record => record.Outcome == StepOutcome.Unknown) && !step.Any(record => record.Outcome == StepOutcome.Planned)).Select(step => step.Key.Step).ToList();
        if (perhaps.Count > 0)
            parts.Add($"perhaps {string.Join(", ", perhaps)}");
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    // "3 changes", of several "37 to 39 changes each".
    private static string Changes(IReadOnlyList<int> counts) => counts.Count == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{(counts.Min() == counts.Max() ? "" : $"{counts.Min()} to ")}{counts.Max()} {(counts.Max() == 1 ? "change" : "changes")}{(counts.Count == 1 ? "" : " each")}");

    // How many changes are known, and how far it comes.
    private static (int? Changes, string End) FarOf(RunRequest request, ActionTarget target, IReadOnlyList<StepRecord> plan)
    {
        var own = plan.Where(record => record.Target == target.Name).ToList();
        if (own.Find(record => record.Phase is null && record.WouldStop) is { } refused)
            return (null, refused.Message);
        if (own is [{ Step: TargetExecution.BeginStep, Outcome: StepOutcome.Skipped } leftOut])
            return (null, leftOut.Message);
        var count = own.Count(record => record is { Kind: StepKind.Change, Outcome: StepOutcome.Planned, Members.Length: 0 } && IsReached(request, target, record, plan));
        var end = FirstEnd(request, target, plan);
        return (count, end is null ? "" : $"{(end.Kind == StepKind.Wait ? "may wait" : "would stop")} at {end.Phase} {end.Step}");
    }

    // A refusal of the target itself comes before all phases, what is told at the end of one behind its steps.
    private static (int Phase, int Step) PlaceOf(RunRequest request, StepRecord record)
        => record.Phase is null ? (-1, 0) : (request.Phases.TakeWhile(phase => phase.Name != record.Phase).Count(), record.Number is 0 ? int.MaxValue : record.Number);

    // Once for the batch: a part of what is planned for each of it.
    private static bool IsOf(ActionTarget target, StepRecord record) => record.Target == target.Name || record.Members.Contains(target.Name);

    // Neighbours in the list are told by the first and the last of them: "hv01 … hv04, hv07 (5)".
    private static string Names(List<string> all, string[] some)
    {
        List<List<string>> rows = [];
        foreach (var name in some)
        {
            if (rows.Count > 0 && all.IndexOf(name) == all.IndexOf(rows[^1][^1]) + 1)
                rows[^1].Add(name);
            else
                rows.Add([name]);
        }

        var text = string.Join(", ", rows.Select(row => row.Count > 2 ? $"{row[0]} … {row[^1]}" : string.Join(", ", row)));
        return some.Length > 2 ? string.Create(CultureInfo.InvariantCulture, $"{text} ({some.Length})") : text;
    }
}

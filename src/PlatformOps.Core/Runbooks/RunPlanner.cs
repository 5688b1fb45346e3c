using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Says what a run would do: reads live, sends no write, and goes on past a failed check ("would stop here").</summary>
/// <param name="resume">What of it is still to come, where it was begun earlier; null for a run that is to begin.</param>
internal sealed class RunPlanner(RunScope scope, RunRequest request, ChannelWriter<StepRecord> records, PlannedResume? resume = null)
{
    private const int ToldOfNow = 120;

    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        scope.Policy.ThrowIfTooMany(request.Targets.Count, request.MaxTargets);
        var inputs = RunInputs.Complete(request);
        var guard = new EffectGuard(scope.Policy, scope.KillSwitch, scope.Time);
        using var places = new SemaphoreSlim(Math.Max(1, request.ThrottleLimit));
        await Task.WhenAll(request.Batches.SelectMany((all, index) =>
        {
            ActionTarget[] targets = [.. all.Where(target => resume?.IsPending(target) != false)];
            var batch = new PlannedBatch(new RunBatch(index + 1, targets), [.. targets.Select(target => new PlannedTarget(target))]);
            return batch.Targets.Select(target => PlanAsync(target, batch, inputs, guard, places, cancellationToken));
        }));
    }

    private async Task PlanAsync(PlannedTarget planned, PlannedBatch batch, IReadOnlyDictionary<string, string> inputs, EffectGuard guard, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            var (later, refusal) = await AdmitAsync(planned.Target, guard, cancellationToken);
            if (refusal is not null)
            {
                await EmitAsync(planned.Target, null, null, refusal, scope.Time.GetUtcNow(), cancellationToken);
                return;
            }

            if (later.Beyond is { } beyond)
            {
                await LeaveOutAsync(planned.Target, beyond.Next, later.Told!, cancellationToken);
                return;
            }

            foreach (var phase in request.Phases)
            {
                if (resume?.IsDone(planned.Target, phase) == true || later.Done.ContainsKey(phase.Name))
                {
                    batch.Meetings.Miss(phase, planned.Target);
                    continue;
                }

                planned.Begin(new FactReader(scope.Catalog, _ => Task.CompletedTask));
                foreach (var step in request.StepsOf(phase))
                    await PlanAsync(planned, batch, phase, step, inputs, places, cancellationToken);
                await PlanTellingsAsync(planned.Target, phase, planned.Records, cancellationToken);
            }
        }
        finally
        {
            // The others of the batch do not wait for it.
            batch.Meetings.End(planned.Target);
            places.Release();
        }
    }

    private async Task LeaveOutAsync(ActionTarget target, string phase, string why, CancellationToken cancellationToken)
        => await EmitAsync(target, phase, null, new StepEnd(StepOutcome.Skipped, why), scope.Time.GetUtcNow(), cancellationToken);

    // What others have done of a target that may be worked on, or why it may not.
    private async Task<(LaterPhases Later, StepEnd? Refusal)> AdmitAsync(ActionTarget target, EffectGuard guard, CancellationToken cancellationToken)
    {
        try
        {
            guard.ThrowIfTargetRefused(target, isBegun: resume?.IsBegun(target) == true);
            await scope.Identify(target, request.NeedsAt(scope.IsConfigured), cancellationToken);
            return (resume is null ? LaterPhases.None : await resume.LaterOfAsync(target, cancellationToken), null);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken))
        {
            return (LaterPhases.None, new StepEnd(StepOutcome.Failed, $"would be refused: {Gate.Sentence(e)}") { Error = e, WouldStop = true });
        }
    }

    private async Task PlanAsync(PlannedTarget planned, PlannedBatch batch, RunbookPhase phase, RunbookStep step, IReadOnlyDictionary<string, string> inputs, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        var (started, meeting) = (scope.Time.GetUtcNow(), RunBatch.MeetingOf(phase, step));
        if (resume?.IsBehind(planned.Target, phase, step) == true)
        {
            Pass();
            return;
        }

        var leftOut = await BindAsync(planned, phase, step, inputs, cancellationToken);
        if (leftOut is null && step.Action is Change change && resume?.IsBehind(phase, step, change, ContextOf(phase, step, [planned]), planned.Parameters!) == true)
        {
            Pass();
            return;
        }

        if (step.Action.Scope != ActionScope.Batch)
        {
            if (leftOut is null)
                await PlanAsync(phase, step, [planned], started, cancellationToken);
            else
                await EmitAsync(planned, phase, step, leftOut, started, cancellationToken);
            return;
        }

        if (leftOut is not null)
        {
            Pass();
            await EmitAsync(planned, phase, step, leftOut, started, cancellationToken);
            return;
        }

        // Its place is another's while it waits for the rest of its batch.
        places.Release();
        try
        {
            await batch.Meetings.MeetAsync(meeting, new BatchMember(planned.Target, [], planned.Parameters), PlanTogetherAsync, cancellationToken);
        }
        finally
        {
            await places.WaitAsync(CancellationToken.None);
        }

        // The others of the batch do not wait for it.
        void Pass()
        {
            if (step.Action.Scope == ActionScope.Batch)
                batch.Meetings.Miss(meeting, planned.Target);
        }

        async Task<IReadOnlyDictionary<string, StepEnd>> PlanTogetherAsync(IReadOnlyList<BatchMember> members)
        {
            var end = await PlanAsync(phase, step, [.. batch.Targets.Where(one => members.Any(member => member.Target == one.Target))], started, cancellationToken);
            return members.ToDictionary(member => member.Target.Name, _ => end, StringComparer.Ordinal);
        }
    }

    // What would be told at the phase's end, were it to end well.
    private async Task PlanTellingsAsync(ActionTarget target, RunbookPhase phase, IReadOnlyList<StepRecord> planned, CancellationToken cancellationToken)
    {
        var report = new PhaseReport
        {
            Target = target,
            Run = request.Identity,
            Phase = phase.Name,
            IsEnded = true,
            IsPlan = true,
            Succeeded = true,
            Steps = planned,
            Own = planned,
            Attempt = 1,
            LogPath = "",
        };
        foreach (var telling in scope.Observers.SelectMany(observer => observer.TellingsOf(report)))
        {
            var end = new StepEnd(StepOutcome.Planned, $"[{request.Identity.Environment}] {telling.Change.Summary} {target.TicketId}: would be written");
            await records.WriteAsync(StepRecords.From(request.Identity, target, phase.Name, telling.Name, telling.Change.Name, StepKind.Change, 0, end, scope.Time.GetUtcNow(), scope), cancellationToken);
        }
    }

    // Null where the target comes to the step; how it would end for it otherwise.
    private async Task<StepEnd?> BindAsync(PlannedTarget planned, RunbookPhase phase, RunbookStep step, IReadOnlyDictionary<string, string> inputs, CancellationToken cancellationToken)
    {
        try
        {
            if (step.LackAt(scope.IsConfigured) is { } lack)
                return new StepEnd(StepOutcome.Skipped, $"would be skipped: {lack}") { IsByCondition = true };
            await planned.Facts.EnsureAsync(step, ContextOf(phase, step, [planned]), cancellationToken);
            planned.Variables = new Variables(planned.Target, request.Identity, inputs, planned.Facts.Values, scope.Settings(request.Identity));
            if (step.When?.Holds(planned.Variables) == false)
                return new StepEnd(StepOutcome.Skipped, $"would be skipped: {step.When.WhyNot(planned.Variables)}") { IsByCondition = true };
            planned.Parameters = step.Bind(planned.Variables);
            return null;
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken))
        {
            return Weighed(WouldStop(e), [planned]);
        }
    }

    // What a step would do with those who come to it together. Who would be refused by one of its guards is told alone.
    private async Task<StepEnd> PlanAsync(RunbookPhase phase, RunbookStep step, IReadOnlyList<PlannedTarget> members, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var end = await PlanActionAsync(phase, step, members, cancellationToken);
        if (end.Outcome == StepOutcome.Planned)
        {
            List<PlannedTarget> rest = [];
            foreach (var member in members)
            {
                var refused = await GuardAsync(phase, step, member, cancellationToken);
                if (refused is null)
                    rest.Add(member);
                else
                    await EmitAsync(member, phase, step, end = refused, started, cancellationToken);
            }

            if (rest.Count == 0)
                return end;
            if (rest.Count < members.Count)
                end = await PlanActionAsync(phase, step, rest, cancellationToken);
            members = rest;
        }

        if (end.Outcome == StepOutcome.Planned)
        {
            foreach (var member in members)
            {
                member.Changed.UnionWith(step.Action.Brings);
                if (step.Action is Change change)
                    member.Changed.Add(SubjectOf(change, member));
            }
        }

        await EmitAsync(members[0], phase, step, step.Action.Scope == ActionScope.Batch ? end with { Members = [.. members.Select(member => member.Target.Name)] } : end, started, cancellationToken);
        return end;
    }

    private async Task<StepEnd> PlanActionAsync(RunbookPhase phase, RunbookStep step, IReadOnlyList<PlannedTarget> members, CancellationToken cancellationToken)
    {
        var (context, parameters) = (ContextOf(phase, step, members), members[0].Parameters!);
        try
        {
            var end = step.Action switch
            {
                Check check => Checked(step, check, await check.RunAsync(context, parameters, cancellationToken), members),
                Change change => await Gate.PlanAsync(change, context, parameters, cancellationToken),
                Report report => new StepEnd(StepOutcome.Planned, $"would report: {report.Summary}"),
                _ => new StepEnd(StepOutcome.Planned, $"would wait: {step.Action.Summary}"),
            };
            // What is to be deleted above is not there any more when its import comes.
            if (end.Outcome == StepOutcome.Unchanged && step.Action is Change again && members.Any(member => member.Changed.Contains(SubjectOf(again, member))))
                end = end with { Outcome = StepOutcome.Unknown, Message = $"now {end.Before}" };
            return Weighed(end, members);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken))
        {
            return Weighed(WouldStop(e), members);
        }
    }

    // Null where all that must hold immediately before the effect holds now.
    private async Task<StepEnd?> GuardAsync(RunbookPhase phase, RunbookStep step, PlannedTarget member, CancellationToken cancellationToken)
    {
        var context = ContextOf(phase, step, [member]);
        try
        {
            foreach (var guard in step.Guards)
            {
                var answer = await ((Check)guard.Action).RunAsync(context, guard.Bind(member.Variables!), cancellationToken);
                if (answer.Outcome != StepOutcome.Passed)
                    throw new RefusedException($"{guard.Action.Summary} does not hold: {answer.Evidence}") { TargetName = member.Target.Name };
            }

            return null;
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken))
        {
            return Weighed(WouldStop(e), [member]);
        }
    }

    private ActionContext ContextOf(RunbookPhase phase, RunbookStep step, IReadOnlyList<PlannedTarget> members) => new()
    {
        Target = members.Count == 1 ? members[0].Target : members[0].Target with { Name = string.Create(CultureInfo.InvariantCulture, $"{members[0].Target.Name} and {members.Count - 1} more") },
        Batch = [.. members.Select(member => member.Target)],
        Run = request.Identity,
        Phase = phase.Name,
        Step = step.Name,
        Clients = scope.Clients,
        Time = scope.Time,
        Log = SilentLog.Instance,
    };

    private static string SubjectOf(Change change, PlannedTarget member) => change.SubjectOf(JsonSerializer.SerializeToElement(member.Parameters, change.ParametersType, ActionJson.Options));

    private static StepEnd WouldStop(Exception e) => new(StepOutcome.Unknown, $"would stop here: {e.Message}") { Error = e, WouldStop = true };

    // What a planned change mends (root's login) stops nothing when the run comes to it.
    private static StepEnd Weighed(StepEnd end, IReadOnlyList<PlannedTarget> members) => end.Outcome is StepOutcome.Unknown && members.Any(member => member.Changed.Count > 0)
        ? end with { Message = $"cannot be told before the changes planned above: {end.Error?.Message ?? end.Message}", WouldStop = false }
        : end;

    // Of what is to be another by then it is not told what is wrong with it now.
    private static StepEnd Checked(RunbookStep step, Check check, CheckResult result, IReadOnlyList<PlannedTarget> members)
    {
        var end = StepActions.InfoOf(step).Weigh(new StepEnd(result.Outcome, result.Evidence));
        if (end.Outcome != StepOutcome.Passed && members.Any(member => member.Changed.Overlaps(check.LooksAt)))
            return new StepEnd(StepOutcome.Unknown, $"now {Brief.Of(result.Evidence, ToldOfNow)}");
        return end.GoesOn ? end : end with { Message = $"would stop here: {end.Message}", WouldStop = true };
    }

    private async Task EmitAsync(PlannedTarget planned, RunbookPhase phase, RunbookStep step, StepEnd end, DateTimeOffset started, CancellationToken cancellationToken)
        => planned.Records.Add(await EmitAsync(planned.Target, phase.Name, step, end, started, cancellationToken));

    private async ValueTask<StepRecord> EmitAsync(ActionTarget target, string? phase, RunbookStep? step, StepEnd end, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var record = StepRecords.From(request.Identity, target, phase, step?.Name ?? TargetExecution.BeginStep, step?.Action.Name ?? TargetExecution.BeginStep, step?.Action.Kind ?? StepKind.Check, step?.Number ?? 0, end, started, scope);
        await records.WriteAsync(record, cancellationToken);
        return record;
    }

    /// <summary>A batch, and where its targets meet.</summary>
    private sealed record PlannedBatch(RunBatch Meetings, IReadOnlyList<PlannedTarget> Targets);

    /// <summary>What is known of a target as its steps are planned one after another.</summary>
    private sealed class PlannedTarget(ActionTarget target)
    {
        public ActionTarget Target { get; } = target;

        /// <summary>The subjects of the changes that are planned by now, in whatever phase, and what else is another by then.</summary>
        public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

        /// <summary>Of the phase.</summary>
        public List<StepRecord> Records { get; private set; } = [];

        /// <inheritdoc cref="Records"/>
        public FactReader Facts { get; private set; } = null!;

        /// <summary>Of the step that it has come to.</summary>
        public Variables? Variables { get; set; }

        /// <inheritdoc cref="Variables"/>
        public object? Parameters { get; set; }

        public void Begin(FactReader facts) => (Facts, Records) = (facts, []);
    }
}

using System.Text.Json;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Says what a run would do: reads live, sends no write, and goes on past a failed check ("would stop here").</summary>
internal sealed class RunPlanner(RunScope scope, RunRequest request, ChannelWriter<StepRecord> records)
{
    public async Task PlanAsync(CancellationToken cancellationToken)
    {
        scope.Policy.ThrowIfTooMany(request.Targets.Count, request.MaxTargets);
        var inputs = RunInputs.Complete(request);
        var guard = new EffectGuard(scope.Policy, scope.KillSwitch, scope.Time);
        await Parallel.ForEachAsync(
            request.Targets,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, request.ThrottleLimit), CancellationToken = cancellationToken },
            async (target, token) => await PlanAsync(target, inputs, guard, token));
    }

    private async Task PlanAsync(ActionTarget target, IReadOnlyDictionary<string, string> inputs, EffectGuard guard, CancellationToken cancellationToken)
    {
        try
        {
            guard.ThrowIfTargetRefused(target);
            await scope.Identify(target, request.NeedsAt(scope.IsConfigured), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await EmitAsync(target, null, null, new StepEnd(StepOutcome.Failed, $"would be refused: {Gate.Sentence(e)}") { Error = e }, scope.Time.GetUtcNow(), cancellationToken);
            return;
        }

        var changes = false;
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var phase in request.Phases)
        {
            var planned = new List<StepRecord>();
            var facts = new FactReader(scope.Catalog, _ => Task.CompletedTask);
            foreach (var step in request.StepsOf(phase))
            {
                // What runs once for the batch is shown once.
                if (step.Action.Scope == ActionScope.Batch && target != request.Targets[0])
                    continue;
                var started = scope.Time.GetUtcNow();
                var end = await PlanAsync(target, phase, step, inputs, facts, changed, cancellationToken);
                // What a planned change mends (root's login) stops nothing when the run comes to it.
                if (end.Outcome is StepOutcome.Unknown && changes)
                    end = end with { Message = $"cannot be told before the changes planned above: {end.Error?.Message ?? end.Message}" };
                changes |= end.Outcome == StepOutcome.Planned && step.Action is Change;
                planned.Add(await EmitAsync(target, phase.Name, step, end, started, cancellationToken));
            }

            await PlanTellingsAsync(target, phase, planned, cancellationToken);
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

    private async Task<StepEnd> PlanAsync(ActionTarget target, RunbookPhase phase, RunbookStep step, IReadOnlyDictionary<string, string> inputs, FactReader facts, HashSet<string> changed, CancellationToken cancellationToken)
    {
        var context = new ActionContext
        {
            Target = target,
            Batch = step.Action.Scope == ActionScope.Batch ? request.Targets : [target],
            Run = request.Identity,
            Phase = phase.Name,
            Step = step.Name,
            Clients = scope.Clients,
            Time = scope.Time,
            Log = SilentLog.Instance,
        };
        try
        {
            if (step.LackAt(scope.IsConfigured) is { } lack)
                return new StepEnd(StepOutcome.Skipped, $"would be skipped: {lack}") { IsByCondition = true };
            await facts.EnsureAsync(step, context, cancellationToken);
            var variables = new Variables(target, request.Identity, inputs, facts.Values, scope.Settings(request.Identity));
            if (step.When?.Holds(variables) == false)
                return new StepEnd(StepOutcome.Skipped, $"would be skipped: {step.When.Text} does not hold") { IsByCondition = true };
            var parameters = step.Bind(variables);
            return step.Action switch
            {
                Check check => Checked(step, await check.RunAsync(context, parameters, cancellationToken)),
                Change change => await PlanAsync(change, step, context, parameters, variables, changed, cancellationToken),
                Report report => new StepEnd(StepOutcome.Planned, $"would report: {report.Summary}"),
                _ => new StepEnd(StepOutcome.Planned, $"would wait: {step.Action.Summary}"),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new StepEnd(StepOutcome.Unknown, $"would stop here: {e.Message}") { Error = e };
        }
    }

    private static async Task<StepEnd> PlanAsync(Change change, RunbookStep step, ActionContext context, object parameters, Variables variables, HashSet<string> changed, CancellationToken cancellationToken)
    {
        var end = await Gate.PlanAsync(change, context, parameters, cancellationToken);
        var subject = change.SubjectOf(JsonSerializer.SerializeToElement(parameters, change.ParametersType, ActionJson.Options));
        if (end.Outcome != StepOutcome.Planned)
        {
            // What is to be deleted above is not there any more when its import comes.
            return end.Outcome == StepOutcome.Unchanged && changed.Contains(subject)
                ? end with { Outcome = StepOutcome.Unknown, Message = $"now {end.Before}" }
                : end;
        }

        foreach (var guard in step.Guards)
        {
            var answer = await ((Check)guard.Action).RunAsync(context, guard.Bind(variables), cancellationToken);
            if (answer.Outcome != StepOutcome.Passed)
                throw new RefusedException($"{guard.Action.Summary} does not hold: {answer.Evidence}") { TargetName = context.Target.Name };
        }

        changed.Add(subject);
        return end;
    }

    private static StepEnd Checked(RunbookStep step, CheckResult result)
    {
        var end = StepActions.InfoOf(step).Weigh(new StepEnd(result.Outcome, result.Evidence));
        return end.GoesOn ? end : end with { Message = $"would stop here: {end.Message}" };
    }

    private async ValueTask<StepRecord> EmitAsync(ActionTarget target, string? phase, RunbookStep? step, StepEnd end, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var record = StepRecords.From(request.Identity, target, phase, step?.Name ?? TargetExecution.BeginStep, step?.Action.Name ?? TargetExecution.BeginStep, step?.Action.Kind ?? StepKind.Check, step?.Number ?? 0, end, started, scope);
        await records.WriteAsync(record, cancellationToken);
        return record;
    }
}

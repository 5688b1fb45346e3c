using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Runs the actions of a run's steps, for a target or for several together, and records how they ended.</summary>
internal sealed class StepActions(RunExecution run)
{
    public static StepInfo InfoOf(RunbookStep step) => new(step.Number, IsOptional: step.IsOptional);

    /// <summary>What an action is given.</summary>
    /// <param name="action">What is given it.</param>
    /// <param name="together">The targets of an effect that is for several; null for one on the target itself.</param>
    public ActionContext Context(ActionTarget target, string? phase, string step, OpsAction action, IActionLog log, IReadOnlyList<ActionTarget>? together = null, bool isApproved = false)
    {
        var (mayTakeOver, from) = TakingOver(new StepKey(target.Name, phase, step), action);
        return new ActionContext
        {
            Target = target,
            Batch = together ?? [target],
            Run = mayTakeOver ? run.Request.Identity : run.Request.Identity with { TakeOverReason = null },
            TakenOverFrom = from,
            Phase = phase,
            Step = step,
            Clients = run.Scope.Clients,
            Time = run.Scope.Time,
            Log = log,
            IsApproved = isApproved,
        };
    }

    public FactReader NewFacts(ActionTarget of, RunbookPhase phase)
        => new(run.Scope.Catalog, read => run.Ledger.WriteAsync(new FactsRead(of.Name, phase.Name, new Dictionary<string, string>(read))));

    public Variables VariablesOf(ActionTarget of, FactReader facts) => new(of, run.Request.Identity, run.Request.Inputs, facts.Values, run.Scope.Settings(run.Request.Identity));

    /// <summary>Runs the action of a step.</summary>
    /// <param name="locks">What is held for the targets.</param>
    /// <exception cref="RefusedException">It is destructive, and something that would have proved it right was left out.</exception>
    public async Task<StepEnd> RunAsync(RunbookPhase phase, RunbookStep step, ActionContext context, object parameters, IReadOnlyList<TargetLock> locks, DateTimeOffset started, CancellationToken cancellationToken)
    {
        switch (step.Action)
        {
            case Check check:
                var answer = await check.RunAsync(context, parameters, cancellationToken);
                return await RecordAsync(context, step, started, new StepEnd(answer.Outcome, answer.Evidence)
                {
                    Error = answer.Outcome == StepOutcome.Passed ? null : new StepFailedException($"{check.Summary}: {answer.Evidence}") { TargetName = context.Target.Name },
                });
            case Report report:
                return await RecordAsync(context, step, started, await ReportAsync(report, context, parameters, cancellationToken));
            case Wait wait:
                return await RecordAsync(context, step, started, await WaitAsync(wait, context, parameters, cancellationToken));
            case Change change:
                if (change.IsDestructive(parameters) && Omissions(context) is { Count: > 0 } skipped)
                    throw new RefusedException($"{change.Summary} is destructive, and {string.Join(", ", skipped)} was skipped: what was left out never satisfies its guard.") { TargetName = context.Target.Name };
                return await run.Gate.RunAsync(change, context, parameters, InfoOf(step), locks, cancellationToken, step.Guards.Count == 0 ? null : () => ProveAsync(phase, step, context, cancellationToken));
            default:
                throw new InvalidOperationException($"{step.Action.Name} is neither check, change, report nor wait.");
        }
    }

    /// <summary>Writes down how a step ended that is no change: the gate records those itself.</summary>
    public async Task<StepEnd> RecordAsync(ActionContext context, RunbookStep step, DateTimeOffset started, StepEnd end)
    {
        end = InfoOf(step).Weigh(end);
        var key = new StepKey(context.Target.Name, context.Phase, context.Step);
        // A failure before the gate was reached must not close an intent that an earlier process left open.
        if (step.Action is Change && run.Ledger.Find(key) is { IsOpen: true })
            return end;
        await run.Ledger.WriteAsync(new Result(key, step.Action.Name, step.Action.Kind, end.Outcome, end.Message)
        {
            AfterText = end.After,
            Error = end.Error?.GetType().Name,
            ByCondition = end.IsByCondition,
            StartedAt = started,
            Duration = run.Scope.Time.GetUtcNow() - started,
            Number = step.Number,
        });
        return end;
    }

    // What is taken over is what stood there when somebody said so: once the thing carried our claim since, another's claim is another's word.
    // A claim that was begun, and whose end nobody wrote down, is taken up again only from what it was begun at.
    private (bool May, JsonElement? From) TakingOver(StepKey key, OpsAction action)
    {
        if (run.Request.Identity.TakeOverReason is null || action is not Change change)
            return (true, null);
        return run.Ledger.Read(history =>
        {
            var since = history.TakenOver?.Order ?? 0;
            var claims = history.Target(key.Target).Steps.Where(step => run.Scope.Catalog.Find(step.Intent?.Action ?? step.Result!.Action) is Change { CarriesClaim: true } claim && claim.IsOfOneThingWith(change)).ToList();
            var begun = claims.Find(step => step.IsOpen && step.Intent!.Order > since);
            return (claims.TrueForAll(step => step.HeldAt <= since) && (begun is null || begun.Key == key), begun?.Intent!.Before);
        });
    }

    // The proof of every target that the effect is for, with facts that are read anew.
    private async Task ProveAsync(RunbookPhase phase, RunbookStep step, ActionContext context, CancellationToken cancellationToken)
    {
        foreach (var member in context.Batch)
        {
            var look = Context(member, phase.Name, step.Name, step.Action, context.Log);
            var facts = NewFacts(member, phase);
            await facts.EnsureAsync(step, look, cancellationToken);
            var variables = VariablesOf(member, facts);
            foreach (var guard in step.Guards)
            {
                var answer = await ((Check)guard.Action).RunAsync(look, guard.Bind(variables), cancellationToken);
                look.Log.Write(step.Name, $"guard {guard.Name}: {answer.Outcome}: {answer.Evidence}");
                if (answer.Outcome != StepOutcome.Passed)
                    throw new RefusedException($"{guard.Action.Summary} does not hold for {member.Name}, so nothing was changed: {answer.Evidence}") { TargetName = member.Name };
            }
        }
    }

    private static async Task<StepEnd> ReportAsync(Report report, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        try
        {
            return new StepEnd(StepOutcome.Reported, await report.RunAsync(context, parameters, cancellationToken));
        }
        catch (OpsException e) when (e is not LedgerException)
        {
            return new StepEnd(StepOutcome.Warning, Gate.Sentence(e)) { Error = e };
        }
    }

    private async Task<StepEnd> WaitAsync(Wait wait, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        var began = run.Scope.Time.GetTimestamp();
        while (true)
        {
            var look = await wait.LookAsync(context, parameters, cancellationToken);
            if (look.IsOver)
                return new StepEnd(StepOutcome.Passed, look.Message) { After = look.Seen };
            if (await run.StopsAfterStepAsync(cancellationToken) || run.Scope.Time.GetElapsedTime(began) >= wait.StayFor(parameters))
                return new StepEnd(StepOutcome.Waiting, look.Message) { After = look.Seen };
            await Task.Delay(wait.Every, run.Scope.Time, cancellationToken);
        }
    }

    // Checks and changes that a person left out, in any phase, of any target that the effect is for.
    private List<string> Omissions(ActionContext context) => run.Ledger.Read(history => context.Batch
        .SelectMany(member => history.StepsOf(member.Name))
        .Where(step => step.IsOmitted)
        .Select(step => step.Key.Step)
        .Distinct()
        .ToList());
}

using System.Text.Json;
using System.Threading.Channels;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Takes the changes of a run back, newest first, target by target.</summary>
internal sealed class RunUndo(RunScope scope, RunLedger ledger, RunLog log, UndoOptions options, ChannelWriter<StepRecord> records)
{
    private readonly EffectGuard _guard = new(scope.Policy, scope.KillSwitch, scope.Time);

    public async Task UndoAsync(CancellationToken cancellationToken)
    {
        var targets = ledger.Read(history => history.Targets.Keys.Where(name => options.Target is null || name == options.Target).ToList());
        if (options.Target is not null && targets.Count == 0)
            throw new ObjectNotFoundException($"Run {ledger.RunId} has no target '{options.Target}'.") { TargetName = options.Target };
        var left = 0;
        foreach (var name in targets)
            left += await UndoTargetAsync(name, cancellationToken);
        if (!options.PlanOnly)
        {
            await ledger.WriteDurablyAsync(left == 0 && options is { Target: null, Step: null }
                ? new RunEnded(RunState.Undone, "taken back")
                : new RunEnded(RunState.Stopped, left == 0 ? "partly taken back, as asked" : $"taken back but for {left} changes"));
        }
    }

    // How many changes were left as they are.
    private async Task<int> UndoTargetAsync(string name, CancellationToken cancellationToken)
    {
        var made = ledger.Read(history => history.Target(name).Steps.Where(step => step.Made is not null).Reverse().ToList());
        var target = TargetOf(name, made);
        using var held = made.Count == 0 || options.PlanOnly ? null : await ledger.LockAsync(TargetExecution.LockKeyOf(target), cancellationToken);
        var left = 0;
        string? barrier = null;
        foreach (var step in made.Where(step => options.Step is null || step.Key.Step == options.Step))
        {
            var started = scope.Time.GetUtcNow();
            // Taking it back makes it forgotten.
            var (action, number) = (step.Made!.Action, step.MadeResult?.Number ?? 0);
            var end = barrier is null
                ? await UndoStepAsync(step, target, held, cancellationToken)
                : new StepEnd(StepOutcome.Skipped, $"left as it is: {barrier} came after it and cannot be taken back");
            if (end.Outcome is not (StepOutcome.Undone or StepOutcome.Planned))
                left++;
            if (scope.Catalog.Find(action) is Change { IsDestructive: true })
                barrier = step.Key.Step;
            await records.WriteAsync(
                StepRecords.From(IdentityOf(), target, step.Key.Phase, step.Key.Step, action, StepKind.Change, number, end, started, scope),
                cancellationToken);
        }

        return left;
    }

    private async Task<StepEnd> UndoStepAsync(StepHistory step, ActionTarget target, TargetLock? held, CancellationToken cancellationToken)
    {
        if (scope.Catalog.Find(step.Made!.Action) is not Change change)
            return new StepEnd(StepOutcome.Skipped, $"left as it is: this version has no action {step.Made.Action}");
        if (!change.CanUndo)
            return new StepEnd(StepOutcome.Skipped, $"left as it is: {change.Summary} cannot be taken back");
        var context = new ActionContext
        {
            Target = target,
            Run = IdentityOf(),
            Phase = step.Key.Phase,
            Step = step.Key.Step,
            Clients = scope.Clients,
            Time = scope.Time,
            Log = log.For(target.Name, step.Key.Phase),
        };
        try
        {
            var parameters = step.Made.Parameters.Deserialize(change.ParametersType, ActionJson.Options)!;
            if (options.PlanOnly)
                return new StepEnd(StepOutcome.Planned, $"would take back {change.Summary}: {step.MadeResult?.AfterText} → {step.Made.BeforeText}") { Before = step.MadeResult?.AfterText, After = step.Made.BeforeText };
            var gate = new Gate(ledger, _guard, scope.Time);
            return await gate.UndoAsync(change, context, parameters, step, new StepInfo(step.MadeResult?.Number ?? 0), held is null ? [] : [held], cancellationToken);
        }
        catch (OpsException e) when (e is not LedgerException)
        {
            return new StepEnd(StepOutcome.Failed, e.Message) { Error = e };
        }
    }

    private ActionTarget TargetOf(string name, IReadOnlyList<StepHistory> made)
    {
        var known = ledger.Started.Targets.FirstOrDefault(target => target.Name == name);
        return known is not null
            ? new ActionTarget(known.Kind, known.Name, known.TicketId)
            : new ActionTarget(made.Select(step => step.Made!.TargetKind).FirstOrDefault() ?? "hypervisor", name, made.Select(step => step.Made!.TicketId).FirstOrDefault());
    }

    private RunIdentity IdentityOf()
    {
        var identity = ledger.Started.Identity;
        return new RunIdentity
        {
            RunId = ledger.RunId,
            Name = identity.Name,
            Person = options.Person,
            Initials = identity.Initials,
            Environment = identity.Environment,
            Machine = Environment.MachineName,
            WindowStart = identity.WindowStart,
            WindowEnd = identity.WindowEnd,
            TakeOverReason = identity.TakeOverReason,
        };
    }
}

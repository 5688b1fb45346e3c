using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>
/// A step that runs once for the targets of a batch that came to it. What was begun earlier is only of those that it was begun for: whoever came late to that has an effect of its own.
/// </summary>
internal sealed class BatchStep(RunExecution run, RunbookPhase phase, RunbookStep step, int batch)
{
    /// <summary>The last effect of a step that was begun for a target and others together; null where there was none.</summary>
    public static StepHistory? EffectOn(RunHistory history, string target, RunbookPhase phase, RunbookStep step) => history.StepsOf(target)
        .Where(known => known.Key.Target != target && known.Key.Phase == phase.Name && known.Key.Step == step.Name)
        .MaxBy(known => known.Intent!.Order);

    /// <returns>How it ended for each of them.</returns>
    public async Task<IReadOnlyDictionary<string, StepEnd>> RunAsync(IReadOnlyList<BatchMember> members, CancellationToken cancellationToken)
    {
        var ends = members.Where(member => member.LeftOut is not null).ToDictionary(member => member.Target.Name, member => member.LeftOut!, StringComparer.Ordinal);
        if (step.Action is Change change)
        {
            var effects = run.Ledger.Read(history => members.Select(member => (Member: member, Effect: EffectOn(history, member.Target.Name, phase, step))).Where(pair => pair.Effect is not null).ToLookup(pair => pair.Effect!, pair => pair.Member));
            foreach (var effect in effects)
                await LookAtAsync(effect.Key, [.. effect], change, ends, cancellationToken);
        }

        var rest = members.Where(member => !ends.ContainsKey(member.Target.Name)).ToList();
        while (rest.Count > 0)
        {
            var (end, refused) = await RunActionAsync(rest, cancellationToken);
            var ended = refused is null ? rest : [refused];
            foreach (var member in ended)
                ends[member.Target.Name] = end;
            // Nothing was sent: the effect is the others'.
            rest = [.. rest.Except(ended)];
        }

        return ends;
    }

    // What became of an effect that was begun earlier, for those of its targets who are here.
    private async Task LookAtAsync(StepHistory effect, List<BatchMember> here, Change change, Dictionary<string, StepEnd> ends, CancellationToken cancellationToken)
    {
        StepEnd? end;
        if (effect.IsToSettle)
        {
            // Whoever of them is not here is told when it comes.
            var all = effect.Intent!.Members!.Select(name => run.Request.Targets.First(target => target.Name == name)).ToList();
            var context = ContextOf(effect.Key.Target, all, here);
            AmbientLog.Current = context.Log;
            end = await run.Gate.SettleAsync(change, context, StepActions.InfoOf(step), cancellationToken);
        }
        else
        {
            here = [.. here.Where(member => member.LeftOut is null)];
            if (here.Count == 0)
                return;
            var context = ContextOf(effect.Key.Target, [.. here.Select(member => member.Target)], here);
            AmbientLog.Current = context.Log;
            end = await new EarlierWork(run, here[0].Target).VerifyAsync(effect, change, context, here[0].Parameters!, cancellationToken);
        }

        if (end is null)
            return;
        foreach (var member in here)
            ends[member.Target.Name] = end;
    }

    // How it ended; for the one of several whom it was refused for before anything was sent, or for all.
    private async Task<(StepEnd End, BatchMember? Refused)> RunActionAsync(List<BatchMember> members, CancellationToken cancellationToken)
    {
        var started = run.Scope.Time.GetUtcNow();
        var targets = members.Select(member => member.Target).ToList();
        var context = ContextOf(FreeName([.. targets.Select(target => target.Name)]), targets, members);
        AmbientLog.Current = context.Log;
        var key = new StepKey(context.Target.Name, context.Phase, context.Step);
        var begun = run.Ledger.Find(key)?.Intent;
        try
        {
            var end = await run.Actions.RunAsync(phase, step, context, members[0].Parameters!, [.. members.SelectMany(member => member.Locks)], started, cancellationToken);
            return (end, members.Count > 1 && (end.IsUnsent || ReferenceEquals(run.Ledger.Find(key)?.Intent, begun)) ? RefusedOf(members, end.Error) : null);
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken) && e is not Errors.LedgerException)
        {
            return (await run.Actions.RecordAsync(context, step, started, new StepEnd(StepOutcome.Failed, Gate.Sentence(e)) { Error = e }), null);
        }
    }

    private static BatchMember? RefusedOf(List<BatchMember> members, Exception? error) => error is Errors.RefusedException { TargetName: { } name } ? members.Find(member => member.Target.Name == name) : null;

    // The effect is the batch's: its record and its intent are kept under the batch's own name. What stands there for others, or what others have to know of, is left there.
    private string FreeName(List<string> targets)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = StepKey.OfAttempt(StepKey.OfBatch(batch), attempt);
            if (run.Ledger.Find(new StepKey(name, phase.Name, step.Name)) is not { Intent: not null } known || (known is { Standing: null, IsToSettle: false } && known.Intent.Members!.All(targets.Contains)))
                return name;
        }
    }

    private ActionContext ContextOf(string name, List<ActionTarget> targets, List<BatchMember> here)
        => run.Actions.Context(new ActionTarget(targets[0].Kind, name), phase.Name, step.Name, step.Action, run.Log.For(name, phase.Name, [.. here.Select(member => member.Target.Name)]), targets);
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>A target that a run has for itself: the services agree who it is, the locks of all its names are held, and no earlier run left anything in doubt there.</summary>
internal sealed class TargetHold : IDisposable
{
    private readonly List<TargetLock> _locks = [];

    private TargetHold()
    {
    }

    public IReadOnlyList<TargetLock> Locks => _locks;

    /// <summary>What the services call it, and its ticket.</summary>
    public IReadOnlyDictionary<string, string> Names { get; private set; } = new Dictionary<string, string>();

    /// <summary>What two runs on one target contend for: one lock for a machine, whether it is taken as a hypervisor or as a host.</summary>
    public static string KeyOf(string kind, string name) => $"{(kind == ActionTarget.Host ? ActionTarget.Hypervisor : kind)}:{name.TrimEnd('.').ToLowerInvariant()}";

    /// <summary>Takes a target.</summary>
    /// <param name="scope">The run's surroundings.</param>
    /// <param name="ledger">The run.</param>
    /// <param name="target">What to take.</param>
    /// <param name="needs">The services that will be asked about it or changed for it: those must know it.</param>
    /// <param name="effect">The one effect that it is taken for, where it is a script's; null for a runbook.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TargetLockedException">Another run works on it, under this name or another.</exception>
    /// <exception cref="RefusedException">It is not what it was when the run began, or an earlier run left something there that only a person can decide.</exception>
    public static async Task<TargetHold> TakeAsync(RunScope scope, RunLedger ledger, ActionTarget target, IReadOnlyCollection<string> needs, StepKey? effect, CancellationToken cancellationToken)
    {
        var hold = new TargetHold();
        try
        {
            await hold.LockAsync(ledger, target, target.Name, cancellationToken);
            hold.Names = await scope.Identify(target, needs, cancellationToken);
            RefuseAnother(ledger, target, hold.Names);
            foreach (var (service, name) in hold.Names)
            {
                // Runs that were given another of its names contend for the same machine.
                if (service != ActionTarget.Ticket)
                    await hold.LockAsync(ledger, target, name, cancellationToken);
            }

            foreach (var held in hold.Locks)
            {
                var open = await RefuseDoubtAsync(scope, ledger, held.Former, target, effect, cancellationToken);
                await ledger.AskAsync(() => held.Keep(open), scope.Time, cancellationToken);
            }

            // A runbook settles what it left itself as it goes on; a script's next effect is another.
            if (effect is not null)
                await RefuseDoubtAsync(scope, ledger, [new FormerWork(ledger.RunId, target.Name)], target, effect, cancellationToken);
            return hold;
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var held in _locks)
            held.Dispose();
    }

    private async Task LockAsync(RunLedger ledger, ActionTarget target, string name, CancellationToken cancellationToken)
    {
        var key = KeyOf(target.Kind, name);
        if (!_locks.Exists(held => held.Key == key))
            _locks.Add(await ledger.LockAsync(key, cancellationToken, target.Name));
    }

    private static void RefuseAnother(RunLedger ledger, ActionTarget target, IReadOnlyDictionary<string, string> names)
    {
        var known = ledger.Read(history => new Dictionary<string, string>(history.Target(target.Name).Names));
        foreach (var (service, name) in names)
        {
            if (known.TryGetValue(service, out var then) && !string.Equals(then, name, StringComparison.OrdinalIgnoreCase))
                throw new RefusedException($"{target.Name} was '{then}' to {service} when the run began, and now it is '{name}': this may be another machine. Mend the name, or start a new run.") { TargetName = target.Name };
        }
    }

    // Those of the works that may still have something open.
    private static async Task<IReadOnlyList<FormerWork>> RefuseDoubtAsync(RunScope scope, RunLedger ledger, IReadOnlyList<FormerWork> works, ActionTarget target, StepKey? effect, CancellationToken cancellationToken)
    {
        var open = new List<FormerWork>();
        foreach (var former in works)
        {
            var isOwn = former.RunId == ledger.RunId;
            var history = isOwn ? ledger.Read(own => own) : await new FormerRuns(scope.Store, scope.Time).ReadAsync(former, cancellationToken);
            var left = isOwn ? ledger.Read(own => OpenOn(own, former.Target)) : history is null ? [] : OpenOn(history, former.Target);
            // What came of the same effect, begun before, is found out when it is made.
            foreach (var step in left.Where(step => !isOwn || step.Key != effect))
            {
                if (await IsInDoubtAsync(scope, former, history!, step, target, cancellationToken))
                {
                    open.Add(former);
                    if (Matters(scope, history!, step, effect))
                        throw InDoubt(former, history!, step, target);
                }
            }
        }

        return [.. open.Distinct()];
    }

    private static List<StepHistory> OpenOn(RunHistory history, string target) => [.. history.StepsOf(target).Where(step => step is { IsOpen: true, Intent.IsTelling: false })];

    // A script's interrupted command stops the same command; what a runbook or something destructive left stops everything.
    private static bool Matters(RunScope scope, RunHistory history, StepHistory step, StepKey? effect)
        => effect is null || history.Started!.Phases.Length > 0 || step.Key.Step == effect.Step || scope.Catalog.Find(step.Intent!.Action) is not Change change || change.IsDestructive(step.Intent);

    private static async Task<bool> IsInDoubtAsync(RunScope scope, FormerWork former, RunHistory history, StepHistory step, ActionTarget target, CancellationToken cancellationToken)
    {
        if (step.Intent!.IsUndo || scope.Catalog.Find(step.Intent.Action) is not Change change)
            return true;
        var started = history.Started!;
        var whom = target with { Name = step.Key.Target, TicketId = step.Intent.TicketId ?? target.TicketId };
        var context = new ActionContext
        {
            Target = whom,
            Batch = step.Intent.Members is { } members ? [.. members.Select(name => MemberOf(started, name, target))] : [whom],
            Run = RecordedIdentity.Of(former.RunId, started, history.Owner!, history.TakenOver?.Reason),
            Phase = step.Key.Phase,
            Step = step.Key.Step,
            Clients = scope.Clients,
            Time = scope.Time,
            Log = SilentLog.Instance,
        };
        try
        {
            return await Gate.IsUndecidableAsync(change, context, step.Intent, cancellationToken);
        }
        catch (RefusedException)
        {
            // Seen, and another's since: no longer that run's.
            return false;
        }
    }

    private static ActionTarget MemberOf(RunStarted started, string name, ActionTarget target)
        => started.Targets.FirstOrDefault(known => known.Name == name) is { } known ? ActionTarget.Of(known) : target with { Name = name, TicketId = null };

    private static RefusedException InDoubt(FormerWork former, RunHistory history, StepHistory step, ActionTarget target)
        => new($"Run {former.RunId} of {history.Owner} was in the middle of {(step.Key.Phase is null ? step.Key.Step : $"{step.Key.Phase}.{step.Key.Step}")} on {former.Target} ({step.Intent!.BeforeText} → {step.Intent.DesiredText}), and nobody knows whether it happened. "
            + $"{(history.Started!.Phases.Length > 0 ? $"Go on with it (Resume-OpsRun {former.RunId}), or look and decide" : "Look, and decide")}: Get-OpsStep {former.RunId} -Open | Resolve-OpsStep -As Happened, NotHappened, Skipped or Abandon.") { TargetName = target.Name };
}

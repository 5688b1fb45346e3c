using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>A run as its journal tells it.</summary>
internal sealed class RunHistory
{
    private readonly Dictionary<string, TargetHistory> _targets = [];
    private readonly HashSet<StepHistory> _shared = [];
    private readonly Dictionary<string, Dictionary<string, long>> _locks = new(StringComparer.Ordinal);
    private long _entries;

    public RunStarted? Started { get; private set; }

    public ProcessStarted? LastProcess { get; private set; }

    /// <summary>Each time that it was taken up again, in order.</summary>
    public List<TakenUp> TakenUp { get; } = [];

    public RunEnded? Ended { get; private set; }

    public List<Approval> Approvals { get; } = [];

    /// <summary>Whether a person let the run go on past a wait of a target; not what was approved before its phase was taken back.</summary>
    public bool IsApproved(StepKey wait) => IsApproved(wait.ToApproval(), Target(wait.Target).UndoneAt(wait.Phase));

    /// <summary>Whether a person let the run go on with these targets of a batch; not what was approved before one of them was taken back.</summary>
    public bool IsApproved(int batch, IEnumerable<string> targets) => IsApproved(StepKey.OfBatch(batch), targets.Max(target => Target(target).LastUndone));

    /// <summary>Who took it over from another person last; null where nobody did.</summary>
    public TakenOver? TakenOver { get; private set; }

    /// <summary>What a person may still approve.</summary>
    public HashSet<string> Pending { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a target waits for a person: for an approval of its own, or with all that is left for its batch's.</summary>
    public bool AwaitsApproval(string target)
        => Pending.Any(key => StepKey.IsApprovalOf(target, key) || (StepKey.IsBatch(key) && _targets.GetValueOrDefault(target)?.Ended is null));

    /// <summary>Whose it is: the one who took it over last, else the one who began it.</summary>
    public string? Owner => TakenOver?.Person ?? Started?.Identity.Person;

    public IReadOnlyDictionary<string, TargetHistory> Targets => _targets;

    public TargetHistory Target(string name)
    {
        if (!_targets.TryGetValue(name, out var target))
            target = _targets[name] = new TargetHistory();
        return target;
    }

    /// <summary>The steps that a target has a part in: its own, and those that are kept under another name, a batch's, whose effect was begun for it too.</summary>
    public IReadOnlyList<StepHistory> StepsOf(string target)
        => [.. _targets.GetValueOrDefault(target)?.Steps ?? [], .. _shared.Where(step => step.Key.Target != target && step.IsFor(target))];

    public static RunHistory From(IEnumerable<JournalEntry> entries)
    {
        var history = new RunHistory();
        foreach (var entry in entries)
            history.Apply(entry);
        return history;
    }

    public void Apply(JournalEntry entry)
    {
        entry.Order = ++_entries;
        if (entry is TargetStarted begun)
            _locks[begun.Target] = begun.Locks;
        entry.HeldLocks = (entry as Intent)?.Locks ?? _locks.GetValueOrDefault(TargetOf(entry) ?? "") ?? entry.HeldLocks;
        switch (entry)
        {
            case RunStarted started:
                Started = started;
                break;
            case ProcessStarted process:
                if (LastProcess is not null)
                    TakenUp.Add(new TakenUp(process, Ended));
                foreach (var step in _targets.Values.SelectMany(target => target.Steps))
                    step.Cut();
                (LastProcess, Ended) = (process, null);
                break;
            case RunEnded ended:
                Ended = ended;
                Pending.UnionWith(ended.WaitingFor);
                break;
            case TakenOver taken:
                TakenOver = taken;
                break;
            case Approval approval:
                Approvals.Add(approval);
                Pending.Remove(approval.Key);
                break;
            default:
                if (TargetOf(entry) is { } target)
                    Target(target).Apply(entry);
                Share(entry);
                Forget(entry);
                break;
        }
    }

    private bool IsApproved(string key, long since) => Approvals.Exists(approval => approval.Key == key && approval.Order > since);

    // What a phase waited for before it was taken back is asked anew when it comes to it.
    private void Forget(JournalEntry entry)
    {
        var key = (entry as Result)?.Key ?? (entry as Decision)?.Key;
        if (key is not null && Target(key.Target).UndoneAt(key.Phase) == entry.Order)
            Pending.RemoveWhere(waiting => waiting.StartsWith(StepKey.ApprovalsOf(key.Target, key.Phase), StringComparison.Ordinal));
    }

    // What is begun for several is a part of the history of each, and so is its end for all of them.
    private void Share(JournalEntry entry)
    {
        if (entry is Intent { Members: not null } intent)
            _shared.Add(Target(intent.Key.Target).Find(intent.Key)!);
        if (entry is Decision { As: StepDecision.Abandon } decision && Target(decision.Key.Target).Find(decision.Key) is { Intent.Members: { } members })
        {
            foreach (var member in Started?.Targets.Where(target => members.Contains(target.Name)) ?? [])
                Target(member.Name).Abandon(decision);
        }
    }

    private static string? TargetOf(JournalEntry entry) => entry switch
    {
        TargetStarted e => e.Target,
        TargetEnded e => e.Target,
        PhaseEnded e => e.Target,
        Intent e => e.Key.Target,
        Result e => e.Key.Target,
        Decision e => e.Key.Target,
        _ => null,
    };
}

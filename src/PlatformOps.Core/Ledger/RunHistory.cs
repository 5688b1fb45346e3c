using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>A run as its journal tells it.</summary>
internal sealed class RunHistory
{
    private readonly Dictionary<string, TargetHistory> _targets = [];
    private long _entries;

    public RunStarted? Started { get; private set; }

    public ProcessStarted? LastProcess { get; private set; }

    public RunEnded? Ended { get; private set; }

    public List<Approval> Approvals { get; } = [];

    /// <summary>Who took it over last; null where nobody did.</summary>
    public TakenOver? TakenOver { get; private set; }

    /// <summary>What a person may still approve.</summary>
    public HashSet<string> Pending { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose it is: the one who took it over last, else the one who began it.</summary>
    public string? Owner => TakenOver?.Person ?? Started?.Identity.Person;

    public IReadOnlyDictionary<string, TargetHistory> Targets => _targets;

    public TargetHistory Target(string name)
    {
        if (!_targets.TryGetValue(name, out var target))
            target = _targets[name] = new TargetHistory();
        return target;
    }

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
        switch (entry)
        {
            case RunStarted started:
                Started = started;
                break;
            case ProcessStarted process:
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
                break;
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

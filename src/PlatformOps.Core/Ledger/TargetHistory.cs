using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>What the journal knows of one target of a run.</summary>
internal sealed class TargetHistory
{
    private readonly Dictionary<StepKey, StepHistory> _steps = [];
    private readonly List<StepHistory> _inOrder = [];
    private readonly Dictionary<string, long> _undone = [];

    /// <summary>The phases that ended well.</summary>
    public HashSet<string> PhasesDone { get; } = [];

    /// <summary>When each phase ended well last.</summary>
    public Dictionary<string, Moment> DoneAt { get; } = [];

    /// <summary>How often each phase has ended, well or not: one ticket comment each.</summary>
    public Dictionary<string, int> PhaseEnds { get; } = [];

    /// <summary>Where in the journal each phase ended last, well or not.</summary>
    public Dictionary<string, long> LastPhaseEnds { get; } = [];

    /// <summary>Something of a phase that ended could not be told then, to a ticket for instance.</summary>
    public bool HasUntold => PhaseEnds.Any(phase => HasUntoldOf(phase.Key, phase.Value));

    /// <summary>How it ended in the last process that worked on it; null while it has not.</summary>
    public TargetEnded? Ended { get; private set; }

    /// <summary>Whether a process has begun with it.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>What the services called it when it was last begun.</summary>
    public Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The last entry of a step.</summary>
    public StepKey? LastStep { get; private set; }

    /// <summary>The steps in the order in which they were first begun.</summary>
    public IReadOnlyList<StepHistory> Steps => _inOrder;

    /// <summary>When something of a phase was last taken back, by <see cref="JournalEntry.Order"/>; 0 where nothing was. What was answered, waited for or approved in it before that is of what is no more.</summary>
    public long UndoneAt(string? phase) => phase is null ? 0 : _undone.GetValueOrDefault(phase);

    /// <summary>When something of any phase was.</summary>
    public long LastUndone => _undone.Values.DefaultIfEmpty().Max();

    /// <summary>Something of an attempt at a phase could not be told.</summary>
    public bool HasUntoldOf(string phase, int attempt) => _inOrder.Exists(step => step.Key.Phase == phase && step.IsUntold && step.Attempt == attempt);

    /// <summary>The steps that failed or are in doubt. One that failed and was done later is neither: the last result counts.</summary>
    public IReadOnlyList<StepHistory> Troubles => [.. _inOrder.Where(step => step.IsOpen || (step.Decision is null && step.Result?.Outcome is StepOutcome.Failed or StepOutcome.Drifted or StepOutcome.Unknown))];

    public StepHistory? Find(StepKey key) => _steps.GetValueOrDefault(key);

    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case TargetStarted started:
                (IsStarted, Ended) = (true, null);
                foreach (var (service, name) in started.Names)
                    Names[service] = name;
                break;
            case TargetEnded ended:
                Ended = ended;
                break;
            case PhaseEnded phase:
                PhaseEnds[phase.Phase] = PhaseEnds.GetValueOrDefault(phase.Phase) + 1;
                LastPhaseEnds[phase.Phase] = phase.Order;
                if (phase.Succeeded)
                {
                    PhasesDone.Add(phase.Phase);
                    DoneAt[phase.Phase] = phase.When;
                }

                break;
            case Intent intent:
                Step(intent.Key).Apply(entry);
                break;
            case Result result:
                Step(result.Key).Apply(entry);
                if (result.Outcome == StepOutcome.Undone)
                    Undone(result.Key, entry);
                break;
            case Decision decision:
                Step(decision.Key).Apply(entry);
                if (decision.As == StepDecision.Happened && Step(decision.Key).Intent is { IsUndo: true })
                    Undone(decision.Key, entry);
                if (decision.As == StepDecision.Abandon)
                    Abandon(decision);
                break;
        }
    }

    /// <summary>A person gave up on it, at a step of its own or of its batch.</summary>
    public void Abandon(Decision decision) => Ended = new TargetEnded(decision.Key.Target, RunState.Failed, $"abandoned by {decision.Person}: {decision.Reason}");

    // What was taken back is to be made again, and its phase with it.
    private void Undone(StepKey key, JournalEntry entry)
    {
        if (key.Phase is null)
            return;
        _undone[key.Phase] = entry.Order;
        PhasesDone.Remove(key.Phase);
        Ended = null;
    }

    private StepHistory Step(StepKey key)
    {
        LastStep = key;
        if (!_steps.TryGetValue(key, out var step))
        {
            step = _steps[key] = new StepHistory(key);
            _inOrder.Add(step);
        }

        return step;
    }
}

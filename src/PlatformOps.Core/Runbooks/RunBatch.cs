using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>The targets that are worked on side by side, and where they meet: a step that runs once for all of them. Who failed before, or leaves the step out, is not waited for.</summary>
internal sealed class RunBatch(int number, IReadOnlyList<ActionTarget> targets)
{
    private readonly object _counting = new();
    private readonly Dictionary<string, Meeting> _meetings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);

    public int Number { get; } = number;

    /// <summary>What the targets meet for.</summary>
    public static string MeetingOf(RunbookPhase phase, RunbookStep step) => $"{phase.Name}/{step.Name}";

    /// <summary>Waits for the others; the last to come makes it run, for all who came.</summary>
    /// <param name="key">The step, with its phase.</param>
    /// <param name="member">Who comes.</param>
    /// <param name="run">Runs it; whoever's it is, it is the same for all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How it ended for this one, when it has ended for all, cancelled or not: nothing of a run goes on behind its end.</returns>
    public async Task<StepEnd> MeetAsync(string key, BatchMember member, Func<IReadOnlyList<BatchMember>, Task<IReadOnlyDictionary<string, StepEnd>>> run, CancellationToken cancellationToken)
    {
        Meeting meeting;
        lock (_counting)
        {
            meeting = Find(key);
            meeting.Arrived.Add(member);
            meeting.Run ??= run;
            BeginIfComplete(meeting);
        }

        try
        {
            return (await meeting.Result.Task.WaitAsync(cancellationToken))[member.Target.Name];
        }
        catch (OperationCanceledException)
        {
            if (!Leave(meeting, member))
                await meeting.Result.Task;
            throw;
        }
    }

    /// <summary>A target does not come to this one.</summary>
    public void Miss(string key, ActionTarget target)
    {
        lock (_counting)
        {
            var meeting = Find(key);
            meeting.Absent.Add(target.Name);
            BeginIfComplete(meeting);
        }
    }

    /// <summary>A target comes to none of a phase.</summary>
    public void Miss(RunbookPhase phase, ActionTarget target)
    {
        foreach (var step in phase.Runbook.Steps.Where(step => step.Action.Scope == ActionScope.Batch))
            Miss(MeetingOf(phase, step), target);
    }

    /// <summary>A target comes to none any more.</summary>
    public void End(ActionTarget target)
    {
        lock (_counting)
        {
            _ended.Add(target.Name);
            foreach (var meeting in _meetings.Values)
                BeginIfComplete(meeting);
        }
    }

    // False where it has begun: who came is part of it.
    private bool Leave(Meeting meeting, BatchMember member)
    {
        lock (_counting)
        {
            if (!meeting.HasBegun)
                meeting.Arrived.Remove(member);
            return !meeting.HasBegun;
        }
    }

    private Meeting Find(string key)
    {
        if (!_meetings.TryGetValue(key, out var meeting))
            meeting = _meetings[key] = new Meeting();
        return meeting;
    }

    private void BeginIfComplete(Meeting meeting)
    {
        if (meeting.HasBegun || meeting.Arrived.Count == 0 || !targets.All(IsSettled))
            return;
        meeting.HasBegun = true;
        _ = Task.Run(() => RunAsync(meeting));

        bool IsSettled(ActionTarget target)
            => _ended.Contains(target.Name) || meeting.Absent.Contains(target.Name) || meeting.Arrived.Exists(arrived => arrived.Target.Name == target.Name);
    }

    private static async Task RunAsync(Meeting meeting)
    {
        try
        {
            meeting.Result.SetResult(await meeting.Run!(meeting.Arrived));
        }
        catch (OperationCanceledException e)
        {
            meeting.Result.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            meeting.Result.SetException(e);
        }
    }

    private sealed class Meeting
    {
        public List<BatchMember> Arrived { get; } = [];

        public HashSet<string> Absent { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource<IReadOnlyDictionary<string, StepEnd>> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<IReadOnlyList<BatchMember>, Task<IReadOnlyDictionary<string, StepEnd>>>? Run { get; set; }

        public bool HasBegun { get; set; }
    }
}

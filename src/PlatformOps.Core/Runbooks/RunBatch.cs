using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>The targets that are worked on side by side, and the steps where they meet.</summary>
internal sealed class RunBatch(int number, int targets)
{
    private readonly object _counting = new();
    private readonly Dictionary<string, BatchBarrier<StepEnd>> _barriers = new(StringComparer.Ordinal);
    private int _left;

    public int Number { get; } = number;

    /// <summary>The meeting for a step of batch scope.</summary>
    public BatchBarrier<StepEnd> Barrier(string key)
    {
        lock (_counting)
        {
            if (!_barriers.TryGetValue(key, out var barrier))
                barrier = _barriers[key] = new BatchBarrier<StepEnd>(targets - _left);
            return barrier;
        }
    }

    /// <summary>A target will not come to any meeting that it has not been to.</summary>
    /// <param name="been">The meetings it has been to.</param>
    public void Leave(IReadOnlySet<string> been)
    {
        lock (_counting)
        {
            _left++;
            foreach (var (key, barrier) in _barriers)
            {
                if (!been.Contains(key))
                    barrier.Leave();
            }
        }
    }
}

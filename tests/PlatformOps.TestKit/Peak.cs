namespace PlatformOps.TestKit;

/// <summary>How many are in a place at a time.</summary>
internal sealed class Peak
{
    private readonly object _lock = new();
    private int _now;

    /// <summary>The most that ever were.</summary>
    public int Most { get; private set; }

    /// <summary>Goes in; out with the end of it.</summary>
    public IDisposable Enter()
    {
        lock (_lock)
            Most = Math.Max(Most, ++_now);
        return new Visit(this);
    }

    private sealed class Visit(Peak peak) : IDisposable
    {
        public void Dispose()
        {
            lock (peak._lock)
                peak._now--;
        }
    }
}

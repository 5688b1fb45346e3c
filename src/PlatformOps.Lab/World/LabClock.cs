using System.Diagnostics;

namespace PlatformOps.Lab.World;

/// <summary>
/// The lab's time. What takes time (a boot, a package update, sleep) runs <see cref="Speed"/> times as fast as in reality;
/// time stamps on the wire stay wall-clock time, because clients compare them with their own clock.
/// <see cref="Advance"/> moves both.
/// </summary>
internal sealed class LabClock
{
    private readonly object _gate = new();
    private readonly TimeProvider _real;
    private long _since;
    private double _labSeconds;
    private double _advanced;
    private double _speed;
    private TaskCompletionSource _changed = New();

    public LabClock(TimeProvider real, double speed)
    {
        _real = real;
        _speed = speed;
        _since = real.GetTimestamp();
    }

    /// <summary>Wall-clock time plus what was advanced.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                return _real.GetUtcNow().AddSeconds(_advanced);
            }
        }
    }

    /// <summary>Lab seconds since the start.</summary>
    public double Seconds
    {
        get
        {
            lock (_gate)
            {
                return Settle();
            }
        }
    }

    public double Speed
    {
        get
        {
            lock (_gate)
            {
                return _speed;
            }
        }
        set
        {
            lock (_gate)
            {
                Settle();
                _speed = value;
                Changed();
            }
        }
    }

    public void Advance(double seconds)
    {
        lock (_gate)
        {
            Settle();
            _labSeconds += seconds;
            _advanced += seconds;
            Changed();
        }
    }

    /// <summary>Waits lab seconds; a change of the clock counts at once.</summary>
    public async Task DelayAsync(double labSeconds, CancellationToken cancellationToken)
    {
        var due = Seconds + labSeconds;
        while (true)
        {
            TimeSpan left;
            Task changed;
            lock (_gate)
            {
                var rest = due - Settle();
                if (rest <= 0)
                    return;
                left = TimeSpan.FromSeconds(Math.Min(rest / _speed, 3600)) + TimeSpan.FromMilliseconds(1);
                changed = _changed.Task;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Task.Delay(left, _real, stop.Token), changed);
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private double Settle()
    {
        Debug.Assert(Monitor.IsEntered(_gate), "the caller holds the gate");
        var now = _real.GetTimestamp();
        _labSeconds += _real.GetElapsedTime(_since, now).TotalSeconds * _speed;
        _since = now;
        return _labSeconds;
    }

    private void Changed()
    {
        var previous = _changed;
        _changed = New();
        previous.SetResult();
    }
}

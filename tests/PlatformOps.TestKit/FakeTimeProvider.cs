namespace PlatformOps.TestKit;

/// <summary>A clock that tests move: wall clock, timestamps and timers. Thread-safe; callbacks run outside its lock.</summary>
/// <remarks>Timers and timestamps follow <see cref="Advance"/> only; <see cref="Jump"/> moves the wall clock alone, as an administrator or NTP does.</remarks>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly object _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Seen)> _watchers = [];
    private DateTimeOffset _utcNow;
    private long _elapsedTicks;
    private long _sequence;
    private TimeSpan? _autoAdvance;

    /// <summary>Starts at <paramref name="start"/>, by default 2026-11-18 (a Wednesday) 12:00 UTC.</summary>
    public FakeTimeProvider(DateTimeOffset? start = null) => _utcNow = (start ?? new DateTimeOffset(2026, 11, 18, 12, 0, 0, TimeSpan.Zero)).ToUniversalTime();

    /// <summary>Timers due within this time of being set fire at once, and the clock moves there: a retry's or a poll's delay passes by itself, while a longer deadline stays pending. Null (the default) is off.</summary>
    public TimeSpan? AutoAdvance
    {
        get
        {
            lock (_lock)
                return _autoAdvance;
        }
        set
        {
            lock (_lock)
                _autoAdvance = value;
        }
    }

    /// <summary>How much has passed by advancing, without jumps.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
                return TimeSpan.FromTicks(_elapsedTicks);
        }
    }

    /// <summary>Timers that are set and not yet due.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _utcNow;
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock)
            return _elapsedTicks;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on by <paramref name="by"/>: every timer due on the way fires, in order, at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end;
        lock (_lock)
            end = _elapsedTicks + by.Ticks;
        AdvanceTo(end);
    }

    /// <summary>Moves on to the next pending timer and fires it; false where none is pending.</summary>
    public bool AdvanceToNextTimer()
    {
        long end;
        lock (_lock)
        {
            if (_timers.Count == 0)
                return false;
            end = Math.Max(_elapsedTicks, _timers.Min(timer => timer.DueTicks));
        }

        AdvanceTo(end);
        return true;
    }

    /// <summary>Sets the wall clock forward or back without passing any time: timers, timestamps and what counts on them stay.</summary>
    public void Jump(TimeSpan by)
    {
        lock (_lock)
            _utcNow += by;
    }

    /// <summary>Completes once at least <paramref name="count"/> timers are pending: what the code under test waits for has been set. Fails when they are not.</summary>
    public async Task WhenTimersPendingAsync(int count = 1)
    {
        TaskCompletionSource seen;
        lock (_lock)
        {
            if (_timers.Count >= count)
                return;
            seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((count, seen));
        }

        await seen.Task.WaitAsync(Patience.Long);
    }

    private void AdvanceTo(long end)
    {
        while (true)
        {
            FakeTimer? due;
            lock (_lock)
            {
                due = _timers.Where(timer => timer.DueTicks <= end).OrderBy(timer => timer.DueTicks).ThenBy(timer => timer.Order).FirstOrDefault();
                var to = Math.Max(_elapsedTicks, due?.DueTicks ?? end);
                _utcNow += TimeSpan.FromTicks(to - _elapsedTicks);
                _elapsedTicks = to;
                if (due is null)
                    return;
                if (due.PeriodTicks > 0)
                    due.DueTicks += due.PeriodTicks;
                else
                    _timers.Remove(due);
            }

            due.Fire();
        }
    }

    private bool Set(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        var fireAt = -1L;
        List<TaskCompletionSource> seen = [];
        lock (_lock)
        {
            _timers.Remove(timer);
            if (timer.IsDisposed)
                return false;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.DueTicks = _elapsedTicks + dueTime.Ticks;
                timer.PeriodTicks = period > TimeSpan.Zero ? period.Ticks : 0;
                timer.Order = ++_sequence;
                _timers.Add(timer);
                if (dueTime == TimeSpan.Zero || dueTime <= _autoAdvance)
                    fireAt = timer.DueTicks;
                for (var i = _watchers.Count - 1; i >= 0; i--)
                {
                    if (_watchers[i].Count > _timers.Count)
                        continue;
                    seen.Add(_watchers[i].Seen);
                    _watchers.RemoveAt(i);
                }
            }
        }

        seen.ForEach(watcher => watcher.TrySetResult());
        if (fireAt >= 0)
            ThreadPool.QueueUserWorkItem(_ => AdvanceTo(fireAt));
        return true;
    }

    private void Remove(FakeTimer timer)
    {
        lock (_lock)
        {
            timer.IsDisposed = true;
            _timers.Remove(timer);
        }
    }

    private sealed class FakeTimer(FakeTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public long DueTicks { get; set; }

        public long PeriodTicks { get; set; }

        public long Order { get; set; }

        public bool IsDisposed { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => clock.Set(this, dueTime, period);

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

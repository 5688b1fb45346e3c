namespace PlatformOps.TestKit;

/// <summary>The real time, in which nobody waits long between two looks: short timers are twenty times as fast. Deadlines keep their length.</summary>
internal sealed class HastyTimeProvider : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime <= LongestWait ? dueTime / 20 : dueTime, period);
}

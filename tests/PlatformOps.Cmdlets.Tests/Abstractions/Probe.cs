namespace PlatformOps.Cmdlets.Tests.Abstractions;

/// <summary>What a test and the cmdlets it runs share.</summary>
public sealed class Probe
{
    private int _running;
    private int _most;
    private int _started;
    private int _ended;

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Running => Volatile.Read(ref _running);

    public int Most => Volatile.Read(ref _most);

    public int Started => Volatile.Read(ref _started);

    public int Ended => Volatile.Read(ref _ended);

    public void Begin()
    {
        Interlocked.Increment(ref _started);
        var now = Interlocked.Increment(ref _running);
        int most;
        while (now > (most = Volatile.Read(ref _most)) && Interlocked.CompareExchange(ref _most, now, most) != most)
        {
        }
    }

    public void End()
    {
        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _ended);
    }
}

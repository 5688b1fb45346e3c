namespace PlatformOps.Core.Tests.Simulation;

/// <summary>Moves a fake clock on whenever nothing happens: hours pass in the time that the calls take.</summary>
/// <remarks>With nothing on its way it goes to the next timer. With a call on its way the lab may be busy, or may wait for its clock: time passes in growing steps, so that only who is slow for long meets a deadline.</remarks>
internal sealed class Pulse : IAsyncDisposable
{
    private const int QuietLooks = 2;
    private const int QuietLooksUnderWay = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FirstStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _beating;
    private int _begun;
    private int _ended;

    public Pulse(FakeTimeProvider time)
    {
        _time = time;
        _beating = Task.Run(BeatAsync);
    }

    /// <summary>A call goes out.</summary>
    public void Began() => Interlocked.Increment(ref _begun);

    /// <summary>It is answered, or not.</summary>
    public void Ended() => Interlocked.Increment(ref _ended);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _beating;
        _end.Dispose();
    }

    private async Task BeatAsync()
    {
        var (last, quiet, step) = (default((int Begun, int Ended)), 0, FirstStep);
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Look, CancellationToken.None);
            (int Begun, int Ended) now = (Volatile.Read(ref _begun), Volatile.Read(ref _ended));
            if (now != last)
                (last, quiet, step) = (now, 0, FirstStep);
            var isUnderWay = now.Begun != now.Ended;
            if (++quiet < (isUnderWay ? QuietLooksUnderWay : QuietLooks))
                continue;
            quiet = 0;
            if (!isUnderWay)
            {
                _time.AdvanceToNextTimer();
                continue;
            }

            _time.Advance(step);
            step = step < LongestStep ? step * 2 : LongestStep;
        }
    }
}

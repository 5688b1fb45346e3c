namespace PlatformOps.TestKit;

/// <summary>Where so many flows of control meet: each goes on when all have come, so that they are known to be side by side.</summary>
internal sealed class Rendezvous(int count)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = count;

    /// <summary>Fails when somebody does not come.</summary>
    public Task ArriveAsync()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
            _all.SetResult();
        return _all.Task.WaitAsync(Patience.Long);
    }
}

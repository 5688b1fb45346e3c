namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Something to be done on the pipeline thread, which an async body awaits.</summary>
internal abstract class PipelineWork
{
    /// <summary>Does it, and lets the body go on.</summary>
    /// <exception cref="Exception">The pipeline ends here: whatever PowerShell threw at a write.</exception>
    public abstract void Run();

    /// <summary>Lets the body go on with an <see cref="OperationCanceledException"/>: the pipeline takes nothing more.</summary>
    public abstract void Cancel();
}

/// <inheritdoc cref="PipelineWork"/>
internal sealed class PipelineWork<T>(Func<T> action, bool faultsBody) : PipelineWork
{
    // Continuations elsewhere: the pipeline thread must stay the pipeline's.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    public override void Run()
    {
        T result;
        try
        {
            result = action();
        }
        catch (Exception e) when (faultsBody && !PipelineStop.Is(e))
        {
            _done.SetException(e);
            return;
        }
        _done.SetResult(result);
    }

    public override void Cancel() => _done.TrySetCanceled(CancellationToken.None);
}

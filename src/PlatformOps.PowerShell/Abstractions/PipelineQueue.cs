using System.Diagnostics.CodeAnalysis;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>What async bodies ask of the pipeline thread, in the order they asked. The pipeline thread takes from it and waits on it; nobody else does.</summary>
internal sealed class PipelineQueue
{
    private readonly Queue<PipelineWork> _work = new();
    private bool _woken;
    private bool _closed;

    /// <summary>Hands work to the pipeline thread; cancelled at once where that no longer takes any.</summary>
    public void Post(PipelineWork work)
    {
        lock (_work)
        {
            if (!_closed)
            {
                _work.Enqueue(work);
                _woken = true;
                Monitor.Pulse(_work);
                return;
            }
        }
        work.Cancel();
    }

    /// <summary>Takes the next piece of work, if there is one.</summary>
    public bool TryTake([MaybeNullWhen(false)] out PipelineWork work)
    {
        lock (_work)
            return _work.TryDequeue(out work);
    }

    /// <summary>Ends a wait: something that the pipeline thread looks at has changed.</summary>
    public void Wake()
    {
        lock (_work)
        {
            _woken = true;
            Monitor.Pulse(_work);
        }
    }

    /// <summary>Blocks until there is work, somebody woke it, or the time is over.</summary>
    public void Wait(TimeSpan timeout)
    {
        lock (_work)
        {
            if (!_woken)
                Monitor.Wait(_work, timeout);
            _woken = false;
        }
    }

    /// <summary>Cancels what is there and whatever comes.</summary>
    public void Close()
    {
        PipelineWork[] rest;
        lock (_work)
        {
            _closed = true;
            rest = [.. _work];
            _work.Clear();
        }
        foreach (var work in rest)
            work.Cancel();
    }
}

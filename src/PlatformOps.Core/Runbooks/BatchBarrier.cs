using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>Lets the targets of a batch meet at a step that runs once for all of them. Who failed before does not come; who is left runs it for all who did.</summary>
internal sealed class BatchBarrier<TResult>(int expected)
{
    private readonly object _meeting = new();
    private readonly List<ActionTarget> _arrived = [];
    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<IReadOnlyList<ActionTarget>, Task<TResult>>? _run;
    private int _expected = expected;
    private bool _began;

    /// <summary>Waits for the others; the last to come makes it run.</summary>
    public Task<TResult> ArriveAsync(ActionTarget target, Func<IReadOnlyList<ActionTarget>, Task<TResult>> run)
    {
        lock (_meeting)
        {
            _arrived.Add(target);
            _run ??= run;
        }

        BeginIfComplete();
        return _result.Task;
    }

    /// <summary>A target will not come.</summary>
    public void Leave()
    {
        lock (_meeting)
            _expected--;
        BeginIfComplete();
    }

    private void BeginIfComplete()
    {
        lock (_meeting)
        {
            if (_began || _run is null || _arrived.Count < _expected)
                return;
            _began = true;
        }

        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        try
        {
            _result.SetResult(await _run!(_arrived));
        }
        catch (OperationCanceledException e)
        {
            _result.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            _result.SetException(e);
        }
    }
}

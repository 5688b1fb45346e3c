using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Whether a run was asked to stop, by whoever shares the ledger.</summary>
internal sealed class StopWatcher(RunStore store, string runId)
{
    // Of real time, whatever clock the run has: a person waits for it.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>What it was asked, as far as it was seen.</summary>
    public RunStopMode? Seen { get; private set; }

    /// <summary>Asked to stop after the step that is under way.</summary>
    public async Task<bool> StopsAfterStepAsync(CancellationToken cancellationToken) => await LookAsync(cancellationToken) is RunStopMode.AfterStep or RunStopMode.Now;

    /// <summary>What it is asked now.</summary>
    public async Task<RunStopMode?> LookAsync(CancellationToken cancellationToken)
    {
        // It can be asked nothing more.
        if (Seen == RunStopMode.Now)
            return Seen;
        try
        {
            await store.Ledger.AskOnceAsync(() => Seen = store.StopRequest(runId) ?? Seen, cancellationToken);
        }
        catch (LedgerException e) when (store.Ledger.IsAway(e))
        {
            // It is looked again, and nothing is begun while it is away.
        }

        return Seen;
    }

    /// <summary>Works, and gives up what is under way where it is asked to stop now.</summary>
    /// <returns>Whether the work came to its end.</returns>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(stopping);
        try
        {
            await work(stopping.Token);
            return true;
        }
        catch (OperationCanceledException) when (Seen == RunStopMode.Now && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await stopping.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchAsync(CancellationTokenSource stopping)
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (await timer.WaitForNextTickAsync(stopping.Token))
        {
            if (await LookAsync(stopping.Token) == RunStopMode.Now)
                await stopping.CancelAsync();
        }
    }
}

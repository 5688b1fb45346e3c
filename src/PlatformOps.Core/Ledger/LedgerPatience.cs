using PlatformOps.Core.Logging;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>Waits for a ledger that is away for a while: a run in the middle of its work goes on when it is back.</summary>
internal static class LedgerPatience
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>Tells whoever waits here that it is the ledger, once for each time that it is away.</summary>
    /// <param name="isTold">It was told already.</param>
    /// <param name="patience">How long it is waited for.</param>
    public static void Tell(bool isTold, TimeSpan patience)
    {
        if (!isTold)
            AmbientNotice.Current?.Invoke("ledger", $"The shared ledger does not answer and is waited for, at most {patience.TotalMinutes:0.#} min: nothing is begun that cannot be written down.");
    }

    /// <summary>Asks the ledger something, again and again while it is away.</summary>
    /// <returns>Whether it was: what was seen before is old by now.</returns>
    /// <exception cref="LedgerException">It failed, or was away for longer than its patience.</exception>
    public static async Task<bool> AskAsync(this ILedgerStore store, Action ask, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var waited = false; ; waited = true)
        {
            try
            {
                await store.AskOnceAsync(ask, cancellationToken);
                return waited;
            }
            catch (LedgerException e) when (store.IsAway(e) && time.GetElapsedTime(began) < store.Patience)
            {
                Tell(waited, store.Patience);
                await Task.Delay(AskEvery, time, cancellationToken);
            }
        }
    }

    /// <summary>Asks the ledger something. One that several machines share may give no answer: that keeps nobody who gives up.</summary>
    public static Task AskOnceAsync(this ILedgerStore store, Action ask, CancellationToken cancellationToken)
    {
        if (store.Patience > TimeSpan.Zero)
            return Task.Run(ask, CancellationToken.None).WaitAsync(cancellationToken);
        ask();
        return Task.CompletedTask;
    }
}

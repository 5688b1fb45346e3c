using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>A run that this process works on: its journal, what the journal tells, its locks and its folder.</summary>
/// <param name="cancellationToken">Gives the run up: nobody waits any longer for a ledger that is away.</param>
internal sealed class RunLedger(Journal journal, RunHistory history, string runId, string folder, ILedgerStore store, LockOwner owner, JournalRedaction redaction, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly IDisposable _working = journal.GiveUpWith(cancellationToken);
    private static readonly TimeSpan LockPollEvery = TimeSpan.FromMilliseconds(250);

    private readonly object _applying = new();

    public string RunId { get; } = runId;

    /// <summary>Holds the journal, the log and the stop request.</summary>
    public string Folder { get; } = folder;

    /// <summary>What the run is.</summary>
    public RunStarted Started => history.Started!;

    public Journal Journal { get; } = journal;

    /// <summary>Throws where no further effect may be begun, for a reason that only the run knows.</summary>
    public Action? BeforeEffect { get; set; }

    public StepHistory? Find(StepKey key)
    {
        lock (_applying)
            return history.Target(key.Target).Find(key);
    }

    /// <summary>Reads what the journal tells; targets write to it in parallel.</summary>
    public T Read<T>(Func<RunHistory, T> read)
    {
        lock (_applying)
            return read(history);
    }

    /// <inheritdoc cref="Journal.WriteDurablyAsync"/>
    /// <exception cref="RefusedException">It is an intent that holds a secret, or one of the locks was lost.</exception>
    public async Task WriteDurablyAsync(JournalEntry entry, IReadOnlyList<TargetLock>? locks = null)
    {
        if (entry is Intent)
            BeforeEffect?.Invoke();
        entry = redaction.Clean(entry);
        await Journal.WriteDurablyAsync(entry, locks);
        Apply(entry);
    }

    /// <inheritdoc cref="Journal.WriteAsync"/>
    public async Task WriteAsync(JournalEntry entry)
    {
        entry = redaction.Clean(entry);
        await Journal.WriteAsync(entry);
        Apply(entry);
    }

    /// <inheritdoc cref="ILedgerStore.TakeLockAsync"/>
    /// <param name="target">What the run calls it, where the lock is a target's.</param>
    public Task<TargetLock> LockAsync(string key, CancellationToken cancellationToken, string target = "") => store.TakeLockAsync(key, owner with { Target = target }, cancellationToken);

    /// <summary>Takes a lock that others hold for a while only.</summary>
    /// <exception cref="TargetLockedException">It did not become free in that time.</exception>
    public async Task<TargetLock> WaitForLockAsync(string key, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await LockAsync(key, cancellationToken);
            }
            catch (TargetLockedException) when (time.GetElapsedTime(began) < patience)
            {
                await Task.Delay(LockPollEvery, time, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="LedgerPatience.AskAsync"/>
    public Task<bool> AskAsync(Action ask, TimeProvider time, CancellationToken cancellationToken) => store.AskAsync(ask, time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        _working.Dispose();
    }

    private void Apply(JournalEntry entry)
    {
        lock (_applying)
            history.Apply(entry);
    }
}

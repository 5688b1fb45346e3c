using System.Threading.Channels;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>A run's journal, held exclusively by this process. One writer; records that come together share one flush.</summary>
internal sealed class Journal : IAsyncDisposable
{
    private readonly IHeldJournal _held;
    private readonly TimeProvider _time;
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<CancellationToken> _workers = [];
    private CancellationTokenSource _stopWaiting = new();
    private readonly Task _writing;
    private LedgerException? _broken;

    private Journal(IHeldJournal held, string place, TimeProvider time, JournalContent content)
    {
        _held = held;
        _time = time;
        Place = place;
        Entries = content.Entries;
        TornBytes = content.TornBytes;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>What it is called in errors.</summary>
    public string Place { get; }

    /// <summary>What was in it when it was opened.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>How much of a record torn by a crash was cut off when it was opened.</summary>
    public long TornBytes { get; }

    /// <summary>Something could not be written: it takes nothing more.</summary>
    public bool IsBroken => _broken is not null;

    /// <inheritdoc cref="ILedgerStore.TryTakeJournalAsync"/>
    public static async Task<Journal?> TryTakeAsync(ILedgerStore store, string runId, string person, TimeProvider time)
    {
        if (await store.TryTakeJournalAsync(runId, person) is not { } held)
            return null;
        try
        {
            var content = JournalFormat.Decode(held.ReadAll(), store.JournalPlace(runId));
            if (content.TornBytes > 0)
                held.Truncate(content.WholeLength);
            return new Journal(held, store.JournalPlace(runId), time, content);
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the record is on the disk.</summary>
    /// <param name="locks">What must still be held as it is written.</param>
    /// <exception cref="RefusedException">One of those is not: the record was not written.</exception>
    /// <exception cref="LedgerException">It is not; nothing may be changed any more in this run.</exception>
    public Task WriteDurablyAsync(JournalEntry entry, IReadOnlyList<TargetLock>? locks = null) => EnqueueAsync(entry, durable: true, locks ?? []);

    /// <summary>Returns when the record is written; the next durable one takes it to the disk.</summary>
    public Task WriteAsync(JournalEntry entry) => EnqueueAsync(entry, durable: false, []);

    /// <summary>Somebody works with it, until what is returned is disposed of. Once that one gives up, nobody waits any longer for a store that is away: what cannot be written at once fails.</summary>
    public IDisposable GiveUpWith(CancellationToken cancellationToken)
    {
        lock (_workers)
            _workers.Add(cancellationToken);
        return new Worker(this, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _writing;
        await _held.DisposeAsync();
    }

    private CancellationTokenSource StopWaiting
    {
        get
        {
            lock (_workers)
                return _stopWaiting;
        }
    }

    // Whoever works on is as patient as before.
    private void Leave(CancellationToken cancellationToken)
    {
        lock (_workers)
        {
            _workers.Remove(cancellationToken);
            if (_stopWaiting.IsCancellationRequested && !_workers.Exists(worker => worker.IsCancellationRequested))
                _stopWaiting = new CancellationTokenSource();
        }
    }

    private Task EnqueueAsync(JournalEntry entry, bool durable, IReadOnlyList<TargetLock> locks)
    {
        var pending = new Pending(JournalFormat.Encode(entry with { At = _time.GetUtcNow() }), durable, locks, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _pending.Writer.TryWrite(pending) ? pending.Done.Task : Task.FromException(new LedgerException($"The journal {Place} is closed."));
    }

    private async Task WriteAsync()
    {
        var batch = new List<Pending>();
        while (await _pending.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (_pending.Reader.TryRead(out var pending))
                batch.Add(pending);
            await WriteAsync(batch);
        }
    }

    private async Task WriteAsync(List<Pending> batch)
    {
        // After a failed write or flush nobody knows what is on the disk: nothing more is taken.
        while (_broken is null && batch.Count > 0)
        {
            try
            {
                var lost = await _held.AppendAsync([.. batch.Select(pending => pending.Record)], [.. batch.SelectMany(pending => pending.Locks).Distinct()], batch.Exists(pending => pending.Durable), StopWaiting.Token);
                if (lost is null)
                {
                    batch.ForEach(pending => pending.Done.SetResult());
                    return;
                }

                // The others have theirs.
                foreach (var pending in batch.Where(pending => pending.Locks.Contains(lost)))
                    pending.Done.SetException(lost.Lost());
                batch.RemoveAll(pending => pending.Locks.Contains(lost));
            }
            catch (Exception e)
            {
                // Whatever it was: whoever waits, and whoever comes, is told.
                _broken = e as LedgerException ?? new LedgerException($"The journal {Place} could not be written: {e.GetType().Name}: {e.Message}", e) { TargetName = Place };
            }
        }

        batch.ForEach(pending => pending.Done.SetException(_broken!));
    }

    private sealed class Worker(Journal journal, CancellationToken cancellationToken) : IDisposable
    {
        private readonly CancellationTokenRegistration _givingUp = cancellationToken.Register(() => journal.StopWaiting.Cancel());

        public void Dispose()
        {
            _givingUp.Dispose();
            journal.Leave(cancellationToken);
        }
    }

    private sealed record Pending(byte[] Record, bool Durable, IReadOnlyList<TargetLock> Locks, TaskCompletionSource Done);
}

using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Ledger;

/// <summary>A shared ledger that cannot be reached while it is told so.</summary>
internal sealed class AwayStore(ILedgerStore inner) : ILedgerStore
{
    private int _awayForWrites;

    /// <summary>So many of the next tries to write a journal find it away.</summary>
    public int AwayForWrites
    {
        get => Volatile.Read(ref _awayForWrites);
        set => Volatile.Write(ref _awayForWrites, value);
    }

    /// <summary>Before a journal is written; may throw.</summary>
    public Action? OnAppend { get; set; }

    /// <summary>Before the length of a journal is asked for, by its run, or a text, by its name; may throw.</summary>
    public Action<string>? OnAsk { get; set; }

    /// <summary>What it says while it cannot be reached.</summary>
    public static LedgerException Away => new("away");

    public string Place => inner.Place;

    public TimeSpan Patience => TimeSpan.FromHours(1);

    public Task PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

    public bool IsAway(LedgerException error) => error.Message == "away";

    public IReadOnlyList<string> Runs() => inner.Runs();

    public async Task<IHeldJournal?> TryTakeJournalAsync(string runId, string person) => await inner.TryTakeJournalAsync(runId, person) is { } held ? new Held(this, held) : null;

    public bool IsJournalHeld(string runId) => inner.IsJournalHeld(runId);

    public byte[]? ReadJournal(string runId) => inner.ReadJournal(runId);

    public long? JournalLength(string runId)
    {
        OnAsk?.Invoke(runId);
        return inner.JournalLength(runId);
    }

    public string JournalPlace(string runId) => inner.JournalPlace(runId);

    public Task<TargetLock> TakeLockAsync(string key, LockOwner owner, CancellationToken cancellationToken) => inner.TakeLockAsync(key, owner, cancellationToken);

    public bool IsLockHeld(string key) => inner.IsLockHeld(key);

    public byte[]? ReadText(string name)
    {
        OnAsk?.Invoke(name);
        return inner.ReadText(name);
    }

    public void ReplaceText(string name, ReadOnlySpan<byte> content) => inner.ReplaceText(name, content);

    public void RemoveText(string name) => inner.RemoveText(name);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Held(AwayStore store, IHeldJournal inner) : IHeldJournal
    {
        public byte[] ReadAll() => inner.ReadAll();

        public void Truncate(long length) => inner.Truncate(length);

        public async Task<TargetLock?> AppendAsync(IReadOnlyList<byte[]> records, IReadOnlyList<TargetLock> locks, bool durable, CancellationToken stopWaiting)
        {
            store.OnAppend?.Invoke();
            // As a database is asked: again and again, until nobody waits any longer.
            while (store.AwayForWrites > 0)
            {
                if (stopWaiting.IsCancellationRequested)
                    throw Away;
                store.AwayForWrites--;
                await Task.Delay(5, CancellationToken.None);
            }

            return await inner.AppendAsync(records, locks, durable, stopWaiting);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

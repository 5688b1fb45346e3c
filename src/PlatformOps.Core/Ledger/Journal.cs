using System.Threading.Channels;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>A run's journal, held exclusively by this process. One writer; records that come together share one flush.</summary>
internal sealed class Journal : IAsyncDisposable
{
    private static readonly TimeSpan LookTakes = TimeSpan.FromMilliseconds(50);

    private readonly ILedgerFile _file;
    private readonly IDisposable _lock;
    private readonly TimeProvider _time;
    private readonly Channel<Pending> _pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private LedgerException? _broken;
    private int _flushes;

    private Journal(ILedgerFile file, IDisposable heldLock, string path, TimeProvider time, IReadOnlyList<JournalEntry> entries, long tornBytes)
    {
        _file = file;
        _lock = heldLock;
        _time = time;
        Path = path;
        Entries = entries;
        TornBytes = tornBytes;
        _writing = Task.Run(WriteAsync);
    }

    public string Path { get; }

    /// <summary>What was in it when it was opened.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>How much of a record torn by a crash was cut off when it was opened.</summary>
    public long TornBytes { get; }

    /// <summary>How many times it went to the disk: the tests count them.</summary>
    public int Flushes => _flushes;

    /// <returns>Null where another process holds it.</returns>
    public static async Task<Journal?> TryOpenAsync(LedgerFiles files, string path, TimeProvider time)
    {
        var held = files.TryLock(LockPath(path));
        // Somebody who only looks (IsHeld) has the lock for a moment.
        for (var tries = 0; held is null && tries < 3; tries++)
        {
            await Task.Delay(LookTakes);
            held = files.TryLock(LockPath(path));
        }

        if (held is null)
            return null;
        ILedgerFile? file = null;
        try
        {
            file = files.Open(path);
            var content = JournalFormat.Decode(file.ReadAll(), path);
            if (content.TornBytes > 0)
                file.Truncate(content.WholeLength);
            return new Journal(file, held, path, time, content.Entries, content.TornBytes);
        }
        catch (Exception e)
        {
            file?.Dispose();
            held.Dispose();
            if (e is IOException)
                throw LedgerFiles.Fault(path, e);
            throw;
        }
    }

    /// <summary>Whether a living process works on the journal.</summary>
    public static bool IsHeld(LedgerFiles files, string path) => files.IsLocked(LockPath(path));

    /// <summary>Returns when the record is on the disk.</summary>
    /// <exception cref="LedgerException">It is not; nothing may be changed any more in this run.</exception>
    public Task WriteDurablyAsync(JournalEntry entry) => EnqueueAsync(entry, durable: true);

    /// <summary>Returns when the record is written; the next durable one takes it to the disk.</summary>
    public Task WriteAsync(JournalEntry entry) => EnqueueAsync(entry, durable: false);

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _writing;
        _file.Dispose();
        _lock.Dispose();
    }

    private static string LockPath(string path) => path + ".lock";

    private Task EnqueueAsync(JournalEntry entry, bool durable)
    {
        var pending = new Pending(JournalFormat.Encode(entry with { At = _time.GetUtcNow() }), durable, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _pending.Writer.TryWrite(pending) ? pending.Done.Task : Task.FromException(new LedgerException($"The journal {Path} is closed."));
    }

    private async Task WriteAsync()
    {
        var batch = new List<Pending>();
        while (await _pending.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (_pending.Reader.TryRead(out var pending))
                batch.Add(pending);
            Write(batch);
        }
    }

    private void Write(List<Pending> batch)
    {
        try
        {
            // After a failed write or flush nobody knows what is on the disk: nothing more is taken.
            if (_broken is null)
            {
                foreach (var pending in batch)
                    _file.Append(pending.Record);
                if (batch.Exists(pending => pending.Durable))
                {
                    _file.Flush();
                    _flushes++;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LedgerException)
        {
            _broken = LedgerFiles.Fault(Path, e);
        }

        foreach (var pending in batch)
        {
            if (_broken is null)
                pending.Done.SetResult();
            else
                pending.Done.SetException(_broken);
        }
    }

    private sealed record Pending(byte[] Record, bool Durable, TaskCompletionSource Done);
}

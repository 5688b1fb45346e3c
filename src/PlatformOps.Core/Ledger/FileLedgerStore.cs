using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>The ledger in the files of a state folder. What is held is held by the kernel, and free when the process dies: no expiry and no clock.</summary>
internal sealed class FileLedgerStore(LedgerFiles files, string stateFolder, TimeProvider time) : ILedgerStore
{
    private const string JournalName = "journal";

    private readonly string _runs = Path.Combine(stateFolder, "runs");
    private readonly TargetLocks _locks = new(files, Path.Combine(stateFolder, "locks"), time);

    public string Place => stateFolder;

    public TimeSpan Patience => TimeSpan.Zero;

    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A disk that failed is not asked again.
    public bool IsAway(LedgerException error) => false;

    public IReadOnlyList<string> Runs() => files.Folders(_runs);

    public async Task<IHeldJournal?> TryTakeJournalAsync(string runId, string person)
    {
        var path = JournalPlace(runId);
        files.CreateFolder(stateFolder);
        files.CreateFolder(_runs);
        files.CreateFolder(Path.GetDirectoryName(path)!);
        var held = await files.LockAsync(LockPath(runId), time, CancellationToken.None);
        if (held is null)
            return null;
        try
        {
            return new HeldFile(files.Open(path), held, path);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public bool IsJournalHeld(string runId) => files.IsLocked(LockPath(runId));

    public byte[]? ReadJournal(string runId) => files.TryRead(JournalPlace(runId));

    public long? JournalLength(string runId) => files.Length(JournalPlace(runId));

    public string JournalPlace(string runId) => Path.Combine(_runs, runId, JournalName);

    public Task<TargetLock> TakeLockAsync(string key, LockOwner owner, CancellationToken cancellationToken) => _locks.TakeAsync(key, owner, cancellationToken);

    public bool IsLockHeld(string key) => _locks.IsHeld(key);

    public byte[]? ReadText(string name) => files.TryRead(PathOf(name));

    public void ReplaceText(string name, ReadOnlySpan<byte> content)
    {
        var folder = stateFolder;
        files.CreateFolder(folder);
        foreach (var part in name.Split('/')[..^1])
            files.CreateFolder(folder = Path.Combine(folder, part));
        files.Replace(PathOf(name), content);
    }

    public void RemoveText(string name)
    {
        if (files.Exists(PathOf(name)))
            files.Delete(PathOf(name));
    }

    public ValueTask DisposeAsync() => default;

    private string PathOf(string name) => Path.Combine([stateFolder, .. name.Split('/')]);

    private string LockPath(string runId) => JournalPlace(runId) + ".lock";

    private sealed class HeldFile(ILedgerFile file, IDisposable held, string path) : IHeldJournal
    {
        public byte[] ReadAll() => Guarded(file.ReadAll);

        public void Truncate(long length) => Guarded(() =>
        {
            file.Truncate(length);
            return true;
        });

        // Nobody gets a lock that a living process has; one whose file was removed is seen here.
        public Task<TargetLock?> AppendAsync(IReadOnlyList<byte[]> records, IReadOnlyList<TargetLock> locks, bool durable, CancellationToken stopWaiting)
        {
            var lost = locks.FirstOrDefault(held => !held.IsStillHeld());
            if (lost is null)
            {
                Guarded(() =>
                {
                    foreach (var record in records)
                        file.Append(record);
                    if (durable)
                        file.Flush();
                    return true;
                });
            }

            return Task.FromResult(lost);
        }

        public ValueTask DisposeAsync()
        {
            file.Dispose();
            held.Dispose();
            return default;
        }

        private T Guarded<T>(Func<T> work)
        {
            try
            {
                return work();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw LedgerFiles.Fault(path, e);
            }
        }
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.PostgreSql;

/// <summary>The ledger in a PostgreSQL database that several machines share.</summary>
internal sealed class DatabaseLedger : ILedgerStore
{
    private readonly LedgerDatabase _database;
    private readonly LedgerLeases _leases;

    public DatabaseLedger(SharedLedgerOptions options)
    {
        _database = new LedgerDatabase(options);
        _leases = new LedgerLeases(_database);
    }

    public string Place => _database.Place;

    public TimeSpan Patience => _database.Options.Patience;

    public Task PrepareAsync(CancellationToken cancellationToken) => _database.OpenAsync(cancellationToken);

    public bool IsAway(LedgerException error) => LedgerDatabase.IsAway(error);

    public IReadOnlyList<string> Runs() => _database.Ask<IReadOnlyList<string>>(
        "select distinct run_id from platformops.journal",
        reader =>
        {
            var runs = new List<string>();
            while (reader.Read())
                runs.Add(reader.GetString(0));
            return runs;
        });

    public async Task<IHeldJournal?> TryTakeJournalAsync(string runId, string person)
    {
        try
        {
            var lease = await _leases.TakeAsync(KeyOf(runId), new LockOwner(runId, person, Environment.MachineName, Environment.ProcessId), CancellationToken.None);
            return new HeldDatabaseJournal(_database, _leases, lease, runId);
        }
        catch (TargetLockedException)
        {
            return null;
        }
    }

    public bool IsJournalHeld(string runId) => _leases.IsHeld(KeyOf(runId));

    public byte[]? ReadJournal(string runId) => _database.ReadJournal(runId);

    public long? JournalLength(string runId) => _database.Ask<long?>(LedgerDatabase.JournalEnd, reader => reader.Read() ? reader.GetInt64(0) : null, runId);

    public string JournalPlace(string runId) => $"of run {runId} in {Place}";

    public async Task<TargetLock> TakeLockAsync(string key, LockOwner owner, CancellationToken cancellationToken)
    {
        var lease = await _leases.TakeAsync(key, owner, cancellationToken);
        return new TargetLock(new GivenBack(() => _leases.GiveBack(lease, cancellationToken)), key, lease.Token, lease.Owner.Former, open => _leases.Keep(lease, open), () => _leases.IsStillHeld(lease));
    }

    public bool IsLockHeld(string key) => _leases.IsHeld(key);

    public byte[]? ReadText(string name) => _database.Ask("select content from platformops.text where name = $1", reader => reader.Read() ? reader.GetFieldValue<byte[]>(0) : null, name);

    public void ReplaceText(string name, ReadOnlySpan<byte> content)
        => _database.Tell("insert into platformops.text (name, content) values ($1, $2) on conflict (name) do update set content = excluded.content", name, content.ToArray());

    public void RemoveText(string name) => _database.Tell("delete from platformops.text where name = $1", name);

    public async ValueTask DisposeAsync()
    {
        await _leases.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static string KeyOf(string runId) => $"journal:{runId}";

    private sealed class GivenBack(Action giveBack) : IDisposable
    {
        public void Dispose() => giveBack();
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.PostgreSql;

/// <summary>A journal whose lease this process holds. Every write proves, in its own transaction, that the journal and the locks it is made under are still ours, and that the journal ends where we left it.</summary>
internal sealed class HeldDatabaseJournal(LedgerDatabase database, LedgerLeases leases, Lease lease, string runId) : IHeldJournal
{
    private long _length;
    private CancellationToken _stopWaiting;

    public byte[] ReadAll()
    {
        var content = database.ReadJournal(runId) ?? [];
        _length = content.Length;
        return content;
    }

    public void Truncate(long length)
    {
        database.Tell("delete from platformops.journal where run_id = $1 and at >= $2 and exists (select from platformops.lock where key = $3 and token = $4 and holder is not null)", runId, length, lease.Key, lease.Token);
        _length = length;
    }

    public async Task<TargetLock?> AppendAsync(IReadOnlyList<byte[]> records, IReadOnlyList<TargetLock> locks, bool durable, CancellationToken stopWaiting)
    {
        _stopWaiting = stopWaiting;
        var at = new long[records.Count];
        var end = _length;
        for (var i = 0; i < at.Length; i++)
        {
            at[i] = end;
            end += records[i].Length;
        }

        var lost = await database.TransactAsync(
            async connection =>
            {
                var held = await leases.RenewAsync(connection, [(lease.Key, lease.Token), .. locks.Select(held => (held.Key, held.Token))]);
                if (!held.Contains(lease.Key))
                    throw new LedgerException($"Run {runId} was taken by another process while this one was stopped or cut off: nothing more of this one is written. Get-OpsRun {runId} tells by whom.{leases.NotRenewed}") { TargetName = runId };
                await using var look = LedgerDatabase.Command(connection, LedgerDatabase.JournalEnd, runId);
                var found = await look.ExecuteScalarAsync() as long? ?? 0;
                // A standby that was promoted too early, or a restored backup: what was built on what it has forgotten is not written behind a gap.
                if (found != _length && found != end)
                    throw new LedgerException($"The database has forgotten the end of run {runId} (it ends at byte {found}, and {_length} were written): nothing more of it is written, and nothing further was changed. Resume-OpsRun {runId} goes by what is left and looks first; what was begun after that, only the services tell.") { TargetName = runId };
                // It was lost after a commit that was not heard of: what was written stands, and looking tells what became of it.
                if (locks.FirstOrDefault(fence => !held.Contains(fence.Key)) is { } lost)
                    return found == _length ? lost : throw new LedgerException($"The lock {lost.Key} was lost while the journal was being written; go on with the run (Resume-OpsRun {runId}): it looks first.") { TargetName = runId };
                // Those of a commit that was not heard of are there already.
                if (found == end)
                    return null;
                await using var append = LedgerDatabase.Command(connection, "insert into platformops.journal (run_id, at, record) select $1, * from unnest($2::bigint[], $3::bytea[])", runId, at, records.ToArray());
                await append.ExecuteNonQueryAsync();
                return null;
            },
            stopWaiting);
        if (lost is null)
            _length = end;
        return lost;
    }

    public ValueTask DisposeAsync()
    {
        leases.GiveBack(lease, _stopWaiting);
        return default;
    }
}

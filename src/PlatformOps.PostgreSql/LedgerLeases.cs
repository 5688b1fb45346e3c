using System.Text.Json;
using Npgsql;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.PostgreSql;

/// <summary>
/// Locks that expire by the server's clock unless they are renewed, and whose token grows with every owner. An owner who was stopped beyond
/// its lease keeps the lock where nobody took it, and where somebody did finds that its token is an old one: by that, nothing it writes is taken.
/// </summary>
internal sealed class LedgerLeases(LedgerDatabase database) : IAsyncDisposable
{
    // In the order of keys, so that two who renew several do not wait for each other.
    private const string Renew = """
        with mine as (select key from platformops.lock where holder is not null and (key, token) in (select * from unnest($1::text[], $2::bigint[])) order by key for update)
        update platformops.lock as held set expires = clock_timestamp() + $3::interval from mine where held.key = mine.key returning held.key
        """;

    private readonly HashSet<Lease> _held = [];
    private readonly CancellationTokenSource _ending = new();
    private Task? _renewing;
    private List<Lease> _givenBack = [];
    private ManualResetEventSlim _answered = new();
    private bool _isGivingBack;
    private volatile string? _notRenewed;

    /// <summary>Why what this process holds could not be renewed the last time; empty where it could.</summary>
    public string NotRenewed => _notRenewed is { } why ? $" Its lease could not be renewed: {why}" : "";

    /// <summary>Takes a lock.</summary>
    /// <exception cref="TargetLockedException">Another holds it.</exception>
    public async Task<Lease> TakeAsync(string key, LockOwner owner, CancellationToken cancellationToken)
    {
        // Where the commit was not heard of, what is found is our own.
        var holder = Guid.NewGuid();
        Lease lease;
        try
        {
            lease = await database.TransactAsync(connection => TakeAsync(connection, key, owner, holder), cancellationToken, late: late => GiveBack(late, cancellationToken));
        }
        catch (LedgerException e) when (LedgerDatabase.IsAway(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        if (cancellationToken.IsCancellationRequested)
        {
            GiveBack(lease, cancellationToken);
            throw new OperationCanceledException(cancellationToken);
        }

        lock (_held)
        {
            _held.Add(lease);
            _renewing ??= Task.Run(RenewAllAsync, CancellationToken.None);
        }

        return lease;
    }

    /// <summary>Whether somebody holds a lock.</summary>
    public bool IsHeld(string key)
        => database.Ask("select holder is not null and expires > clock_timestamp() from platformops.lock where key = $1", reader => reader.Read() && reader.GetBoolean(0), key);

    /// <summary>Whether a lock is still ours, and renews it.</summary>
    public bool IsStillHeld(Lease lease)
        => database.Ask(Renew, reader => reader.Read(), (string[])[lease.Key], (long[])[lease.Token], database.Options.Lease);

    /// <summary>Writes down what has to be known of those who had it before.</summary>
    public void Keep(Lease lease, IReadOnlyList<FormerWork> open)
        => database.Tell("update platformops.lock set owner = $3 where key = $1 and token = $2", lease.Key, lease.Token, JsonSerializer.Serialize(lease.Owner with { Former = [.. open] }));

    /// <summary>Gives a lock back; where the database is away it expires.</summary>
    /// <param name="giveUp">Who had it has given up: waits for no silent database.</param>
    public void GiveBack(Lease lease, CancellationToken giveUp)
    {
        ManualResetEventSlim answered;
        lock (_held)
        {
            _held.Remove(lease);
            _givenBack.Add(lease);
            answered = _answered;
            if (!_isGivingBack)
                _ = Task.Factory.StartNew(GiveBackAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _isGivingBack = true;
        }

        try
        {
            answered.Wait(giveUp);
        }
        catch (OperationCanceledException)
        {
            if (database.IsSilent || !answered.Wait(LedgerDatabase.Grace, CancellationToken.None))
                database.FallSilent();
        }
    }

    /// <summary>Renews locks within a transaction: nobody can take one before that has ended.</summary>
    /// <returns>The keys of those that are still ours.</returns>
    public async Task<HashSet<string>> RenewAsync(NpgsqlConnection connection, IReadOnlyCollection<(string Key, long Token)> locks)
    {
        await using var renew = LedgerDatabase.Command(connection, Renew, locks.Select(held => held.Key).ToArray(), locks.Select(held => held.Token).ToArray(), database.Options.Lease);
        await using var reader = await renew.ExecuteReaderAsync();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            keys.Add(reader.GetString(0));
        return keys;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_renewing is { } renewing)
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task<Lease> TakeAsync(NpgsqlConnection connection, string key, LockOwner owner, Guid holder)
    {
        await using (var make = LedgerDatabase.Command(connection, "insert into platformops.lock (key) values ($1) on conflict do nothing", key))
            await make.ExecuteNonQueryAsync();
        long token;
        LockOwner? last;
        DateTimeOffset now;
        await using (var look = LedgerDatabase.Command(connection, "select token, holder, expires > clock_timestamp(), owner, clock_timestamp() from platformops.lock where key = $1 for update", key))
        await using (var reader = await look.ExecuteReaderAsync())
        {
            await reader.ReadAsync();
            token = reader.GetInt64(0);
            last = reader.IsDBNull(3) ? null : JsonSerializer.Deserialize<LockOwner>(reader.GetString(3));
            now = new DateTimeOffset(reader.GetDateTime(4), TimeSpan.Zero);
            if (!reader.IsDBNull(1))
            {
                if (reader.GetGuid(1) == holder)
                    return new Lease(key, token, last!);
                if (reader.GetBoolean(2))
                    throw LockOwner.Refusal(key, last, $"one whose owner is gone is free after {database.Options.Lease.TotalSeconds:0.#} s");
            }
        }

        var next = owner.Following(last, key, token + 1, now);
        await using var take = LedgerDatabase.Command(connection, "update platformops.lock set token = $2, holder = $3, expires = clock_timestamp() + $4::interval, owner = $5 where key = $1", key, next.Token, holder, database.Options.Lease, JsonSerializer.Serialize(next));
        await take.ExecuteNonQueryAsync();
        return new Lease(key, next.Token, next);
    }

    private void GiveBackAll()
    {
        while (true)
        {
            List<Lease> leases;
            ManualResetEventSlim answered;
            lock (_held)
            {
                _isGivingBack = _givenBack.Count > 0;
                if (!_isGivingBack)
                    return;
                (leases, _givenBack) = (_givenBack, []);
                (answered, _answered) = (_answered, new ManualResetEventSlim());
            }

            try
            {
                database.Tell(
                    "update platformops.lock set holder = null, expires = null where (key, token) in (select * from unnest($1::text[], $2::bigint[]))",
                    leases.Select(lease => lease.Key).ToArray(),
                    leases.Select(lease => lease.Token).ToArray());
            }
            catch (Exception)
            {
                // Whatever it was: they expire.
            }
            finally
            {
                answered.Set();
            }
        }
    }

    private async Task RenewAllAsync()
    {
        using var timer = new PeriodicTimer(database.Options.Lease / 3, database.Options.Time);
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            List<(string, long)> held;
            lock (_held)
                held = [.. _held.Select(lease => (lease.Key, lease.Token))];
            if (held.Count == 0)
                continue;
            try
            {
                await database.TransactAsync(connection => RenewAsync(connection, held), _ending.Token);
                _notRenewed = null;
            }
            catch (Exception e) when (!_ending.IsCancellationRequested)
            {
                // Whatever it was: it is tried again. Whoever is to make an effect asks for it, and is told.
                _notRenewed = e is LedgerException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            }
        }
    }
}

/// <summary>A held lock.</summary>
internal sealed record Lease(string Key, long Token, LockOwner Owner);

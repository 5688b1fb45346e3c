using System.Diagnostics;
using System.Security.Authentication;
using Npgsql;
using PlatformOps.Core.Ledger;
using PlatformOps.Errors;

namespace PlatformOps.PostgreSql;

/// <summary>Connections to the database of the ledger, its tables, and its errors for people.</summary>
internal sealed class LedgerDatabase(SharedLedgerOptions options) : IAsyncDisposable
{
    /// <summary>How many bytes a journal has; no row where there is none.</summary>
    public const string JournalEnd = "select at + octet_length(record) from platformops.journal where run_id = $1 order by at desc limit 1";

    private const int TablesVersion = 1;
    private const int Seconds = 10;
    private const string NoAnswer = "it gives no answer";

    // idle_in_transaction_session_timeout: PostgreSQL's documentation, appendix A.
    private const string IdleInTransaction = "25P03";
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    // A journal's records lie at the byte where they begin, so that none can be written twice or by two.
    private const string Tables = """
        select pg_advisory_xact_lock(7234019283);
        create schema if not exists platformops;
        create table if not exists platformops.journal (run_id text not null, at bigint not null, record bytea not null, primary key (run_id, at));
        create table if not exists platformops.lock (key text primary key, token bigint not null default 0, holder uuid, expires timestamptz, owner text);
        create table if not exists platformops.text (name text primary key, content bytea not null);
        create table if not exists platformops.version (version int not null);
        insert into platformops.version select 1 where not exists (select from platformops.version);
        """;

    /// <summary>How long somebody who gives up waits for an answer that is on its way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(5);

    private NpgsqlDataSource? _source;
    private long _silentSince;

    public SharedLedgerOptions Options => options;

    /// <summary>Without what is secret.</summary>
    public string Place { get; } = $"postgresql {options.UserName}@{options.Host}:{options.Port}/{options.Database}";

    /// <summary>Whether it has just left somebody without an answer. Of real time, whatever clock the session has: people wait for it.</summary>
    public bool IsSilent => Volatile.Read(ref _silentSince) is var since and not 0 && Stopwatch.GetElapsedTime(since) < SilentFor;

    private NpgsqlDataSource Source => _source ?? throw new LedgerException($"The run ledger {Place} was not opened.") { TargetName = Place };

    public void FallSilent() => Volatile.Write(ref _silentSince, Stopwatch.GetTimestamp());

    /// <summary>Connects, and makes the tables where they are missing.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_source is not null)
            return;
        var isSocket = options.Host.StartsWith('/');
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.UserName,
            Password = options.Password is null ? null : await options.Password(cancellationToken),
            // Nothing goes over a network in the clear, or to somebody else.
            SslMode = isSocket ? SslMode.Disable : SslMode.VerifyFull,
            RootCertificate = isSocket ? null : options.CaFile,
            // Who is stopped in the middle of a transaction must not keep what it has locked from whoever takes over.
            // Records, tokens of locks and the kill switch are on the disk when they are told of, whatever the server is set to.
            Options = $"-c idle_in_transaction_session_timeout={options.Lease.TotalMilliseconds:0} -c synchronous_commit=on",
            GssEncryptionMode = GssEncryptionMode.Disable,
            ApplicationName = "PlatformOps",
            Timeout = Seconds,
            CommandTimeout = Seconds,
        };
        if (connection.RootCertificate is { } authorities && !File.Exists(authorities))
            throw NotOpened($"postgres.ca-file {authorities} is not there", "Put the certificate of the authority that issued the server's there (PEM), or mend the path.", null);
        var source = NpgsqlDataSource.Create(connection);
        try
        {
            await MakeTablesAsync(source, cancellationToken);
        }
        catch (Exception e) when (IsDatabases(e))
        {
            await source.DisposeAsync();
            throw NotOpened(e);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }

        _source = source;
    }

    /// <summary>One statement, which does no harm where it is made twice. A server that has just left another without an answer is not asked.</summary>
    public T Ask<T>(string sql, Func<NpgsqlDataReader, T> read, params ReadOnlySpan<object> values)
    {
        if (IsSilent)
            throw Fault(new TimeoutException(NoAnswer));
        try
        {
            try
            {
                return Once(values);
            }
            catch (NpgsqlException e) when (e.IsTransient && !IsNoAnswer(e))
            {
                // A connection from before the server was away tells nothing of now.
                Source.Clear();
                return Once(values);
            }
        }
        catch (Exception e) when (IsDatabases(e))
        {
            throw Fault(e);
        }

        T Once(ReadOnlySpan<object> values)
        {
            using var command = Source.CreateCommand(sql);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            using var reader = command.ExecuteReader();
            var answer = read(reader);
            Volatile.Write(ref _silentSince, 0);
            return answer;
        }
    }

    /// <inheritdoc cref="Ask"/>
    public int Tell(string sql, params ReadOnlySpan<object> values) => Ask(sql, reader => reader.RecordsAffected, values);

    /// <summary>A whole journal; null where there is none.</summary>
    /// <exception cref="LedgerException">Records in the middle are missing.</exception>
    public byte[]? ReadJournal(string runId)
    {
        using var content = new MemoryStream();
        var gap = Ask<(long From, long To)?>(
            "select at, record from platformops.journal where run_id = $1 order by at",
            reader =>
            {
                content.SetLength(0);
                while (reader.Read())
                {
                    if (reader.GetInt64(0) != content.Length)
                        return (content.Length, reader.GetInt64(0));
                    content.Write(reader.GetFieldValue<byte[]>(1));
                }

                return null;
            },
            runId);
        if (gap is { } missing)
            throw new LedgerException($"The journal of run {runId} in {Place} is damaged: bytes {missing.From} to {missing.To} are missing. Somebody removed them, or the database lost them; a backup of it may have them.") { TargetName = runId };
        return content.Length == 0 ? null : content.ToArray();
    }

    /// <summary>Works in one transaction, again from its beginning while the database is away: what it does must bear that its commit was not heard of.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="stopWaiting">Ends the waiting, for an answer too.</param>
    /// <param name="late">Is given what came of it where nobody waits for it any longer.</param>
    public async Task<T> TransactAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken stopWaiting, Action<T>? late = null)
    {
        var began = options.Time.GetTimestamp();
        for (var isTold = false; ; isTold = true)
        {
            try
            {
                // What was sent is not called back in the middle: it ends by itself when the server answers.
                var attempt = TranslateAsync(OnceAsync);
                if (await EndsAsync(attempt, stopWaiting))
                    return await attempt;
                _ = HearLateAsync(attempt, late);
                throw Fault(new TimeoutException(NoAnswer));
            }
            catch (LedgerException e) when (IsAway(e) && !stopWaiting.IsCancellationRequested && options.Time.GetElapsedTime(began) < options.Patience)
            {
                LedgerPatience.Tell(isTold, options.Patience);
                await Task.Delay(AskEvery, options.Time, stopWaiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        async Task<T> OnceAsync()
        {
            await using var connection = await Source.OpenConnectionAsync(CancellationToken.None);
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            var result = await work(connection);
            await transaction.CommitAsync(CancellationToken.None);
            Volatile.Write(ref _silentSince, 0);
            return result;
        }
    }

    /// <summary>One statement of a transaction.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    public static bool IsAway(LedgerException error) => error.InnerException is NpgsqlException { IsTransient: true } or PostgresException { SqlState: IdleInTransaction } or TimeoutException;

    public ValueTask DisposeAsync() => _source?.DisposeAsync() ?? default;

    private async Task<bool> MakeTablesAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var look = Command(connection, "select to_regclass('platformops.version') is null");
        // An account that may only read and write works where somebody else has made them.
        if (await look.ExecuteScalarAsync(cancellationToken) is true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var make = Command(connection, Tables);
            await make.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await using var version = Command(connection, "select max(version) from platformops.version");
        return await version.ExecuteScalarAsync(cancellationToken) is TablesVersion
            ? true
            : throw new LedgerException($"The run ledger {Place} is not of version {TablesVersion}, the one that this PlatformOps knows. Use one version on all machines that share it.") { TargetName = Place };
    }

    // Whether it has; who gives up waits no longer for a database that is silent.
    private async Task<bool> EndsAsync(Task answer, CancellationToken giveUp)
    {
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (giveUp.Register(givenUp.SetResult))
            await Task.WhenAny(answer, givenUp.Task);
        if (!answer.IsCompleted && !IsSilent)
            await Task.WhenAny(answer, Task.Delay(Grace, CancellationToken.None));
        if (!answer.IsCompleted)
            FallSilent();
        return answer.IsCompleted;
    }

    private static async Task HearLateAsync<T>(Task<T> attempt, Action<T>? late)
    {
        try
        {
            var result = await attempt;
            late?.Invoke(result);
        }
        catch (Exception e) when (e is OpsException or ObjectDisposedException)
        {
            // Nobody waits for it.
        }
    }

    private LedgerException NotOpened(Exception e) => e switch
    {
        { InnerException: AuthenticationException { Message: var message } } => NotOpened(
            $"the server's certificate is not one for '{options.Host}' of {(options.CaFile is { } file ? $"an authority in {file}" : "an authority that this system trusts")}: {message.TrimEnd('.')}",
            "Set postgres.host to a name that stands in the certificate, and postgres.ca-file to the authority that issued it.",
            e),
        // Npgsql's own sentence: the server has answered N to its SSLRequest.
        NpgsqlException and not PostgresException when e.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) => NotOpened(
            "the server speaks no TLS, and over a network nothing is sent in the clear",
            $"Let the server speak it (ssl = on, with a certificate of '{options.Host}'); or, where it is on this machine, set postgres.host to the folder of its socket.",
            e),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused => NotOpened(
            refused.MessageText, "Set postgres.username and postgres.password; the server's pg_hba.conf says who may come from where.", e),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing => NotOpened(missing.MessageText, "Make the database, or set postgres.database.", e),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied => NotOpened(denied.MessageText, "docs/shared-ledger.md has what the account must be granted.", e),
        PostgresException other => NotOpened(other.MessageText, "Look after the database, then connect again.", e),
        _ => NotOpened(e.Message.TrimEnd('.'), "Is the server up, and are postgres.host and postgres.port its own?", e),
    };

    private LedgerException NotOpened(string why, string help, Exception? cause) => new($"The run ledger {Place} cannot be opened: {why}. {help} Nothing was changed.", cause) { TargetName = Place };

    private async Task<T> TranslateAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsDatabases(e))
        {
            throw Fault(e);
        }
    }

    private static bool IsDatabases(Exception e) => e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException or AuthenticationException;

    private static bool IsNoAnswer(Exception e) => e is TimeoutException or { InnerException: TimeoutException };

    private LedgerException Fault(Exception cause)
    {
        if (IsNoAnswer(cause))
            FallSilent();
        return new($"The run ledger {Place} cannot be used: {((cause as PostgresException)?.MessageText ?? cause.Message).TrimEnd('.')}. Nothing further was changed; mend it, then Resume-OpsRun.", cause) { TargetName = Place };
    }
}

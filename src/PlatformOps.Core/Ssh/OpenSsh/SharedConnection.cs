namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>The one connection to a host and account: logged in when first needed, by one login that all who wait for it share, also its failure.</summary>
/// <param name="sessions">How many commands may run on it at a time.</param>
/// <param name="logIn">Logs in and answers the path of the master's control socket.</param>
internal sealed class SharedConnection(int sessions, Func<CancellationToken, Task<string>> logIn)
{
    private readonly object _gate = new();
    private readonly Func<CancellationToken, Task<string>> _logIn = logIn;
    private readonly List<string> _retired = [];
    private readonly List<Task> _left = [];
    private string? _socket;
    private Login? _login;

    public SemaphoreSlim Sessions { get; } = new(sessions, sessions);

    /// <summary>The control socket of a master that is logged in.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Login login;
        lock (_gate)
        {
            if (_socket is not null)
                return _socket;
            login = _login ??= new Login(this);
            login.Waiting++;
        }

        try
        {
            return await login.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            bool isLast;
            lock (_gate)
            {
                isLast = --login.Waiting == 0;
                if (isLast && _login == login)
                    _login = null;
            }

            // Nobody waits for it any more: a login that still runs is killed, and its process is gone before we answer.
            if (isLast)
                await login.DisposeAsync();
        }
    }

    /// <summary>Not to be used for new commands; those that run on it go on.</summary>
    public void Retire(string socket)
    {
        lock (_gate)
        {
            if (_socket != socket)
                return;
            _retired.Add(socket);
            _socket = null;
        }
    }

    /// <summary>Takes a session that was not opened, and keeps it until it may go.</summary>
    public void Leave(ProxySession session)
    {
        lock (_gate)
        {
            _left.RemoveAll(t => t.IsCompleted);
            _left.Add(session.LeaveAsync());
        }
    }

    /// <summary>Ends every master, and with it all that runs on them.</summary>
    public Task EndAsync(CancellationToken cancellationToken)
    {
        string[] sockets;
        lock (_gate)
        {
            sockets = _socket is null ? [.. _retired] : [.. _retired, _socket];
            _socket = null;
        }

        return Task.WhenAll(sockets.Select(s => ControlSocket.TerminateAsync(s, cancellationToken)));
    }

    private void Ended(Login login, string? socket)
    {
        lock (_gate)
        {
            var isCurrent = _login == login;
            if (isCurrent)
                _login = null;
            if (socket is null)
                return;
            // Given up by all who waited, at the moment that it succeeded.
            if (isCurrent)
                _socket = socket;
            else
                _retired.Add(socket);
        }
    }

    private sealed class Login : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Login(SharedConnection connection) => Task = RunAsync(connection);

        public int Waiting { get; set; }

        public Task<string> Task { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _stop.Dispose();
        }

        private async Task<string> RunAsync(SharedConnection connection)
        {
            // Out of the lock that it is made under.
            await System.Threading.Tasks.Task.Yield();
            string? socket = null;
            try
            {
                return socket = await connection._logIn(_stop.Token);
            }
            finally
            {
                connection.Ended(this, socket);
            }
        }
    }
}

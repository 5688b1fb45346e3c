using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PlatformOps.Core.Processes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>SSH by the <c>ssh</c> program: its configuration, jump hosts, agents, certificates and Kerberos are the user's own.</summary>
/// <remarks>
/// <para>On Unix one master process per host and account logs in (<c>ssh -M -N</c>) and commands run in sessions of it, see <see cref="ProxySession"/>.
/// A master ends on dispose, or by ControlPersist when nobody has used it for a while, so none outlives a killed process of ours for long.</para>
/// <para>Without masters (Windows) each command is one <c>ssh</c>, whose log tells the exit status from a drop: with <c>-v</c> it ends with
/// <c>Exit status N</c>, where -1 and a missing line mean that the server told none.</para>
/// </remarks>
internal sealed partial class OpenSshTransport : ISshTransport
{
    /// <summary>sshd takes 10 sessions on a connection by default (MaxSessions); some are left to those that were cut and still end.</summary>
    private const int SessionsPerHost = 8;

    private const int LoginsForSessions = 5;

    private readonly SshTransportOptions _options;
    private readonly OpenSshSettings _settings;
    private readonly SshHost? _bastion;
    private readonly PrivateFolder _folder = new();
    private readonly LoginRefusals _refusals = new();
    private readonly ConcurrentDictionary<(string Host, string User, int Port), SharedConnection> _connections = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly SemaphoreSlim _identityGate = new(1, 1);
    private KeyAgent? _agent;
    private Identity? _identity;
    private OpsException? _identityFault;
    private int _counter;
    private bool _disposed;

    public OpenSshTransport(SshTransportOptions options, OpenSshSettings? settings = null)
    {
        _options = options;
        _settings = settings ?? new OpenSshSettings();
        if (_settings.Via is { } via)
            _bastion = new SshHost(via.IdnHost.Trim('[', ']'), via.UserInfo.Length == 0 ? options.UserName : Uri.UnescapeDataString(via.UserInfo), via.Port > 0 ? via.Port : 22);
    }

    public async Task<SshResult> RunAsync(SshHost host, SshCommand command, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HostNameRule.Require(host.Name);
        HostNameRule.RequireUser(host.Name, _options.UserOf(host));
        var line = ShellQuoting.Command(command.Arguments, command.Environment);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfRefused(host);
        return _settings.SharesConnections
            ? await RunSharedAsync(host, command, line, cancellationToken)
            : await RunAloneAsync(host, command, line, cancellationToken);
    }

    public void ForgetRefusal(SshHost host) => _refusals.Remove(host.Name, _options.UserOf(host), _options.PortOf(host));

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _disposing.CancelAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
            await Task.WhenAll(_connections.Values.Select(c => c.EndAsync(patience.Token)));
        if (_agent is not null)
            await _agent.DisposeAsync();
        _folder.Dispose();
        _disposing.Dispose();
    }

    private async Task<SshResult> RunSharedAsync(SshHost host, SshCommand command, string line, CancellationToken cancellationToken)
    {
        var connection = _connections.GetOrAdd(
            (host.Name, _options.UserOf(host), _options.PortOf(host)),
            _ => new SharedConnection(SessionsPerHost, token => LogInAsync(host, token)));
        await connection.Sessions.WaitAsync(cancellationToken);
        try
        {
            for (var tries = 1; ; tries++)
            {
                var socket = await connection.GetAsync(cancellationToken);
                ProxySession session;
                try
                {
                    session = await OpenAsync(connection, socket, cancellationToken);
                }
                catch (Exception error) when (error is IOException or InvalidDataException or SessionRefusedException or OperationCanceledException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ObjectDisposedException.ThrowIf(_disposed, this);
                    // The master ended since, its connection hangs, or the server takes fewer sessions than we open (it counts those that
                    // were cut, too). Nothing was sent, so a fresh login is safe; a few more where sessions are all that is short.
                    connection.Retire(socket);
                    if (tries >= (error is SessionRefusedException ? LoginsForSessions : 2))
                        throw new RemoteHostException(host.Name, $"{_options.Describe(host)} opened no session for '{command.Arguments[0]}': {(error is OperationCanceledException ? "no answer in time" : error.Message)}. Nothing ran.", error);
                    continue;
                }

                using (session)
                    return await RunInAsync(session, host, command, line, cancellationToken);
            }
        }
        finally
        {
            connection.Sessions.Release();
        }
    }

    private async Task<ProxySession> OpenAsync(SharedConnection connection, string socket, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _disposing.Token);
        var session = await ProxySession.ConnectAsync(socket, stop.Token);
        try
        {
            await session.OpenAsync(stop.Token);
            return session;
        }
        catch
        {
            connection.Leave(session);
            throw;
        }
    }

    private async Task<SshResult> RunInAsync(ProxySession session, SshHost host, SshCommand command, string line, CancellationToken cancellationToken)
    {
        var output = new OutputCollector(command, _options.Time);
        using var deadline = new CancellationTokenSource(command.Timeout, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _disposing.Token);
        var why = OutputCollector.Drop;
        try
        {
            await session.RunAsync(line, command.Input, output.Add, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            why = deadline.IsCancellationRequested ? output.TimeIsUp : "the session was closed";
        }
        catch (SessionRefusedException error)
        {
            throw new RemoteHostException(host.Name, $"{_options.Describe(host)} did not run '{command.Arguments[0]}': {error.Message}.", error);
        }

        // What the server told of its end counts without the rest of its output: its background may hold the channel open.
        return session.ExitStatus is { } status ? output.Ended(status, session.Signal, session.IsWhole ? null : why) : output.Lost(why);
    }

    /// <summary>Logs in and leaves a master in the background.</summary>
    /// <returns>The path of its control socket.</returns>
    private async Task<string> LogInAsync(SshHost host, CancellationToken cancellationToken)
    {
        ThrowIfRefused(host);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        var identity = await GetIdentityAsync(stop.Token);
        var name = "m" + Interlocked.Increment(ref _counter).ToString(CultureInfo.InvariantCulture);
        var (socket, log) = (_folder.File(name), _folder.File(name + ".log"));
        try
        {
            var ended = await ChildProcess.RunAsync(
                new ChildCommand(_settings.Program,
                [
                    .. Arguments(host, identity, log),
                    "-M", "-N",
                    "-o", $"ControlPath={socket}",
                    "-o", $"ControlPersist={Math.Max(1, (int)_settings.IdleLimit.TotalSeconds)}",
                    "--", host.Name,
                ])
                {
                    // Connecting has its own limit; this one is for a server that stops answering while it lets us in.
                    Timeout = LoginLimit,
                },
                stop.Token,
                _options.Time);
            // With ControlPersist ssh goes into the background when it is logged in, and its first process ends with 0.
            if (ended.ExitCode != 0)
                throw await FailureAsync(host, identity, log, ended, stop.Token);
            return socket;
        }
        finally
        {
            File.Delete(log);
            File.Delete(BastionLog(log));
        }
    }

    private async Task<SshResult> RunAloneAsync(SshHost host, SshCommand command, string line, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        var identity = await GetIdentityAsync(stop.Token);
        var log = _folder.File("c" + Interlocked.Increment(ref _counter).ToString(CultureInfo.InvariantCulture) + ".log");
        var output = new OutputCollector(command, _options.Time);
        try
        {
            var ended = await ChildProcess.RunAsync(
                new ChildCommand(_settings.Program,
                [
                    .. Arguments(host, identity, log),
                    "-o", "ControlMaster=no",
                    "-o", "ControlPath=none",
                    "--", host.Name, line,
                ])
                {
                    Input = command.Input,
                    Timeout = command.Timeout,
                    OutputLimit = 64 * 1024,
                    OnOutput = piece => output.Add(piece.IsError, piece.Data),
                },
                stop.Token,
                _options.Time);
            var text = await ReadLogAsync(log, stop.Token);
            var status = ExitStatusLine().Matches(text).LastOrDefault();
            if (status is not null && int.Parse(status.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is >= 0 and var known)
                return output.Ended(known, cut: ended.ExitCode == known && !text.Contains("closed by remote host", StringComparison.Ordinal) ? null : OutputCollector.Drop);
            // ssh does not tell which signal.
            if (text.Contains("rtype exit-signal", StringComparison.Ordinal))
                return output.Ended(255, "unknown");
            if (text.Contains("debug1: Sending command: ", StringComparison.Ordinal))
                return ended.TimedOut ? output.TimeUp() : output.Dropped();
            throw await FailureAsync(host, identity, log, ended, stop.Token);
        }
        finally
        {
            File.Delete(log);
            File.Delete(BastionLog(log));
        }
    }

    private TimeSpan LoginLimit => (2 * _options.ConnectTimeout) + TimeSpan.FromSeconds(5);

    private void ThrowIfRefused(SshHost host)
    {
        _refusals.ThrowIfRefused(host.Name, _options.UserOf(host), _options.PortOf(host));
        if (_bastion is not null)
            _refusals.ThrowIfRefused(_bastion.Name, _options.UserOf(_bastion), _options.PortOf(_bastion));
    }

    private static string BastionLog(string log) => log + ".via";

    private async Task<OpsException> FailureAsync(SshHost host, Identity identity, string log, ChildResult ended, CancellationToken cancellationToken)
    {
        var text = await ReadLogAsync(log, cancellationToken);
        // What is wrong with the arguments or the configuration file is said before the log is opened.
        if (text.Length == 0 && ended.ErrorBytes.Length > 0)
            text = ended.ErrorText;
        if (_bastion is not null && await ReadLogAsync(BastionLog(log), cancellationToken) is { } viaText && !viaText.Contains("debug1: Authentication succeeded", StringComparison.Ordinal) && !viaText.Contains("Authenticated to ", StringComparison.Ordinal))
            return await FailureOfAsync(_bastion, viaText);
        return await FailureOfAsync(host, text);

        async Task<OpsException> FailureOfAsync(SshHost failed, string said)
        {
            var failure = await LoginFailure.ReadAsync(_options, failed, said, ended.TimedOut, identity.NeedsPassphrase, cancellationToken);
            if (failure is RemoteHostException { LoginRefused: true } refusal)
                _refusals.Add(failed.Name, _options.UserOf(failed), _options.PortOf(failed), refusal);
            return failure;
        }
    }

    private List<string> Arguments(SshHost host, Identity identity, string log)
    {
        var known = _options.KnownHosts;
        if (known.Policy == HostKeyPolicy.AcceptNew)
            known.CreateFolder();
        List<string> arguments =
        [
            "-v", "-E", log, "-T", "-x", "-a",
            "-l", _options.UserOf(host),
            "-p", _options.PortOf(host).ToString(CultureInfo.InvariantCulture),
        ];
        if (_settings.ConfigurationFile is not null)
            arguments.AddRange(["-F", _settings.ConfigurationFile]);
        string[] set =
        [
            "BatchMode=yes",
            "NumberOfPasswordPrompts=0",
            "PasswordAuthentication=no",
            "KbdInteractiveAuthentication=no",
            $"ConnectTimeout={Math.Max(1, (int)Math.Ceiling(_options.ConnectTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture)}",
            "ConnectionAttempts=1",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=3",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "Tunnel=no",
            "UpdateHostKeys=no",
            "VerifyHostKeyDNS=no",
            "CheckHostIP=no",
            $"StrictHostKeyChecking={(known.Policy == HostKeyPolicy.AcceptNew ? "accept-new" : "yes")}",
            $"UserKnownHostsFile={Quoted(known.FilePath)}",
        ];
        foreach (var option in set)
            arguments.AddRange(["-o", option]);
        if (known.Policy == HostKeyPolicy.Pinned)
            arguments.AddRange(["-o", $"GlobalKnownHostsFile={Quoted(_folder.File("none"))}"]);
        if (identity.File is not null)
            arguments.AddRange(["-o", "IdentitiesOnly=yes", "-o", $"IdentityFile={Quoted(identity.File)}"]);
        if (identity.AgentSocket is not null)
            arguments.AddRange(["-o", $"IdentityAgent={Quoted(identity.AgentSocket)}"]);
        if (_bastion is not null && host != _bastion)
            arguments.AddRange(["-o", $"ProxyCommand={ThroughBastion(identity, log)}"]);
        return arguments;
    }

    /// <summary>Not ProxyJump: the ssh that it starts for the bastion would have none of our options, host key policy and key among them.</summary>
    private string ThroughBastion(Identity identity, string log)
    {
        HostNameRule.Require(_bastion!.Name);
        HostNameRule.RequireUser(_bastion.Name, _options.UserOf(_bastion));
        var command = ShellQuoting.Command([_settings.Program, .. Arguments(_bastion, identity, BastionLog(log)), "-o", "ControlMaster=no", "-o", "ControlPath=none"]);
        // ssh replaces %h and %p, and halves every other %.
        return $"{command.Replace("%", "%%", StringComparison.Ordinal)} -W '[%h]:%p' -- {ShellQuoting.Word(_bastion.Name)}";
    }

    /// <summary>A path for ssh's <c>-o</c>, which splits at spaces, unquotes, and expands % and ${…}.</summary>
    private static string Quoted(string path)
    {
        if (path.AsSpan().IndexOfAny("\"\\\n\r") >= 0 && !OperatingSystem.IsWindows())
            throw new ConfigurationException($"the path {OutputText.Line(path)} holds a quote, a backslash or a line break, which ssh's options cannot carry.");
        if (path.Contains("${", StringComparison.Ordinal))
            throw new ConfigurationException($"the path {OutputText.Line(path)} holds '${{', which ssh would replace by a variable.");
        return $"\"{path.Replace("%", "%%", StringComparison.Ordinal).Replace('\\', '/')}\"";
    }

    private async Task<Identity> GetIdentityAsync(CancellationToken cancellationToken)
    {
        if (_identity is not null)
            return _identity;
        await _identityGate.WaitAsync(cancellationToken);
        try
        {
            if (_identityFault is not null)
                throw _identityFault;
            return _identity ??= await LoadIdentityAsync(cancellationToken);
        }
        catch (ConfigurationException error)
        {
            // One wrong passphrase is one error, not one for each host.
            _identityFault = error;
            throw;
        }
        finally
        {
            _identityGate.Release();
        }
    }

    private async Task<Identity> LoadIdentityAsync(CancellationToken cancellationToken)
    {
        if (_options.KeyPath is not { } key)
            return new Identity(null, null, false);
        var isEncrypted = await PrivateKeyFile.IsEncryptedAsync(key, cancellationToken);
        if (!isEncrypted || _options.Passphrase is null)
            return new Identity(key, null, isEncrypted);
        if (OperatingSystem.IsWindows())
            throw new ConfigurationException($"the key {key} (ssh.key-path) is encrypted, and ssh on Windows takes a passphrase from its agent only. Add it once with: ssh-add {ShellQuoting.Word(key)} and remove ssh.passphrase, or use ssh.transport: sshnet");
        _agent = await KeyAgent.StartAsync(_folder, key, await _options.Passphrase(cancellationToken), cancellationToken);
        return new Identity(_agent.PublicKeyPath, _agent.SocketPath, false);
    }

    private static async Task<string> ReadLogAsync(string log, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(log, Encoding.UTF8, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"^debug1: Exit status (-?\d+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex ExitStatusLine();

    /// <param name="File">The private key, or the public half of the agent's.</param>
    /// <param name="AgentSocket">Our own agent; null for the user's.</param>
    /// <param name="NeedsPassphrase">The key is encrypted and nobody gave its passphrase.</param>
    private sealed record Identity(string? File, string? AgentSocket, bool NeedsPassphrase);
}

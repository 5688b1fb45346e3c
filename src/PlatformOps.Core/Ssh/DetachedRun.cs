using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>A command that takes minutes to hours: once begun on its host it needs neither the connection nor our process, and is found again by its key.</summary>
/// <remarks>
/// <para>It runs as a transient systemd unit of the key's name for root, and for accounts that linger (<c>loginctl enable-linger</c>); else in a session of its own
/// by <c>setsid</c>, which a host with logind's KillUserProcesses=yes ends with the last logout (then it is Lost). It starts in the account's home, with HOME, USER,
/// LOGNAME, PATH and LANG of the login and the variables of the command; a forwarded agent ends with the connection, so it has none.</para>
/// <para>Standard input, which may be a secret, goes over the connection into a file of mode 0600 on the host's /dev/shm (memory; a host where that is no tmpfs is
/// refused), is compared in length, and its name is removed as soon as the command's side has it open: milliseconds, whatever becomes of the connection (where the
/// shell that takes it is killed on the host just then, by the next start under the key). It is in no argument list, no variable and no other file. Arguments and variables are in the run's folder until <see cref="ForgetAsync"/>, so secrets do not belong into them.</para>
/// <para>The files are the only memory of a run: where they are gone (removed, or the host was reinstalled), it is <see cref="DetachedPhase.Absent"/>.</para>
/// </remarks>
internal sealed class DetachedRun
{
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(10);

    /// <summary>How long the host waits for something to tell, and how much of each stream it tells at once.</summary>
    private const int WaitSeconds = 15;

    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(15);

    private readonly RemoteHost _host;
    private readonly string _key;
    private readonly TimeSpan _patience;

    internal DetachedRun(RemoteHost host, DetachedKey key, TimeSpan patience) => (_host, _key, _patience) = (host, key.Text, patience);

    /// <summary>Starts the command, or attaches to what was started with this key, and waits for its end.</summary>
    /// <param name="command">Its output streams as it comes, each byte once: all of it from the beginning, also of what ran before we attached. Past its timeout it is left running.</param>
    /// <param name="cancellationToken">Ends the waiting only: the command is left running, which the exception says. <see cref="StopAsync"/> stops it.</param>
    /// <returns>How it ended; without an exit status where nobody knows (<see cref="SshResult.Lost"/> says why, and whether it may still run).</returns>
    /// <exception cref="RemoteHostException">Not reached, not let in, or not started: nothing ran.</exception>
    /// <exception cref="HostKeyException">The host key is not trusted: nothing ran.</exception>
    /// <exception cref="RefusedException">Under this key another command was started; it was left alone.</exception>
    public async Task<SshResult> RunAsync(SshCommand command, CancellationToken cancellationToken)
    {
        var output = new OutputCollector(command, _host.Time);
        var shown = RemoteHost.Show(command.Arguments);
        using var limit = new CancellationTokenSource(command.Timeout, _host.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        SshResult result;
        try
        {
            var lost = await StartAsync(command, shown, stop.Token);
            result = lost is null ? await FollowAsync(Digest(command), output, stop.Token) : output.Lost(lost);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var left = $"'{shown}' was left running on {_host.Name} as {_key}: whoever starts it there again under that name attaches to it.";
            _host.Log(left);
            throw new OperationCanceledException(left, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            result = output.Lost($"it had not ended after {Span(command.Timeout)}, and was left running as {_key}");
        }
        catch (OpsException error)
        {
            _host.Log($"{shown} as {_key}: {OutputText.Line(error.Message, 600)}");
            throw;
        }

        _host.Log($"{shown} as {_key}: {RemoteHost.Describe(result)}");
        return result;
    }

    /// <summary>As <see cref="RunAsync"/>, for a command that must succeed.</summary>
    /// <exception cref="RemoteHostException">It failed, or was not begun.</exception>
    /// <exception cref="OutcomeUnknownException">Nobody knows how it ended.</exception>
    public async Task<SshResult> ChangeAsync(SshCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken);
        _host.ThrowIfFailed(command, result);
        return result;
    }

    /// <summary>Where it is now; starts nothing.</summary>
    /// <exception cref="RemoteHostException">The host did not tell; nothing was changed.</exception>
    public async Task<DetachedState> StateAsync(CancellationToken cancellationToken) => await TellAsync(DetachedScripts.Tell, cancellationToken);

    /// <summary>Ends the command and what it started: politely, and by force after 10 s. One that ended before is left as it ended.</summary>
    /// <returns>Where it is then: <see cref="DetachedPhase.Lost"/>, for what was stopped half way has no outcome.</returns>
    /// <exception cref="RemoteHostException">The host did not tell whether it was stopped.</exception>
    public async Task<DetachedState> StopAsync(CancellationToken cancellationToken)
    {
        var state = await TellAsync(DetachedScripts.Stop, cancellationToken);
        _host.Log($"{_key} was told to stop: {state.Phase}");
        return state;
    }

    /// <summary>Removes its files from the host. For when its result is recorded: after it, a start under this key begins anew.</summary>
    /// <exception cref="RefusedException">It still runs.</exception>
    /// <exception cref="RemoteHostException">The files were not removed.</exception>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if ((await StateAsync(cancellationToken)).Phase == DetachedPhase.Running)
            throw new RefusedException($"{_key} still runs on {_host.Name}: its files stay until it has ended or was stopped.") { TargetName = _host.Name };
        var result = await _host.SendAsync(Script(DetachedScripts.Forget), cancellationToken);
        if (result.ExitStatus != 0)
            throw new RemoteHostException(_host.Name, $"The files of {_key} on {_host.Name} may not be removed: {Reason(result)}.") { ExitStatus = result.ExitStatus };
    }

    /// <returns>Null where the command was begun, now or before; why nobody knows where that is so.</returns>
    private async Task<string?> StartAsync(SshCommand command, string shown, CancellationToken cancellationToken)
    {
        // The subshell keeps the wrapper from what a command such as exit would do to it.
        var wrapper = $"{DetachedScripts.WrapperHead}\n{ShellQuoting.Command(command.Arguments, command.Environment)}\n{DetachedScripts.WrapperTail}";
        var start = Script(DetachedScripts.Start, Digest(command), command.Input is { } input ? Number(input.Length) : "", wrapper) with { Input = command.Input };
        var retry = new Retry(this);
        while (true)
        {
            string problem;
            try
            {
                var result = await _host.SendAsync(start, cancellationToken);
                if (result.ExitStatus == 0 && Answer.TryRead(result, out var words, out _) && words is [var began])
                {
                    _host.Log($"{shown}: {began} as {_key}, runs without us");
                    return null;
                }

                // Of two starters of ours, the one whose answer was lost may be at work yet.
                if (result.ExitStatus > 0 && !retry.WasLost)
                    throw new RemoteHostException(_host.Name, $"'{shown}' was not started on {_host.Name}: {Reason(result)}. Nothing ran.") { ExitStatus = result.ExitStatus };
                problem = Reason(result);
            }
            catch (OpsException error) when (retry.WasLost && error is RemoteHostException or HostKeyException)
            {
                problem = error.Message;
                if (Retry.IsInVain(error))
                    return $"{problem} It may run as {_key}";
            }

            if (!await retry.WaitAsync(cancellationToken))
                return $"{_host.Name} did not tell within {Span(_patience)} whether it was started as {_key} ({OutputText.Line(problem)})";
        }
    }

    private async Task<SshResult> FollowAsync(string digest, OutputCollector output, CancellationToken cancellationToken)
    {
        long outputOffset = 0, errorOffset = 0;
        var retry = new Retry(this);
        while (true)
        {
            string problem;
            try
            {
                var result = await _host.SendAsync(Script(DetachedScripts.Follow, Number(outputOffset), Number(errorOffset), Number(WaitSeconds), Number(MostBytes)), cancellationToken);
                if (result.ExitStatus == 0 && Answer.TryRead(result, out var words, out var data) && State(words, data.Length) is var (state, found, outputLength))
                {
                    if (state.Phase == DetachedPhase.Absent)
                        return output.Lost($"its files on {_host.Name} are gone");
                    if (found != digest)
                        throw new RefusedException($"Under {_key}, another command was started on {_host.Name} before. It was left alone; forget it, or let it end under its own name.") { TargetName = _host.Name };
                    // Only a whole answer counts, so no byte is lost or comes twice.
                    Add(output, isError: false, data[..outputLength]);
                    Add(output, isError: true, data[outputLength..]);
                    outputOffset += outputLength;
                    errorOffset += data.Length - outputLength;
                    if (outputLength < MostBytes && data.Length - outputLength < MostBytes)
                    {
                        if (state.ExitStatus is { } status)
                            return output.Ended(status);
                        if (state.Lost is not null)
                            return output.Lost(state.Lost);
                    }

                    retry = new Retry(this);
                    continue;
                }

                problem = Reason(result);
            }
            catch (OpsException error) when (error is RemoteHostException or HostKeyException)
            {
                problem = error.Message;
                if (Retry.IsInVain(error))
                    return output.Lost($"{problem} It may still run as {_key}");
            }

            if (!await retry.WaitAsync(cancellationToken))
                return output.Lost($"{_host.Name} told nothing for {Span(_patience)} ({OutputText.Line(problem)}); it may still run as {_key}");
        }
    }

    private static void Add(OutputCollector output, bool isError, ReadOnlyMemory<byte> data)
    {
        if (data.Length > 0)
            output.Add(isError, data);
    }

    private async Task<DetachedState> TellAsync(string script, CancellationToken cancellationToken)
    {
        var result = await _host.SendAsync(Script(script), cancellationToken);
        return result.ExitStatus == 0 && Answer.TryRead(result, out var words, out var data) && State(words, data.Length) is var (state, _, _)
            ? state
            : throw new RemoteHostException(_host.Name, $"{_host.Name} did not tell the state of {_key}: {Reason(result)}.") { ExitStatus = result.ExitStatus };
    }

    /// <summary>The words that <see cref="DetachedScripts.Tell"/> and <see cref="DetachedScripts.Follow"/> say; null where they are not those.</summary>
    private (DetachedState State, string Digest, int OutputLength)? State(string[] words, int dataLength)
    {
        if (words is not [var phase, var rc, var digest, var first, var second]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var outputLength)
            || !int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var errorLength)
            || (long)outputLength + errorLength != dataLength)
            return null;
        DetachedState? state = phase switch
        {
            "absent" => new(DetachedPhase.Absent),
            "running" => new(DetachedPhase.Running),
            "ended" => int.TryParse(rc, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? new(DetachedPhase.Ended, status) : new(DetachedPhase.Lost, Lost: $"its result on {_host.Name} cannot be read"),
            "rebooted" => new(DetachedPhase.Lost, Lost: $"{_host.Name} was rebooted while it ran"),
            "stopped" => new(DetachedPhase.Lost, Lost: "it was stopped"),
            "killed" => new(DetachedPhase.Lost, Lost: "its process is gone and left no exit status; what it started may still run"),
            _ => null,
        };
        return state is null ? null : (state, digest, outputLength);
    }

    private SshCommand Script(string script, params string[] arguments) => new(["sh", "-c", script, "ops-detached", _key, .. arguments]);

    private static string Reason(SshResult result) => result.Lost ?? $"exit {result.ExitStatus}.{RemoteHost.Tail(result)}".TrimEnd('.');

    /// <summary>What tells one command from another; the input, which may be a secret, is not in it.</summary>
    private static string Digest(SshCommand command)
        => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { command.Arguments, Environment = new SortedDictionary<string, string>(command.Environment.ToDictionary(), StringComparer.Ordinal) })))[..32];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span.TotalMinutes < 2 ? $"{span.TotalSeconds:0} s" : span.TotalHours < 2 ? $"{span.TotalMinutes:0} min" : $"{span.TotalHours:0.#} h";

    /// <summary>Pauses between tries, until the patience is at its end.</summary>
    private sealed class Retry(DetachedRun run)
    {
        private long? _since;
        private TimeSpan _pause = FirstRetry;

        public bool WasLost => _since is not null;

        /// <summary>A key that was refused is not tried again, and a host key that is not trusted stays so.</summary>
        public static bool IsInVain(OpsException error) => error is HostKeyException or RemoteHostException { LoginRefused: true };

        /// <returns>Whether to try again.</returns>
        public async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            var time = run._host.Time;
            _since ??= time.GetTimestamp();
            if (time.GetElapsedTime(_since.Value) >= run._patience)
                return false;
            await Task.Delay(_pause, time, cancellationToken);
            _pause = _pause * 2 < LastRetry ? _pause * 2 : LastRetry;
            return true;
        }
    }

    private static class Answer
    {
        /// <summary>The words of the marked line, and the bytes behind it.</summary>
        public static bool TryRead(SshResult result, out string[] words, out ReadOnlyMemory<byte> data)
        {
            (words, data) = ([], default);
            var bytes = result.OutputBytes;
            var mark = bytes.Span.IndexOf(Encoding.ASCII.GetBytes(DetachedScripts.Mark));
            var end = mark < 0 ? -1 : bytes.Span[mark..].IndexOf((byte)'\n');
            if (end < 0)
                return false;
            words = Encoding.ASCII.GetString(bytes.Span.Slice(mark, end)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            data = bytes[(mark + end + 1)..];
            return true;
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PlatformOps.Core.Logging;
using PlatformOps.Errors;
using PlatformOps.Remote;

namespace PlatformOps.Core.Ssh;

/// <summary>Commands on one host as one account. Each goes to the log with its result: exit status, time, size and digest, never the output itself.</summary>
/// <param name="transport">Carries them.</param>
/// <param name="host">The host and account.</param>
/// <param name="log">Where each command and its result go.</param>
/// <param name="time">The clock; the system's where null.</param>
/// <param name="cure">What lets the account in where its login is refused; null where nobody can say.</param>
internal sealed class RemoteHost(ISshTransport transport, SshHost host, IActionLog log, TimeProvider? time = null, string? cure = null)
{
    /// <summary>$1 path, $2 SHA-256, $3 mode, $4 owner or nothing; the content comes on standard input. A content that was cut has another digest.</summary>
    private const string PutScript = """
        umask 077
        [ ! -d "$1" ] || { echo "$1 is a folder" >&2; exit 1; }
        new=$(mktemp "$1.ops-XXXXXXXXXXXXXXXX") || exit 1
        cat > "$new" && [ "$(sha256sum < "$new")" = "$2  -" ] || { rm -f "$new"; echo 'the content did not arrive whole' >&2; exit 1; }
        if { [ -z "$4" ] || chown "$4" "$new"; } && chmod "$3" "$new" && sync "$new" && mv -f "$new" "$1"; then
          sync "$(dirname "$1")" || true
        else
          rm -f "$new"
          exit 1
        fi
        """;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public string Name => host.Name;

    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>Runs a command; however it ends is the answer.</summary>
    /// <exception cref="RemoteHostException">Not connected or not let in: nothing ran.</exception>
    /// <exception cref="HostKeyException">The host key is not trusted: nothing ran.</exception>
    public async Task<SshResult> RunAsync(SshCommand command, CancellationToken cancellationToken)
    {
        var shown = Show(command.Arguments);
        SshResult result;
        try
        {
            result = await HeardAsync(command, Quiet, $"'{shown}'", cancellationToken);
        }
        catch (Exception error)
        {
            Log($"{shown}: {(error is OperationCanceledException ? "cancelled" : OutputText.Line(error.Message, 600))}");
            if (cure is not null && error is RemoteHostException { LoginRefused: true })
                throw new RemoteHostException(host.Name, $"{error.Message.TrimEnd('.')}. {cure}.", error) { LoginRefused = true };
            throw;
        }

        Log($"{shown}: {Describe(result)}");
        return result;
    }

    /// <summary>A run of a command that goes on without its connection and without us, under a name that finds it again.</summary>
    /// <param name="key">Its name, see <see cref="DetachedKey"/>.</param>
    /// <param name="patience">How long the host may be out of reach before the outcome counts as Unknown; 10 minutes where null.</param>
    public DetachedRun Detached(DetachedKey key, TimeSpan? patience = null) => new(this, key, patience ?? DetachedRun.DefaultPatience);

    /// <summary>Runs a command that only reads, with an exit status that means something to its caller.</summary>
    /// <exception cref="RemoteHostException">Nobody knows how it ended, or not all that it told has come: no answer.</exception>
    public async Task<SshResult> LookAsync(SshCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken);
        return Unread(command.Arguments, result) is { } unread ? throw unread : result;
    }

    /// <summary>Runs a command that only reads and must succeed.</summary>
    /// <exception cref="RemoteHostException">It did not; the message has the command, its exit status and the end of its errors, or that the connection dropped, and that nothing was changed.</exception>
    public async Task<SshResult> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await LookAsync(new SshCommand(arguments), cancellationToken);
        if (result.ExitStatus != 0)
            throw Failure(arguments, result);
        return result.DroppedBytes == 0 ? result : throw new RemoteHostException(host.Name, $"'{Show(arguments)}' on {host.Name} told more than the 16 MiB that are read.") { ExitStatus = 0 };
    }

    /// <inheritdoc cref="ReadAsync"/>
    public async Task<string> ReadTextAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => OutputText.Clean((await ReadAsync(arguments, cancellationToken)).OutputBytes.Span);

    /// <summary>Runs a command that changes something and must succeed.</summary>
    /// <exception cref="RemoteHostException">It failed, or was not begun.</exception>
    /// <exception cref="OutcomeUnknownException">The connection dropped or the time was up while it ran.</exception>
    public async Task<SshResult> ChangeAsync(SshCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken);
        ThrowIfFailed(command, result);
        return result;
    }

    /// <summary>Throws unless a command that changes something succeeded.</summary>
    /// <exception cref="RemoteHostException">It failed.</exception>
    /// <exception cref="OutcomeUnknownException">The connection dropped or the time was up while it ran.</exception>
    public void ThrowIfFailed(SshCommand command, SshResult result)
    {
        if (result.ExitStatus == 0)
            return;
        throw result.ExitStatus switch
        {
            null => new OutcomeUnknownException($"'{Show(command.Arguments)}' was begun on {host.Name}, and nobody knows how it ended: {Lost(result)}. Look on the host before it is repeated.{Tail(result)}") { TargetName = host.Name },
            _ => (OpsException)Failure(command.Arguments, result),
        };
    }

    /// <inheritdoc cref="ChangeAsync(SshCommand, CancellationToken)"/>
    public Task<SshResult> ChangeAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => ChangeAsync(new SshCommand(arguments), cancellationToken);

    /// <summary>Runs a command whose exit status is a yes (0) or no (1 to 125), as <c>test</c> and <c>grep</c> answer.</summary>
    /// <exception cref="RemoteHostException">It gave no answer: not found (127), not to be run (126), ended by a signal, or nobody knows.</exception>
    public async Task<bool> TestAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await RunAsync(new SshCommand(arguments), cancellationToken);
        return result.ExitStatus switch
        {
            0 => true,
            > 0 and < 126 => false,
            _ => throw Failure(arguments, result),
        };
    }

    /// <summary>A file's text as it is; null where there is no such file.</summary>
    /// <exception cref="RemoteHostException">It could not be read, or has more than 16 MiB.</exception>
    public async Task<string?> ReadFileAsync(string path, CancellationToken cancellationToken)
        => await GetAsync(path, OutputCollector.Limit, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>A file's bytes; null where there is no such file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="most">How many bytes it may have; at most 16 MiB.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RemoteHostException">It could not be read, or has more than that.</exception>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(string path, int most, CancellationToken cancellationToken)
    {
        string[] arguments = ["cat", "--", path];
        // "No such file" is told in the host's language otherwise.
        var result = await LookAsync(new SshCommand(arguments) { Environment = new Dictionary<string, string> { ["LC_ALL"] = "C" } }, cancellationToken);
        if (result.ExitStatus == 1 && SaysAbsent(result))
            return null;
        if (result.ExitStatus != 0)
            throw Failure(arguments, result);
        return result.OutputBytes.Length + result.DroppedBytes <= most
            ? result.OutputBytes
            : throw new RemoteHostException(host.Name, $"{path} on {host.Name} has {result.OutputBytes.Length + result.DroppedBytes} bytes, more than the {most} that are read.") { ExitStatus = 0 };
    }

    /// <summary>Makes a file with this content, or replaces what is there: whole or not at all, on the disk before it has its name. Of a symbolic link, the link is replaced.</summary>
    /// <param name="path">Its full path; the folder must exist.</param>
    /// <param name="content">At most 16 MiB; in no argument list and, until it is whole, under a name of its own beside the file that only the account can read.</param>
    /// <param name="mode">Its mode, as in <c>0644</c>, set before it has its name.</param>
    /// <param name="owner">Its owner, <c>user:group</c>, set as the mode is; the account's own where null.</param>
    /// <param name="cancellationToken">Ends the writing; the file is the old or the new one then.</param>
    /// <exception cref="RemoteHostException">It was not written, and what was there is as it was.</exception>
    /// <exception cref="OutcomeUnknownException">The connection dropped or the time was up: it is the old or the new file. Writing it again does no harm.</exception>
    public async Task PutAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode, string? owner, CancellationToken cancellationToken)
    {
        if (!path.StartsWith('/') || path.EndsWith('/') || content.Length > OutputCollector.Limit)
            throw new ArgumentException($"'{OutputText.Line(path)}' with {content.Length} bytes is no file to put: a full path and at most 16 MiB are needed.", nameof(path));
        var octal = Convert.ToString((int)mode, 8);
        var digest = Convert.ToHexString(SHA256.HashData(content.Span)).ToLowerInvariant();
        var command = new SshCommand(["sh", "-c", PutScript, "ops-put", path, digest, octal, owner ?? ""]) { Input = content };
        var result = await SendAsync(command, cancellationToken);
        Log($"put {content.Length} bytes (sha256 {digest[..12]}) to {path}, mode {octal}, {owner ?? "own"}: {End(result)}");
        if (result.ExitStatus is null)
            throw new OutcomeUnknownException($"{path} on {host.Name} is the old file or the new one: {Lost(result)}. It can be written again.") { TargetName = host.Name };
        if (result.ExitStatus != 0)
            throw new RemoteHostException(host.Name, $"{path} was not written on {host.Name}, and what was there is as it was: {End(result)}.{Tail(result)}") { ExitStatus = result.ExitStatus };
    }

    /// <summary>Whether <c>cat</c> said that there is no such file.</summary>
    public static bool SaysAbsent(SshResult result) => Encoding.UTF8.GetString(result.ErrorBytes.Span).Contains("No such file or directory", StringComparison.Ordinal);

    /// <summary>The error for a read that was cut: without an exit status, or without the end of its output. Null where all came.</summary>
    public RemoteHostException? Unread(IReadOnlyList<string> arguments, SshResult result)
        => (result.ExitStatus is null ? Lost(result) : result.Cut) is { } why
            ? new(host.Name, $"{char.ToUpperInvariant(why[0])}{why[1..]} while reading '{Show(arguments)}' on {host.Name}, so the answer is not known. Nothing was changed.")
            : null;

    /// <summary>The error for a command that did not end as it should; one without an exit status is taken for a read, see <see cref="ThrowIfFailed"/> for what changes something.</summary>
    public RemoteHostException Failure(IReadOnlyList<string> arguments, SshResult result)
        => result.ExitStatus is null
            ? Unread(arguments, result)!
            : new(host.Name, $"'{Show(arguments)}' on {host.Name}: {End(result)}.{Tail(result)}") { ExitStatus = result.ExitStatus };

    /// <summary>The result for people and pipelines.</summary>
    public RemoteCommandResult ToModel(SshResult result) => new()
    {
        HostName = host.Name,
        ExitStatus = result.ExitStatus,
        Output = OutputText.Clean(result.OutputBytes.Span),
        Error = OutputText.Clean(result.ErrorBytes.Span),
        OutputBytes = result.OutputBytes.ToArray(),
        ErrorBytes = result.ErrorBytes.ToArray(),
        DroppedBytes = result.DroppedBytes,
        IsCut = result.Cut is not null,
        Duration = result.Duration,
    };

    /// <summary>Runs a command of our own making, which the log tells in other words.</summary>
    internal Task<SshResult> SendAsync(SshCommand command, CancellationToken cancellationToken) => HeardAsync(command, 2 * Quiet, "what it was asked", cancellationToken);

    internal void Log(string message) => log.Write(host.Name, message);

    internal static string Describe(SshResult result)
        => $"{End(result)} in {result.Duration.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s, {Digest("output", result.OutputBytes.Span)}, {Digest("errors", result.ErrorBytes.Span)}{(result.DroppedBytes > 0 ? $", {result.DroppedBytes} bytes more dropped" : "")}{(result.Cut is { } cut ? $", not all of it: {cut}" : "")}";

    internal static string Show(IReadOnlyList<string> arguments)
        => OutputText.Line(string.Join(' ', arguments.Select(a => a.Contains('\0', StringComparison.Ordinal) ? "?" : ShellQuoting.Word(a))));

    // Whoever waits in front of it is told when the host is silent; that a command works without a word looks the same.
    private async Task<SshResult> HeardAsync(SshCommand command, TimeSpan quiet, string what, CancellationToken cancellationToken)
    {
        if (AmbientNotice.Current is not { } tell)
            return await transport.RunAsync(host, command, cancellationToken);
        var heard = Time.GetTimestamp();
        var running = transport.RunAsync(host, command with { OnOutput = Hear }, cancellationToken);
        using var stop = new CancellationTokenSource();
        while (await Task.WhenAny(running, Task.Delay(quiet, Time, stop.Token)) != running)
        {
            if (Time.GetElapsedTime(Interlocked.Read(ref heard)) is var silent && silent >= quiet)
                tell($"SSH to {host.Name}", string.Create(CultureInfo.InvariantCulture, $"No answer from {host.Name} for {silent.TotalSeconds:0} s: {what} is waited for, at most {command.Timeout.TotalMinutes:0.#} min in all."));
        }

        await stop.CancelAsync();
        return await running;

        void Hear(SshOutput piece)
        {
            Interlocked.Exchange(ref heard, Time.GetTimestamp());
            command.OnOutput?.Invoke(piece);
        }
    }

    private static string End(SshResult result) => result switch
    {
        { ExitStatus: null } => $"no exit status ({Lost(result)})",
        { Signal: { } signal } => $"ended by signal {signal}",
        _ => $"exit {result.ExitStatus}",
    };

    private static string Lost(SshResult result) => result.Lost ?? "the connection dropped";

    internal static string Tail(SshResult result)
    {
        var text = OutputText.Tail(result.ErrorBytes.Span);
        if (text.Length == 0)
            text = OutputText.Tail(result.OutputBytes.Span, 5);
        return text.Length == 0 ? "" : $" It said: {text}";
    }

    private static string Digest(string name, ReadOnlySpan<byte> bytes)
        => bytes.IsEmpty ? $"no {name}" : $"{name} {bytes.Length} bytes (sha256 {Convert.ToHexString(SHA256.HashData(bytes), 0, 6).ToLowerInvariant()})";
}

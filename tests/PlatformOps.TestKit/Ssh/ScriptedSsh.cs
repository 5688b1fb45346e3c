using System.Text;
using PlatformOps.Core.Ssh;

namespace PlatformOps.TestKit.Ssh;

/// <summary>A transport whose hosts answer from a script, and which remembers every command. A command without an answer is "not found" (127), as on a host without the tool.</summary>
internal sealed class ScriptedSsh : ISshTransport
{
    private readonly List<(Func<SshHost, SshCommand, bool> Matches, Func<SshHost, SshCommand, Task<SshResult>> Answer)> _answers = [];
    private readonly List<(SshHost Host, SshCommand Command)> _seen = [];
    private readonly object _gate = new();
    private volatile bool _waits;

    /// <summary>The commands that came, as <c>user@host: words</c>.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen.Select(s => $"{s.Host.UserName}@{s.Host.Name}: {string.Join(' ', s.Command.Arguments)}")];
        }
    }

    public IReadOnlyList<SshHost> Forgotten { get; } = new List<SshHost>();

    /// <summary>Answers a command, given as its words with single spaces; the latest answer wins.</summary>
    public ScriptedSsh On(string command, string output = "", int? exit = 0, string error = "")
        => On((_, c) => string.Join(' ', c.Arguments) == command, (_, _) => Task.FromResult(Result(exit, output, error)));

    public ScriptedSsh On(Func<SshHost, SshCommand, bool> matches, Func<SshHost, SshCommand, Task<SshResult>> answer)
    {
        lock (_gate)
            _answers.Insert(0, (matches, answer));
        return this;
    }

    /// <summary>From now on no command ends until it is cancelled.</summary>
    public ScriptedSsh OnWaiting()
    {
        _waits = true;
        return this;
    }

    public static SshResult Result(int? exit, string output = "", string error = "") => new()
    {
        ExitStatus = exit,
        Lost = exit is null ? "the connection dropped" : null,
        OutputBytes = Encoding.UTF8.GetBytes(output),
        ErrorBytes = Encoding.UTF8.GetBytes(error),
        Duration = TimeSpan.FromMilliseconds(5),
    };

    public async Task<SshResult> RunAsync(SshHost host, SshCommand command, CancellationToken cancellationToken)
    {
        Func<SshHost, SshCommand, Task<SshResult>>? answer;
        lock (_gate)
        {
            _seen.Add((host, command));
            answer = _answers.Find(a => a.Matches(host, command)).Answer;
        }

        if (_waits)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return answer is null ? Result(127, error: $"sh: 1: {command.Arguments[0]}: not found\n") : await answer(host, command);
    }

    public void ForgetRefusal(SshHost host) => ((List<SshHost>)Forgotten).Add(host);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using PlatformOps.Core.Processes;

namespace PlatformOps.Core.Ssh;

/// <summary>Keeps a command's output up to the cap, counts the rest, and hands every piece on as it comes.</summary>
internal sealed class OutputCollector(SshCommand command, TimeProvider time)
{
    /// <summary>How much of the output, and as much of the error output, is kept.</summary>
    public const int Limit = 16 * 1024 * 1024;

    private readonly CappedBuffer _output = new(Limit);
    private readonly CappedBuffer _error = new(Limit);
    private readonly long _started = time.GetTimestamp();

    public void Add(bool isError, ReadOnlyMemory<byte> data)
    {
        (isError ? _error : _output).Append(data.Span);
        command.OnOutput?.Invoke(new SshOutput(isError, data));
    }

    public SshResult Ended(int exitStatus, string? signal = null) => Result(exitStatus, signal, null);

    public SshResult Dropped() => Lost("the connection dropped");

    public SshResult TimeUp() => Lost($"its time of {command.Timeout.TotalSeconds:0} s was up");

    /// <param name="why">As <see cref="SshResult.Lost"/>.</param>
    public SshResult Lost(string why) => Result(null, null, why);

    private SshResult Result(int? exitStatus, string? signal, string? lost) => new()
    {
        ExitStatus = exitStatus,
        Signal = signal,
        Lost = lost,
        OutputBytes = _output.Written,
        ErrorBytes = _error.Written,
        DroppedBytes = _output.Dropped + _error.Dropped,
        Duration = time.GetElapsedTime(_started),
    };
}

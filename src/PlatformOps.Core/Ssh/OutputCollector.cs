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

    public SshResult Result(int? exitStatus, string? signal = null) => new()
    {
        ExitStatus = exitStatus,
        Signal = signal,
        OutputBytes = _output.Written,
        ErrorBytes = _error.Written,
        DroppedBytes = _output.Dropped + _error.Dropped,
        Duration = time.GetElapsedTime(_started),
    };
}

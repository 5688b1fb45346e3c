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

    /// <summary>As <see cref="SshResult.Lost"/>.</summary>
    public const string Drop = "the connection dropped";

    /// <inheritdoc cref="Drop"/>
    public string TimeIsUp => $"its time of {command.Timeout.TotalSeconds:0} s was up";

    /// <param name="cut">As <see cref="SshResult.Cut"/>.</param>
    public SshResult Ended(int exitStatus, string? signal = null, string? cut = null) => Result(exitStatus, signal, null) with { Cut = cut };

    public SshResult Dropped() => Lost(Drop);

    public SshResult TimeUp() => Lost(TimeIsUp);

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

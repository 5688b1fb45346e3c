using System.Text;

namespace PlatformOps.Core.Processes;

/// <summary>How a child process ended.</summary>
internal sealed record ChildResult
{
    /// <summary>The exit code (128 + signal where a signal ended it on Unix); null where it was killed because its time was up.</summary>
    public required int? ExitCode { get; init; }

    /// <summary>Standard output as it came, up to the limit.</summary>
    public required ReadOnlyMemory<byte> OutputBytes { get; init; }

    /// <summary>Standard error as it came, up to the limit.</summary>
    public required ReadOnlyMemory<byte> ErrorBytes { get; init; }

    /// <summary>How many bytes over the limits were dropped.</summary>
    public long DroppedBytes { get; init; }

    public required TimeSpan Duration { get; init; }

    public bool TimedOut => ExitCode is null;

    public string OutputText => Encoding.UTF8.GetString(OutputBytes.Span);

    public string ErrorText => Encoding.UTF8.GetString(ErrorBytes.Span);
}

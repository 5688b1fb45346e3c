namespace PlatformOps.Core.Ssh;

/// <summary>How a command ended. A null <see cref="ExitStatus"/> means that nobody knows, and <see cref="Lost"/> why. Never success.</summary>
internal sealed record SshResult
{
    public required int? ExitStatus { get; init; }

    /// <summary>Standard output and error as they came, capped at 16 MiB each.</summary>
    public required ReadOnlyMemory<byte> OutputBytes { get; init; }

    /// <inheritdoc cref="OutputBytes"/>
    public required ReadOnlyMemory<byte> ErrorBytes { get; init; }

    /// <summary>The signal that ended the command, such as <c>TERM</c>, where one did; the exit status is 128 + its number then.</summary>
    public string? Signal { get; init; }

    /// <summary>How many bytes over the cap were dropped.</summary>
    public long DroppedBytes { get; init; }

    /// <summary>Why there is no exit status, as the end of a sentence: <c>the connection dropped</c>. Null where there is one.</summary>
    public string? Lost { get; init; }

    /// <summary>Why output may be missing although the exit status is known, as <see cref="Lost"/> says it: servers tell the status first. Null where all of it came.</summary>
    public string? Cut { get; init; }

    public required TimeSpan Duration { get; init; }
}

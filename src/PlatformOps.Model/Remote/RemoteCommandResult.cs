using PlatformOps.Runs;

namespace PlatformOps.Remote;

/// <summary>A command that ran on a host, and how it ended.</summary>
public sealed record RemoteCommandResult
{
    /// <summary>The host as it was addressed.</summary>
    public required string HostName { get; init; }

    /// <summary>Done where it exited with 0, Failed with anything else, Unknown where nobody knows how it ended; Unchanged where it had run before and was not sent. Never Done without an exit status.
    /// One that only reads (-ReadOnly) is never Unknown: Failed where nobody knows how it ended, or not all of its output came.</summary>
    public StepOutcome Outcome => ExitStatus switch
    {
        _ when WasSkipped => StepOutcome.Unchanged,
        _ when IsReadOnly && IsCut => StepOutcome.Failed,
        0 => StepOutcome.Done,
        null when !IsReadOnly => StepOutcome.Unknown,
        _ => StepOutcome.Failed,
    };

    /// <summary>Whether its probe told that it had run before, so that it was not sent.</summary>
    public bool WasSkipped { get; init; }

    /// <summary>Whether it was sent as one that only reads.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether output may be missing although the exit status is known: the connection or the time ended first.</summary>
    public bool IsCut { get; init; }

    /// <summary>The exit status, 128 + the signal's number where one ended it; null where the connection dropped or the time was up.</summary>
    public required int? ExitStatus { get; init; }

    /// <summary>Standard output as text: control characters removed, bad UTF-8 replaced.</summary>
    public required string Output { get; init; }

    /// <summary>Standard error as text, cleaned as <see cref="Output"/> is.</summary>
    public required string Error { get; init; }

    /// <summary>Standard output as it came; the first 16 MiB of it.</summary>
    public required byte[] OutputBytes { get; init; }

    /// <summary>Standard error as it came; the first 16 MiB of it.</summary>
    public required byte[] ErrorBytes { get; init; }

    /// <summary>How many bytes beyond those were dropped.</summary>
    public long DroppedBytes { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The host and how it ended.</summary>
    public override string ToString() => $"{HostName}: {(WasSkipped ? "had run before" : ExitStatus is { } status ? $"exit {status}" : IsReadOnly ? "no answer" : "outcome unknown")}";
}

using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>How a change ended, in words for people.</summary>
internal sealed record ChangeResult(StepOutcome Outcome, string Message)
{
    public string? Before { get; init; }

    public string? After { get; init; }

    public Exception? Error { get; init; }
}

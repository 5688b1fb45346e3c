namespace PlatformOps.Core.Changes;

/// <summary>What a wait saw: whether its condition is true, and what it waits for or found, in a line.</summary>
internal sealed record WaitResult(bool IsOver, string Message)
{
    /// <summary>All that it saw, where that is more than a line: the state after the step.</summary>
    public string? Seen { get; init; }
}

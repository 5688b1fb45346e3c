namespace PlatformOps.Core.Changes;

/// <summary>What a wait saw: whether its condition is true, and what it waits for or found.</summary>
internal sealed record WaitResult(bool IsOver, string Message);

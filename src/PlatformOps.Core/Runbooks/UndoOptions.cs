namespace PlatformOps.Core.Runbooks;

/// <summary>What of a run to take back.</summary>
internal sealed record UndoOptions(string Person)
{
    /// <summary>Only this target's; all where null.</summary>
    public string? Target { get; init; }

    /// <summary>Only this step; all where null.</summary>
    public string? Step { get; init; }

    /// <summary>Why another person's run is taken over.</summary>
    public string? TakeOverReason { get; init; }

    /// <summary>Only say what would be taken back.</summary>
    public bool PlanOnly { get; init; }
}

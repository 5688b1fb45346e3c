using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>What a phase did on one target, for the ticket and the log.</summary>
internal sealed record PhaseReport
{
    public required ActionTarget Target { get; init; }

    public required RunIdentity Run { get; init; }

    public required string Phase { get; init; }

    /// <summary>It was not gone through, but taken back.</summary>
    public bool IsUndo { get; init; }

    /// <summary>Whether it is over.</summary>
    public required bool IsEnded { get; init; }

    public required bool Succeeded { get; init; }

    /// <summary>The steps of the phase, in the order they ran.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>Those of them that ran in this process.</summary>
    public required IReadOnlyList<StepRecord> Own { get; init; }

    /// <summary>Nothing was done: it is what would be told.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Which attempt at the phase it is on this target in this run, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The phase's log of this target.</summary>
    public required string LogPath { get; init; }
}

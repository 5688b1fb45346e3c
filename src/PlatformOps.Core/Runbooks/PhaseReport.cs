using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>What a phase did on one target, for the ticket and the log.</summary>
internal sealed record PhaseReport
{
    public required ActionTarget Target { get; init; }

    public required RunIdentity Run { get; init; }

    public required string Phase { get; init; }

    public required bool Succeeded { get; init; }

    /// <summary>The steps of the phase, in the order they ran.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>How often the phase has ended on this target in this run, this time included.</summary>
    public required int Attempt { get; init; }

    /// <summary>The phase's log of this target.</summary>
    public required string LogPath { get; init; }

    /// <summary>Makes an effect that belongs to the telling (a comment) through the gate, so that a repeated run does not tell twice. Its failure is a warning.</summary>
    public required Func<Change, object, string, CancellationToken, Task> Tell { get; init; }
}

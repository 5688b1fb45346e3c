using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Runbooks;

/// <summary>What other runs have done of a target since a run was cut off.</summary>
internal sealed record LaterPhases
{
    public static LaterPhases None { get; } = new();

    /// <summary>The first of the phases that were left, as many as others have done; the run that has, by the phase's name.</summary>
    public IReadOnlyDictionary<string, string> Done { get; init; } = new Dictionary<string, string>();

    /// <summary>What the runs that have done them did with the target.</summary>
    public IReadOnlyList<StepHistory> Steps { get; init; } = [];

    /// <summary>The phase that would be next, one that comes later, and the run that has done that; null where nobody is beyond it.</summary>
    public (string Next, string Phase, string RunId)? Beyond { get; init; }

    /// <summary>Why a target is left out; null where nobody is beyond it.</summary>
    public string? Told => Beyond is { } beyond ? $"left out: {beyond.Phase}, which comes after {beyond.Next}, was done by run {beyond.RunId} since. A new run does {beyond.Next} again" : null;
}

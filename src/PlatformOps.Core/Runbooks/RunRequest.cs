using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Runbooks;

/// <summary>What is to be run.</summary>
internal sealed record RunRequest
{
    /// <summary>The phases: runbooks in their order.</summary>
    public required IReadOnlyList<RunbookPhase> Phases { get; init; }

    public required IReadOnlyList<ActionTarget> Targets { get; init; }

    public required RunIdentity Identity { get; init; }

    /// <summary>Values for the runbooks' parameters.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>How many targets at a time.</summary>
    public int ThrottleLimit { get; init; } = 1;

    /// <summary>How many targets make a batch; all where null.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The targets that are worked on side by side, batch after batch.</summary>
    public IReadOnlyList<ActionTarget[]> Batches => [.. Targets.Chunk(Math.Max(1, BatchSize ?? Targets.Count))];

    public bool ApproveBetweenBatches { get; init; }

    /// <summary>After this many failed targets no new one is begun.</summary>
    public int? MaxFailures { get; init; }

    /// <summary>Overrides the configured limit.</summary>
    public int? MaxTargets { get; init; }

    /// <summary>Where a copy of the run's log goes; a full path, null for none.</summary>
    public string? LogPath { get; init; }

    /// <inheritdoc cref="Runbook.NeedsAt"/>
    public IReadOnlyCollection<string> NeedsAt(Func<string, bool> isConfigured) => Phases.SelectMany(phase => phase.Runbook.NeedsAt(isConfigured)).ToHashSet(StringComparer.Ordinal);

    /// <summary>It goes on with what another process began.</summary>
    public bool IsResumed { get; init; }

    /// <summary>The step of the first phase to begin at; what comes before it is skipped, and never satisfies a guard.</summary>
    public string? StartAt { get; init; }

    /// <summary>The steps of a phase that are gone through: those before <see cref="StartAt"/> are not.</summary>
    public IEnumerable<RunbookStep> StepsOf(RunbookPhase phase) => StartAt is not null && phase == Phases[0] ? phase.Runbook.Steps.SkipWhile(step => step.Name != StartAt) : phase.Runbook.Steps;
}

/// <summary>A runbook under the name that records show, such as <c>PreDrain</c>.</summary>
internal sealed record RunbookPhase(string Name, Runbook Runbook);

namespace PlatformOps.Runs;

/// <summary>A run: one journal, one or more runbooks over one or more targets, or the effects of a script.</summary>
public sealed record OpsRun
{
    /// <summary>The run, such as <c>20261120-0815-3f9a</c>.</summary>
    public required string RunId { get; init; }

    /// <summary>What the user called it, or its runbooks.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required RunState State { get; init; }

    /// <summary>The runbooks in their order; empty for a script's run.</summary>
    public string[] Runbooks { get; init; } = [];

    /// <summary>Whether it is one of runbooks, or what a session changed by single cmdlets.</summary>
    public RunKind Kind => Runbooks.Length > 0 ? RunKind.Runbook : RunKind.Script;

    /// <summary>The environment it works on.</summary>
    public required string Environment { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>For whom, where the caller said so.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>The machine it ran on last.</summary>
    public required string Machine { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its targets.</summary>
    public TargetRun[] Targets { get; init; } = [];

    /// <summary>What it waits for, and how to go on; null where it does not wait.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>The folder with its journal and log.</summary>
    public required string Path { get; init; }
}

namespace PlatformOps.Runs;

/// <summary>The kill switch of a state folder: while it is set, nothing is changed by anybody who shares the folder.</summary>
public sealed record OpsKillSwitch
{
    /// <summary>Whether it is set.</summary>
    public required bool IsSet { get; init; }

    /// <summary>Who set it; null where it is not set.</summary>
    public string? Person { get; init; }

    /// <summary>Why; null where it is not set.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was set, UTC; null where it is not set.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The folder whose runs it stops.</summary>
    public required string StateFolder { get; init; }
}

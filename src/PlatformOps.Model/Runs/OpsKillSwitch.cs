namespace PlatformOps.Runs;

/// <summary>The kill switch of a ledger: while it is set, nothing is changed by anybody who shares the state folder, or the database.</summary>
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

    /// <summary>What holds the runs that it stops: the state folder, or the database that several machines share.</summary>
    public required string StateFolder { get; init; }
}

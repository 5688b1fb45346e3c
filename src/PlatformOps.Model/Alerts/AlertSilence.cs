namespace PlatformOps.Alerts;

/// <summary>A silence (Alertmanager): which alerts are kept from being sent, and until when.</summary>
public sealed record AlertSilence
{
    /// <summary>Alertmanager's id, a UUID.</summary>
    public required string SilenceId { get; init; }

    /// <summary>The machine it is of: where its matchers are those that silence a machine, or the name it was asked for by.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>Where it is in its time.</summary>
    public required AlertSilenceState State { get; init; }

    /// <summary>What alerts have to match: all of it.</summary>
    public required AlertMatcher[] Matchers { get; init; }

    /// <summary>When it begins, UTC.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ends, UTC.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>When somebody changed it last, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who made it, as they said.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Why, for everybody to read.</summary>
    public required string Comment { get; init; }

    /// <summary>Whether the comment carries a claim of PlatformOps. What carries none was made by a person and is left alone.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Who claimed it, such as <c>alice</c>.</summary>
    public string? Owner { get; init; }

    /// <summary>The run that made it.</summary>
    public string? RunId { get; init; }

    /// <summary>The ticket that it was made for.</summary>
    public string? TicketId { get; init; }

    /// <summary>Its page for people.</summary>
    public required string Url { get; init; }

    /// <summary>Its id.</summary>
    public override string ToString() => SilenceId;
}

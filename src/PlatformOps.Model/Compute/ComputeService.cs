namespace PlatformOps.Compute;

/// <summary>The nova-compute service of a hypervisor.</summary>
public sealed record ComputeService
{
    /// <summary>The name it was asked for by, or else its host as Nova calls it: the name of the hypervisor for everything that is done to it.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>Nova's id: a UUID, or a number below microversion 2.53.</summary>
    public required string Id { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>; <c>unknown</c> while its cell does not answer.</summary>
    public required string Status { get; init; }

    /// <summary><c>up</c> or <c>down</c>; <c>unknown</c> while its cell does not answer.</summary>
    public required string State { get; init; }

    /// <summary>Why it is disabled, as everybody can read it.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Whether the reason carries a claim of PlatformOps. What carries none was disabled by a person and is left alone.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Who claimed it, such as <c>alice</c>.</summary>
    public string? Owner { get; init; }

    /// <summary>The run that claimed it.</summary>
    public string? RunId { get; init; }

    /// <summary>The ticket that it was claimed for, or that it was asked for with.</summary>
    public string? TicketId { get; init; }

    /// <summary>Its availability zone.</summary>
    public string? Zone { get; init; }

    /// <summary>When it was heard of last, UTC.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Whether somebody told Nova to take it as down.</summary>
    public bool ForcedDown { get; init; }

    /// <summary>The host's name.</summary>
    public override string ToString() => HypervisorName;
}

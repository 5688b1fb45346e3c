using PlatformOps.Aquilon;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>A host and its machine as they were before anything of them was deleted: what to restore from.</summary>
internal sealed record AquilonRecord
{
    public int Schema { get; init; } = 1;

    public required string HypervisorName { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    public required string TakenBy { get; init; }

    public required string RunId { get; init; }

    /// <summary>It tells of a host that an import had put in the place of another's record, and that was not installed since: never what is restored unless somebody names it.</summary>
    public bool IsOfImport { get; init; }

    /// <summary>What was read from the texts.</summary>
    public required AquilonHost Host { get; init; }

    /// <summary>What <c>aq show_host</c> printed.</summary>
    public required string ShowHost { get; init; }

    /// <summary>What <c>aq show_machine</c> printed.</summary>
    public required string ShowMachine { get; init; }

    /// <summary>The commands that put it back, one after another.</summary>
    public required string[] Restore { get; init; }
}

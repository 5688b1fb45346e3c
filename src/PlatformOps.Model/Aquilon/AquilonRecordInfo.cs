namespace PlatformOps.Aquilon;

/// <summary>A record of how a host was in Aquilon, taken before anything of it was deleted: what it can be restored from.</summary>
public sealed record AquilonRecordInfo
{
    /// <summary>The hypervisor it is of.</summary>
    public required string HypervisorName { get; init; }

    /// <summary>What names the record: the run that took it.</summary>
    public required string RecordId { get; init; }

    /// <summary>When it was taken, UTC.</summary>
    public required DateTime TakenAt { get; init; }

    /// <summary>Who took it.</summary>
    public required string TakenBy { get; init; }

    /// <summary>Whether Reset-AquilonHost -FromRecord takes this one where none is named: the newest of those that tell of no import which awaited its installation.</summary>
    public required bool IsRestored { get; init; }

    /// <summary>The host with its machine as they were.</summary>
    public required AquilonHost Host { get; init; }

    /// <summary>The commands that put it back, one after another.</summary>
    public required string[] Restore { get; init; }

    /// <summary>Where it is kept.</summary>
    public required string Path { get; init; }

    /// <summary>Its identifier.</summary>
    public override string ToString() => RecordId;
}

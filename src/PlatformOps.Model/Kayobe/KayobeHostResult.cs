using PlatformOps.Runs;

namespace PlatformOps.Kayobe;

/// <summary>What became of one host in a run of Kayobe: its line of Ansible's PLAY RECAP, added up over the plays of the run.</summary>
public sealed record KayobeHostResult
{
    /// <summary>The host as it was given.</summary>
    public required string HostName { get; init; }

    /// <summary>What Kayobe's inventory calls it.</summary>
    public required string InventoryName { get; init; }

    /// <summary>What was run, such as <c>overcloud service deploy</c> or the playbook.</summary>
    public required string Command { get; init; }

    /// <summary>Done where it came through, Failed where it failed, was unreachable, or is in no recap; Unknown where nobody knows how the run ended.</summary>
    public required StepOutcome Outcome { get; init; }

    /// <summary>Tasks that ended well, those that changed something included.</summary>
    public int Ok { get; init; }

    /// <summary>Tasks that changed something.</summary>
    public int Changed { get; init; }

    /// <summary>Plays in which the host was not reached.</summary>
    public int Unreachable { get; init; }

    /// <summary>Tasks that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Tasks that were left out.</summary>
    public int Skipped { get; init; }

    /// <summary>Tasks that failed and were made up for.</summary>
    public int Rescued { get; init; }

    /// <summary>Tasks whose failure the play goes on after.</summary>
    public int Ignored { get; init; }

    /// <summary>The exit status of the run, which may be about other hosts; null where nobody knows it.</summary>
    public required int? ExitStatus { get; init; }

    /// <summary>How long the run took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The host and how it came through.</summary>
    public override string ToString() => $"{HostName}: {Outcome} (ok={Ok} changed={Changed} unreachable={Unreachable} failed={Failed})";
}

namespace PlatformOps.Core.Migration;

/// <summary>The Jira statuses that a ticket goes through.</summary>
internal sealed record MigrationStatuses
{
    public string Draining { get; init; } = "Draining";

    public string Drained { get; init; } = "Drained";

    /// <summary>PreReinstall has begun.</summary>
    public string PreReinstall { get; init; } = "Working On Pre Bios";

    public string PreReinstallDone { get; init; } = "Ready For Reinstall";

    public string PreReinstallFailed { get; init; } = "Pre Bios Failed";

    /// <summary>PostReinstall has begun.</summary>
    public string PostReinstall { get; init; } = "Working On Post Reinstall";

    public string PostReinstallDone { get; init; } = "Ready For Adoption";

    /// <summary>Not set: the original had none, and the ticket stays where it is.</summary>
    public string? PostReinstallFailed { get; init; }

    /// <summary>Adoption has begun.</summary>
    public string Adoption { get; init; } = "Working On Adoption";

    public string AdoptionDone { get; init; } = "Ready For Test";

    public string AdoptionFailed { get; init; } = "Adoption Failed";
}

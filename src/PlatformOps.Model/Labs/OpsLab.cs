namespace PlatformOps.Labs;

/// <summary>A running lab: emulated services with state on this machine, and a configuration that points at them.</summary>
public sealed record OpsLab
{
    /// <summary>Its process, which also names it.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The address of its services and of its control endpoint.</summary>
    public required Uri Address { get; init; }

    /// <summary>A configuration for <c>Connect-PlatformOps</c>.</summary>
    public required string ConfigurationPath { get; init; }

    /// <summary>A list of its hypervisors for <c>Import-MigrationList</c>.</summary>
    public required string ListPath { get; init; }

    /// <summary>The folder with both, with keys and with state; removed when the lab ends.</summary>
    public required string Folder { get; init; }

    /// <summary>The names of its services, as <c>Add-OpsLabFault</c> takes them.</summary>
    public string[] Services { get; init; } = [];

    /// <summary>When it was started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its address.</summary>
    public override string ToString() => Address.ToString();
}

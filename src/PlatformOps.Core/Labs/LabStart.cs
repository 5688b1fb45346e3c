namespace PlatformOps.Core.Labs;

/// <summary>What kind of lab to start; what is null is left to the lab.</summary>
internal sealed record LabStart
{
    public int? Hypervisors { get; init; }

    public int? VirtualMachines { get; init; }

    public int? Seed { get; init; }

    /// <summary>Lab seconds in one real second.</summary>
    public double? Speed { get; init; }

    /// <summary>A YAML world file.</summary>
    public string? WorldFile { get; init; }

    /// <summary>Which Jira the configuration names: <c>datacenter</c> or <c>cloud</c>.</summary>
    public string? Jira { get; init; }
}

namespace PlatformOps.Lab.World;

/// <summary>A world file as it was read: what is null is left to the options or the generator.</summary>
internal sealed record WorldPlan
{
    public string? Name { get; init; }

    public int? Seed { get; init; }

    public double? Speed { get; init; }

    public int? Vms { get; init; }

    public int? HypervisorCount { get; init; }

    public string? NovaMaxMicroversion { get; init; }

    public string? NetBoxVersion { get; init; }

    public LabJiraKind? Jira { get; init; }

    public double? JiraSearchLag { get; init; }

    public string? AlertmanagerVersion { get; init; }

    public double? AlertmanagerReadLag { get; init; }

    public bool? BmcTls { get; init; }

    public double? TokenLifetime { get; init; }

    public IReadOnlyList<HypervisorPlan> Hypervisors { get; init; } = [];

    public IReadOnlyList<ServerPlan> Servers { get; init; } = [];

    public IReadOnlyList<MigrationPlan> Migrations { get; init; } = [];

    /// <summary>Nova's cells that do not answer.</summary>
    public IReadOnlyList<string> DownCells { get; init; } = [];

    /// <summary>Types of services that are left out of the catalog.</summary>
    public IReadOnlyList<string> NotInCatalog { get; init; } = [];

    public IReadOnlyList<JsonObject> Faults { get; init; } = [];

    /// <summary>The options with what the world file says instead.</summary>
    public LabOptions Over(LabOptions options) => options with
    {
        Name = Name ?? options.Name,
        Seed = Seed ?? options.Seed,
        Speed = Speed ?? options.Speed,
        Hypervisors = Hypervisors.Count > 0 ? Hypervisors.Count : HypervisorCount ?? options.Hypervisors,
        VirtualMachines = Vms ?? (Servers.Count > 0 ? 0 : options.VirtualMachines),
        NovaMaxMicroversion = NovaMaxMicroversion ?? options.NovaMaxMicroversion,
        NetBoxVersion = NetBoxVersion ?? options.NetBoxVersion,
        Jira = Jira ?? options.Jira,
        JiraSearchLag = JiraSearchLag is { } lag ? TimeSpan.FromSeconds(lag) : options.JiraSearchLag,
        AlertmanagerVersion = AlertmanagerVersion ?? options.AlertmanagerVersion,
        AlertmanagerReadLag = AlertmanagerReadLag is { } behind ? TimeSpan.FromSeconds(behind) : options.AlertmanagerReadLag,
        BmcTls = BmcTls ?? options.BmcTls,
        TokenLifetime = TokenLifetime is { } lifetime ? TimeSpan.FromSeconds(lifetime) : options.TokenLifetime,
    };
}

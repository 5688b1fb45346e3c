namespace PlatformOps.Lab.World;

/// <summary>The state of everything emulated. Guarded by <see cref="Gate"/>; handlers run inside it and never wait.</summary>
internal sealed class LabWorld
{
    public object Gate { get; } = new();

    public required string Name { get; init; }

    public required int Seed { get; init; }

    /// <summary>The world's own randomness for what is made later (ids of new tickets' parts, boot ids).</summary>
    public required SeededSource Random { get; init; }

    public List<Hypervisor> Hypervisors { get; } = [];

    /// <summary>Machines that others are worked on from, such as the one with the Aquilon client.</summary>
    public List<Machine> ControlHosts { get; } = [];

    public List<Server> Servers { get; } = [];

    public List<Migration> Migrations { get; } = [];

    public List<InstanceAction> Actions { get; } = [];

    public List<Flavor> Flavors { get; } = [];

    public List<Project> Projects { get; } = [];

    public List<User> Users { get; } = [];

    public List<ApplicationCredential> ApplicationCredentials { get; } = [];

    public List<Aggregate> Aggregates { get; } = [];

    /// <summary>Custom traits that Placement knows, on a provider or not.</summary>
    public HashSet<string> CustomTraits { get; } = new(StringComparer.Ordinal);

    /// <summary>Nova's cells that do not answer.</summary>
    public HashSet<string> DownCells { get; } = new(StringComparer.Ordinal);

    /// <summary>Types of services that are left out of the catalog.</summary>
    public HashSet<string> NotInCatalog { get; } = new(StringComparer.Ordinal);

    public required NetBoxData NetBox { get; init; }

    public required TicketData Jira { get; init; }

    public required AlertData Alerts { get; init; }

    public required AquilonData Aquilon { get; init; }

    public required KayobeData Kayobe { get; init; }

    public required AccountData Bmcs { get; init; }

    public required AccountData Prometheus { get; init; }

    public IEnumerable<Server> ServersOn(Machine machine) => Servers.Where(server => server.Host == machine);

    public Hypervisor? FindHypervisor(string name) => Hypervisors.Find(hypervisor => IsNamed(hypervisor, name));

    public Machine? FindMachine(string name) => FindHypervisor(name) ?? ControlHosts.Find(machine => IsNamed(machine, name));

    /// <summary>Whether the database and queue of a hypervisor's cell do not answer.</summary>
    public bool IsDown(Hypervisor hypervisor) => DownCells.Contains(hypervisor.Cell);

    /// <summary>The machine whose BMC answers at an address.</summary>
    public Hypervisor? FindByBmc(string address) => Hypervisors.Find(hypervisor => hypervisor.BmcAddress == address) is { } found ? found.BmcLeadsTo ?? found : null;

    /// <summary>What the boot server installs on a machine that boots from the network now, distribution and version; null where it lets it boot on.</summary>
    public (string OsId, string OsVersion)? InstallerOf(Machine machine) => Aquilon.PxeLinks.GetValueOrDefault(machine.Fqdn) == "install" && Aquilon.FindHost(machine.Fqdn) is { } host
        ? (host.OsName, host.OsVersion.StartsWith('9') ? "9.5" : "8.10")
        : null;

    public IEnumerable<Aggregate> AggregatesOf(Hypervisor hypervisor) =>
        Aggregates.Where(aggregate => aggregate.Hosts.Contains(hypervisor.ServiceHost));

    public string ZoneOf(Hypervisor hypervisor) =>
        AggregatesOf(hypervisor).Select(aggregate => aggregate.AvailabilityZone).FirstOrDefault(zone => zone is not null) ?? "nova";

    private static bool IsNamed(Machine machine, string name) =>
        machine.Fqdn.Equals(name, OrdinalIgnoreCase) || machine.ShortName.Equals(name, OrdinalIgnoreCase) || machine.ManagementAddress == name;
}

namespace PlatformOps.Lab.World;

/// <summary>What the Aquilon broker and its Kerberos realm keep.</summary>
internal sealed class AquilonData
{
    public const string Realm = "LAB.EXAMPLE";
    public const string ClientPath = "/opt/aquilon/bin/aq";
    public const string ImporterPath = "/var/quattor/bin/netbox2aquilon";

    /// <summary>The broker's Kerberos service; <c>AQSERVICE</c> names it.</summary>
    public const string Service = "aqd";

    /// <summary>Where the broker and its client are.</summary>
    public required string Host { get; init; }

    public required string Password { get; init; }

    /// <summary>The role of each principal: one that may only read has <c>nobody</c>.</summary>
    public Dictionary<string, string> Roles { get; } = new(StringComparer.Ordinal) { ["ops"] = "aqd_admin" };

    public List<AquilonModel> Models { get; } = [];

    public List<string> Racks { get; } = [];

    public List<string> Archetypes { get; } = ["cloud"];

    /// <summary>As <c>archetype/name</c>.</summary>
    public List<string> Personalities { get; } = ["cloud/inventory", "cloud/hypervisor", "cloud/kayobe-prod"];

    /// <summary>As <c>archetype/name/version</c>.</summary>
    public List<string> OperatingSystems { get; } = ["cloud/rocky/8x-x86_64", "cloud/rocky/9x-x86_64"];

    /// <summary>Domains, and sandboxes as <c>author/name</c>.</summary>
    public List<string> Branches { get; } = ["prod_cloud", "prod", "ops/rl9"];

    /// <summary>Branches with commits or files that are not published: <c>manage</c> refuses to leave them behind.</summary>
    public HashSet<string> Unpublished { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes need <c>--justification</c>.</summary>
    public bool NeedsJustification { get; set; }

    public List<AquilonMachine> Machines { get; } = [];

    /// <summary>What the bootserver does with each host: <c>boot</c>, <c>install</c>.</summary>
    public Dictionary<string, string> PxeLinks { get; } = new(StringComparer.Ordinal);

    public AquilonHost? FindHost(string fqdn) => Machines.Find(machine => machine.Host?.Fqdn.Equals(fqdn, OrdinalIgnoreCase) == true)?.Host;

    public AquilonMachine? MachineOf(AquilonHost host) => Machines.Find(machine => machine.Host == host);
}

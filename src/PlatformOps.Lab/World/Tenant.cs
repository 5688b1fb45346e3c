namespace PlatformOps.Lab.World;

/// <summary>A service of OpenStack that may share a machine with nova-compute.</summary>
internal enum Tenant
{
    L3Agent,
    DhcpAgent,
    OvnGateway,
    CinderVolume,
    CinderBackup,
    NovaConductor,
    NovaScheduler,
}

internal static class Tenants
{
    private static readonly Dictionary<string, Tenant> Known = new(StringComparer.Ordinal)
    {
        ["l3-agent"] = Tenant.L3Agent,
        ["dhcp-agent"] = Tenant.DhcpAgent,
        ["ovn-gateway"] = Tenant.OvnGateway,
        ["cinder-volume"] = Tenant.CinderVolume,
        ["cinder-backup"] = Tenant.CinderBackup,
        ["nova-conductor"] = Tenant.NovaConductor,
        ["nova-scheduler"] = Tenant.NovaScheduler,
    };

    public static Tenant Parse(string name) => Known.TryGetValue(name, out var tenant) ? tenant
        : throw new LabException($"'{name}' is no tenant of a hypervisor (known: {string.Join(", ", Known.Keys)})");

    public static string NameOf(Tenant tenant) => Known.First(pair => pair.Value == tenant).Key;
}

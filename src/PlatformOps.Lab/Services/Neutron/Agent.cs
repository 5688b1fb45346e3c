using System.Security.Cryptography;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Neutron;

/// <summary>One agent, computed from the world; its id is the same in every lab.</summary>
internal sealed record Agent(string Type, string Binary, string Topic, string Host, bool Alive)
{
    public Guid Id { get; } = Stable(Type, Host);

    /// <summary>The names of the routers that are placed on it, or of the networks that it serves.</summary>
    public IReadOnlyList<string> Holds { get; init; } = [];

    public JsonObject Configurations { get; init; } = [];

    public static IEnumerable<Agent> Of(LabWorld world)
    {
        const string Control = "ctl01.lab.example";
        yield return L3(Control, true);
        yield return Dhcp(Control, true);
        yield return Metadata(Control, true);
        foreach (var hypervisor in world.Hypervisors)
        {
            var (host, alive) = (hypervisor.Fqdn, hypervisor.Reachable);
            if (hypervisor.Tenants.Contains(Tenant.OvnGateway))
            {
                var chassis = new JsonObject { ["chassis_name"] = Stable("chassis", host).ToString(), ["bridge-mappings"] = "physnet1:br-ex" };
                yield return new Agent("OVN Controller Gateway agent", "ovn-controller", "n/a", host, alive) { Configurations = chassis };
                yield return new Agent("OVN Metadata agent", "neutron-ovn-metadata-agent", "n/a", host, alive) { Configurations = (JsonObject)chassis.DeepClone() };
            }
            else
            {
                yield return new Agent("Open vSwitch agent", "neutron-openvswitch-agent", "N/A", host, alive)
                {
                    Configurations = new JsonObject { ["bridge_mappings"] = new JsonObject { ["physnet1"] = "br-ex" }, ["tunnel_types"] = new JsonArray("vxlan"), ["tunneling_ip"] = hypervisor.ManagementAddress },
                };
            }

            if (hypervisor.Tenants.Contains(Tenant.L3Agent))
                yield return L3(host, alive);
            if (hypervisor.Tenants.Contains(Tenant.DhcpAgent))
                yield return Dhcp(host, alive);
        }
    }

    public static Guid Stable(params string[] parts) => new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('/', parts)))[..16]);

    private static Agent L3(string host, bool alive) => new("L3 agent", "neutron-l3-agent", "l3_agent", host, alive)
    {
        Holds = ["router-a", "router-b"], Configurations = new JsonObject { ["agent_mode"] = "legacy", ["routers"] = 2 },
    };

    private static Agent Dhcp(string host, bool alive) => new("DHCP agent", "neutron-dhcp-agent", "dhcp_agent", host, alive)
    {
        Holds = ["internal"], Configurations = new JsonObject { ["networks"] = 1, ["dhcp_driver"] = "neutron.agent.linux.dhcp.Dnsmasq" },
    };

    private static Agent Metadata(string host, bool alive) => new("Metadata agent", "neutron-metadata-agent", "N/A", host, alive);
}

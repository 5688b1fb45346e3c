using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Tests.World;

public sealed class WorldFileTests
{
    [Fact]
    public void Everything_that_a_file_says_is_read()
    {
        var plan = WorldFile.Parse("""
            name: mine
            seed: 7
            nova: { max-microversion: "2.79", down-cells: [cell2] }
            netbox: { version: "4.6.0" }
            jira: { kind: cloud, search-lag: 1.5 }
            alertmanager: { version: "0.25.0", read-lag: 0.5 }
            hypervisors:
              - name: a.lab.example
                profile: xma-hv-2022-a100
                service-host: a
                root-access: false
                aggregates: [gpu]
                cell: cell2
                tenants: [l3-agent, cinder-volume]
                leaked-allocations: 2
            servers:
              - { name: vm1, host: a.lab.example, status: shutoff }
            migrations:
              - { server: vm1, to: b.lab.example, status: finished }
            keystone: { not-in-catalog: [network] }
            faults:
              - { service: nova, effect: "status:503", count: 1 }
            """, "test");

        Assert.Equal("mine", plan.Name);
        Assert.Equal(LabJiraKind.Cloud, plan.Jira);
        Assert.Equal(1.5, plan.JiraSearchLag);
        Assert.Equal(("0.25.0", 0.5), (plan.AlertmanagerVersion, plan.AlertmanagerReadLag));
        Assert.Equal("a", Assert.Single(plan.Hypervisors).ServiceHost);
        Assert.Equal(("cell2", 2), (plan.Hypervisors[0].Cell, plan.Hypervisors[0].LeakedAllocations));
        Assert.Equal([Tenant.L3Agent, Tenant.CinderVolume], plan.Hypervisors[0].Tenants);
        Assert.Equal(new MigrationPlan("vm1", "b.lab.example", null, "finished"), Assert.Single(plan.Migrations));
        Assert.Equal(("cell2", "network"), (Assert.Single(plan.DownCells), Assert.Single(plan.NotInCatalog)));
        Assert.Equal("SHUTOFF", Assert.Single(plan.Servers).Status);
        Assert.Equal("1", (string)Assert.Single(plan.Faults)["count"]!);
    }

    [Theory]
    [InlineData("seeds: 7", "line 1: the world has no key 'seeds'")]
    [InlineData("seed: 1\nhypervisors:\n  - name: a\n    colour: red", "line 4: an item of hypervisors has no key 'colour'")]
    [InlineData("seed: many", "line 1: 'seed' of the world: 'many' is not a whole number")]
    [InlineData("hypervisors: 3", "a list is expected")]
    [InlineData("hypervisors:\n  - profile: x", "line 2: an item of hypervisors needs 'name'")]
    [InlineData("- a", "the world is not a mapping")]
    [InlineData("name: &a x\njira: *a", "aliases are not allowed")]
    [InlineData("hypervisors:\n  - { name: a, tenants: [ceph] }", "'ceph' is no tenant of a hypervisor (known: l3-agent, dhcp-agent, ovn-gateway,")]
    [InlineData("jira: { kind: server }", "'server' is neither cloud nor data-center")]
    public void What_is_wrong_is_said_with_its_line(string text, string expected)
    {
        var failure = Assert.Throws<LabException>(() => WorldFile.Parse(text, "test"));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_and_size_are_limited()
    {
        Assert.Contains("nested deeper", Assert.Throws<LabException>(() => WorldFile.Parse("a: " + new string('[', 100_000), "test")).Message, StringComparison.Ordinal);
        Assert.Contains("larger than 1 MiB", Assert.Throws<LabException>(() => WorldFile.Parse(new string('#', 1_100_000), "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lab_is_started_from_a_file()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, """
                hypervisors:
                  - { name: one.lab.example, service-host: one-svc, device-name: rack-one }
                  - { name: two.lab.example, ticket: false }
                servers:
                  - { name: only, host: two.lab.example }
                faults:
                  - { service: netbox, effect: "status:503" }
                """, TestContext.Current.CancellationToken);
            await using var lab = await LabUnderTest.StartAsync(new LabOptions { WorldFile = path });

            Assert.Equal(["one.lab.example", "two.lab.example"], lab.State["hypervisors"]!.AsArray().Select(row => (string)row!["name"]!));
            Assert.Equal("one-svc", (string)lab.Hypervisor("one.lab.example")["serviceHost"]!);
            Assert.Equal("only", (string)Assert.Single(lab.State["servers"]!.AsArray())!["name"]!);
            Assert.Equal(503, (await lab.NetBoxAsync("GET", "/status/")).Status);
            Assert.EndsWith("two.lab.example\n", await File.ReadAllTextAsync(lab.Server.ListPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

using PlatformOps.Core.Services.Aquilon;

namespace PlatformOps.Core.Tests.Services.Aquilon;

public sealed class AquilonTextTests
{
    // In the form of the broker's own tests (tests/broker/test_add_machine.py) and formatters.
    internal const string Host = """
        Machine: ut3c5n10
          Primary Name: unittest00.one-nyp.ms.com [4.2.1.1]
          Manager: unittest00r.one-nyp.ms.com [4.2.1.2]
          Auxiliary: unittest00-e1.one-nyp.ms.com [4.2.1.3]
          Building: ut
          Rack: ut3
            Row: a
            Column: 3
            Fullname: ut3
          Vendor: ibm Model: hs21-8853
            Model Type: blade
          Serial: 99C5553
          Comments: Some: machine comments
          Interface: bmc0 02:02:04:02:02:06
            Type: management
            Network Environment: mgmt
            Provides: unittest00r.one-nyp.ms.com [4.2.1.2]
          Interface: br0 (no MAC addr)
            Type: bridge
          Interface: eth0 02:02:04:02:02:04 [boot, default_route]
            Last switch poll: ut01ga2s01.aqd-unittest.ms.com port 1 [2019-11-20 10:00:00]
            Type: public
            Vendor: generic Model: generic_nic
            Master Interface: br0
            Network Environment: internal
            Provides: unittest00.one-nyp.ms.com [4.2.1.1]
            Static Route: 10.0.0.0/8 gateway 4.2.1.254
          Interface: eth1 02:02:04:02:02:05
            Type: public
            Provides: a.one-nyp.ms.com, b.one-nyp.ms.com [4.2.1.3] (label: e1)
            Provides: unknown [2001:db8::1]
          Interface: eth0.110 (no MAC addr)
            Type: vlan
            Parent Interface: eth0, VLAN ID: 110
          Cpu: e5-2660 x 2
          Memory: 8192 MB
          Disk: sda 68 GB scsi (local) [boot]
            WWN: 600508b112233445566778899aabbccd
          Disk: sdb 34 GB sas (local)
          Member of Compute Cluster: utecl1
          Host Personality: compute Archetype: aquilon
            Environment: dev
            Owned by GRN: grn:/ms/ei/aquilon/aqd
          Archetype: aquilon [compilable]
            Required Service: aqd
          Operating System: linux
            Version: 5.0.1-x86_64
            Lifecycle: production
          Sandbox: jdoe/changetest1
          Build Status: almostready
          Advertise Status: False
          Uses Service: bootserver Instance: one-nyp
          Uses Service: ntp Instance: pa.ny.na
          Host Comments: x

        """;

    [Fact]
    public void A_host_is_read_with_its_machine()
    {
        var host = AquilonText.Parse(Host);

        Assert.Equal(("unittest00.one-nyp.ms.com", "ut3c5n10", "4.2.1.1", "ibm", "hs21-8853", "99C5553", "ut3", "ut"), (host.HostName, host.MachineName, host.PrimaryAddress, host.Vendor, host.Model, host.SerialNumber, host.Rack, host.Building));
        Assert.Equal(("aquilon", "compute", "linux", "5.0.1-x86_64", null, "jdoe/changetest1", "almostready", "utecl1", "one-nyp"), (host.Archetype, host.Personality, host.OsName, host.OsVersion, host.Domain, host.Sandbox, host.BuildStatus, host.Cluster, host.Bootserver));
        Assert.Equal(["bootserver/one-nyp", "ntp/pa.ny.na"], host.Services);
        Assert.Equal([("sda", 68, "scsi", true), ("sdb", 34, "sas", false)], host.Disks.Select(disk => (disk.Name, disk.SizeGB, disk.Controller, disk.IsBoot)));
    }

    [Fact]
    public void Interfaces_keep_type_flags_parents_and_addresses()
    {
        var ports = AquilonText.Parse(Host).Interfaces.ToDictionary(port => port.Name);

        Assert.Equal(["bmc0", "br0", "eth0", "eth0.110", "eth1"], ports.Keys.Order());
        Assert.Equal(("management", "mgmt", "4.2.1.2"), (ports["bmc0"].Type, ports["bmc0"].NetworkEnvironment, Assert.Single(ports["bmc0"].Addresses).Ip));
        Assert.Equal((null, "bridge"), (ports["br0"].Mac, ports["br0"].Type));
        Assert.Equal(("02:02:04:02:02:04", true, true, "br0"), (ports["eth0"].Mac, ports["eth0"].IsBoot, ports["eth0"].IsDefaultRoute, ports["eth0"].Master));
        Assert.Equal(("eth0", "vlan"), (ports["eth0.110"].Parent, ports["eth0.110"].Type));
        Assert.Equal([("4.2.1.3", "a.one-nyp.ms.com"), ("2001:db8::1", null)], ports["eth1"].Addresses.Select(address => (address.Ip, address.Fqdn)));
    }

    [Fact]
    public void A_machine_without_a_host_has_none_and_a_domain_loses_its_flags()
    {
        Assert.Null(AquilonText.Parse("Machine: m1\n  Rack: r1\n").HostName);
        Assert.Equal("prod", AquilonText.Parse("Machine: m1\n  Domain: prod [autosync]\n    Validated: True\n").Domain);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Network Device: sw1\n  Primary Name: sw1.ms.com [1.2.3.4]\n")]
    [InlineData("Machine: --all\n")]
    [InlineData("Machine: m1; rm -rf /\n")]
    [InlineData("Machine: m1\n  Interface: --x 02:02:04:02:02:05\n")]
    public void What_is_no_machine_or_has_a_name_that_could_be_an_option_is_not_taken(string text) => Assert.Throws<FormatException>(() => AquilonText.Parse(text));
}

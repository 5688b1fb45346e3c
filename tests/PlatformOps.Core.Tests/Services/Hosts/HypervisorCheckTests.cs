using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Hosts;

public sealed class HypervisorCheckTests : IAsyncDisposable
{
    private const string Units = "systemctl list-units --type=service --all --plain --no-legend --no-pager";
    private const string Mounts = "findmnt -J -l -o TARGET,SOURCE,FSTYPE";
    private const string Devices = $"lsblk -J -b -o {BlockDeviceListing.Columns}";
    private const string RootOnly = """{"filesystems":[{"target":"/","source":"/dev/sda1","fstype":"xfs"}]}""";
    private const string NoDisks = """{"blockdevices":[]}""";

    private const string Empty = " Id   Name   State\n--------------------\n\n";

    private readonly ScriptedSsh _ssh = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Fact]
    public void The_table_of_virsh_is_read_with_every_state_and_width()
    {
        Assert.Empty(DomainListing.Parse(Empty));
        Assert.Equal(
            ["instance-0000002a (running)", "my vm (shut off)", "instance-of-a-very-long-name-indeed (in shutdown)", "p (paused)"],
            DomainListing.Parse(" Id    Name                           State\n----------------------------------------------------\n 7     instance-0000002a              running\r\n -     my vm                          shut off\n 12    instance-of-a-very-long-name-indeed in shutdown\n 3     p                              paused\n\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("Permission denied (publickey).\n")]
    [InlineData(" Id   Name   State\n")]
    [InlineData(" Id   Name   Zustand\n--------------------\n\n")]
    [InlineData(" Id   Name   State\n--------------------\n 1    vm     läuft\n")]
    [InlineData(" Id   Name   State\n--------------------\nerror: client socket is closed\n")]
    public async Task What_is_no_table_is_unknown_and_never_empty(string output)
    {
        _ssh.On("virsh list --all", output);

        Assert.Equal(StepOutcome.Unknown, (await DomainsAsync()).Outcome);
    }

    [Fact]
    public async Task A_host_is_free_of_domains_only_where_virsh_answers_with_an_empty_table()
    {
        _ssh.On("virsh list --all", Empty);
        Assert.Equal(StepOutcome.Passed, (await DomainsAsync()).Outcome);

        _ssh.On("virsh list --all", Empty, 1);
        Assert.Equal(StepOutcome.Unknown, (await DomainsAsync()).Outcome);
        _ssh.On("virsh list --all", Empty, null);
        Assert.Equal(StepOutcome.Unknown, (await DomainsAsync()).Outcome);
        _ssh.On("virsh list --all", "", 127, "sh: virsh: command not found");
        Assert.Equal(StepOutcome.Unknown, (await DomainsAsync()).Outcome);
        _ssh.On((_, _) => true, (_, _) => throw new RemoteHostException("hv1", "root@hv1: Permission denied."));
        var refused = await DomainsAsync();
        Assert.Equal((StepOutcome.Unknown, "root@hv1: Permission denied."), (refused.Outcome, refused.Evidence));
    }

    [Fact]
    public async Task Virsh_is_asked_where_it_lives()
    {
        _ssh.On("podman exec nova_libvirt virsh list --all", " Id   Name   State\n--------------------\n -    left   shut off\n\n");

        var answer = await DomainsAsync(new HostsConfiguration { Virsh = ["podman", "exec", "nova_libvirt", "virsh"] });

        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Contains("1 domains: left (shut off)", answer.Evidence);
    }

    [Fact]
    public async Task Domains_that_Nova_does_not_know_are_found_in_the_lab()
    {
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 4, VirtualMachines = 0, Speed = 3600 });
        Assert.Equal(StepOutcome.Passed, (await HostLab.CheckAsync(lab, new NoDomainsCheck(), 1)).Outcome);

        await lab.SetHostAsync(1, new { domains = new[] { "forgotten" } });
        Assert.Contains("forgotten (shut off)", (await HostLab.CheckAsync(lab, new NoDomainsCheck(), 1)).Evidence);
        await lab.SetHostAsync(1, new { units = new Dictionary<string, string> { ["libvirtd.service"] = "inactive" } });
        Assert.Equal(StepOutcome.Unknown, (await HostLab.CheckAsync(lab, new NoDomainsCheck(), 1)).Outcome);
        await lab.SetHostAsync(1, new { missing = new[] { "virsh" } });
        Assert.Equal(StepOutcome.Unknown, (await HostLab.CheckAsync(lab, new NoDomainsCheck(), 1)).Outcome);
        await lab.FaultAsync(new { service = "ssh", effect = "ssh-auth", target = "hv03*" });
        Assert.Equal(StepOutcome.Unknown, (await HostLab.CheckAsync(lab, new NoDomainsCheck(), 3)).Outcome);
    }

    [Fact]
    public async Task A_hypervisor_of_the_lab_has_no_other_tenants_until_somebody_moves_in()
    {
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 4, VirtualMachines = 4, Speed = 3600 });
        Assert.Equal((StepOutcome.Passed, StepOutcome.Passed), ((await HostLab.CheckAsync(lab, new NoTenantsCheck(), 1)).Outcome, (await HostLab.CheckAsync(lab, new NoTenantsCheck(), 4)).Outcome));

        await lab.SetHostAsync(1, new
        {
            units = new Dictionary<string, object> { ["ceph-osd@3.service"] = "active", ["haproxy.service"] = "inactive" },
            containers = new[] { "nova_compute", "neutron_l3_agent" },
            mounts = new[] { new { target = "/mnt/scratch", source = "filer:/scratch", fileSystem = "nfs4" } },
            disks = new Dictionary<string, object> { ["nvme0n1"] = new { fileSystem = "ext4", mountPoint = "/var/lib/ceph/osd/ceph-3" } },
        });
        var answer = await HostLab.CheckAsync(lab, new NoTenantsCheck(), 1);

        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Contains("service ceph-osd@3.service, container neutron_l3_agent (docker), /mnt/scratch (nfs4 of filer:/scratch), /var/lib/ceph/osd/ceph-3 (ext4 of /dev/nvme0n1)", answer.Evidence);

        await lab.SetHostAsync(1, new { units = new Dictionary<string, string> { ["docker.service"] = "failed" } });
        var unknown = await HostLab.CheckAsync(lab, new NoTenantsCheck(), 1);
        Assert.Equal(StepOutcome.Unknown, unknown.Outcome);
        Assert.Contains("Seen already: service ceph-osd@3.service", unknown.Evidence);
    }

    // Maintenance, a crash: what does not run now has its data on the disks all the same.
    [Fact]
    public async Task A_tenant_that_stands_still_is_one_too()
    {
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 4, VirtualMachines = 4, Speed = 3600 });

        await lab.SetHostAsync(1, new
        {
            units = new Dictionary<string, object>
            {
                ["ceph-osd@3.service"] = new { state = "inactive", enabled = "enabled-runtime" },
                ["ceph-osd@4.service"] = "failed",
                ["haproxy.service"] = new { state = "inactive", enabled = "disabled" },
            },
            containers = new object[] { "nova_compute", new { name = "rabbitmq", state = "exited" } },
            disks = new Dictionary<string, object> { ["nvme0n1"] = new { fileSystem = "ceph_bluestore" } },
        });

        Assert.Equal(
            "hv01.lab.example has other tenants: service ceph-osd@3.service (stopped, enabled), service ceph-osd@4.service (failed), container rabbitmq (docker), device nvme0n1 (ceph_bluestore)",
            (await HostLab.CheckAsync(lab, new NoTenantsCheck(), 1)).Evidence);
    }

    [Fact]
    public async Task Where_a_site_says_what_a_hypervisor_runs_anything_else_is_a_tenant()
    {
        _ssh.On(Units, "sshd.service loaded active running OpenSSH\nplex.service loaded active running Plex\nnotes.service not-found inactive dead notes\n● wiki.service loaded failed failed Wiki\n")
            .On(Mounts, RootOnly).On(Devices, NoDisks);

        Assert.Equal(StepOutcome.Passed, (await TenantsAsync()).Outcome);
        Assert.EndsWith("service plex.service, service wiki.service (failed)", (await TenantsAsync(new HostsConfiguration { Tenants = new TenantRules { ExpectedUnits = ["sshd"] } })).Evidence);
    }

    [Theory]
    [InlineData("ceph--0f0c--osd--block--8a", null, true)]
    [InlineData("sdb1", "ceph_bluestore", true)]
    [InlineData("cinder--volumes-volume--1", null, true)]
    [InlineData("rl-root", "xfs", false)]
    [InlineData("sda2", null, false)]
    public void Volumes_of_others_are_told_by_name_or_by_what_lies_on_them(string name, string? fileSystem, bool isForeign)
        => Assert.Equal(isForeign, new TenantRules().IsForeignDevice(new BlockDevice { Name = name, KernelName = "dm-1", Type = "lvm", SizeBytes = 1, FileSystem = fileSystem }));

    [Theory]
    [InlineData(Units, "", 0)]
    [InlineData(Units, "", 1)]
    [InlineData(Units, "sshd.service", 0)]
    [InlineData("systemctl show --property=Id --property=UnitFileState -- haproxy.service", "", 0)]
    [InlineData("systemctl show --property=Id --property=UnitFileState -- haproxy.service", "", 1)]
    [InlineData(Devices, "", 1)]
    [InlineData(Devices, "garbage", 0)]
    [InlineData("docker ps -a --format {{.Names}}", "", 1)]
    [InlineData("findmnt -J -l -o TARGET,SOURCE,FSTYPE", "", 1)]
    [InlineData("findmnt -J -l -o TARGET,SOURCE,FSTYPE", "{\"filesystems\":[]}", 0)]
    [InlineData("findmnt -J -l -o TARGET,SOURCE,FSTYPE", "garbage", 0)]
    public async Task Tenants_are_unknown_where_something_cannot_be_read(string command, string output, int exit)
    {
        _ssh.On(Units, "sshd.service loaded active running OpenSSH\nhaproxy.service loaded inactive dead HAProxy\n")
            .On("systemctl show --property=Id --property=UnitFileState -- haproxy.service", "UnitFileState=disabled\nId=haproxy.service\n")
            .On(Mounts, RootOnly).On(Devices, NoDisks);
        Assert.Equal(StepOutcome.Passed, (await TenantsAsync()).Outcome);

        _ssh.On(command, output, exit);

        Assert.Equal(StepOutcome.Unknown, (await TenantsAsync()).Outcome);
    }

    [Theory]
    [InlineData("ceph-osd@12.service", true)]
    [InlineData("ceph-3a1b2c3d-0000-1111-2222-333344445555@osd.3.service", true)]
    [InlineData("mariadb.service", true)]
    [InlineData("RabbitMQ-server.service", true)]
    [InlineData("nova-compute.service", false)]
    [InlineData("libvirtd.service", false)]
    [InlineData("openvswitch.service", false)]
    public void Services_are_told_by_patterns_with_or_without_their_kind(string unit, bool isForeign) => Assert.Equal(isForeign, new TenantRules().IsForeignUnit(unit));

    [Theory]
    [InlineData("/var/log/audit", "xfs", true)]
    [InlineData("/var/lib/docker/overlay2/1f/merged", "overlay", true)]
    [InlineData("/run/user/0", "tmpfs", true)]
    [InlineData("/var/lib/ceph/osd/ceph-1", "xfs", false)]
    [InlineData("/var/lib/mysql", "xfs", false)]
    [InlineData("/srv", "nfs4", false)]
    public void Mounts_are_expected_by_place_or_kind(string target, string kind, bool isExpected) => Assert.Equal(isExpected, new TenantRules().IsExpected(new Mount(target, "x", kind)));

    [Theory]
    [InlineData(0, StepOutcome.Passed)]
    [InlineData(1, StepOutcome.Failed)]
    [InlineData(127, StepOutcome.Unknown)]
    [InlineData(null, StepOutcome.Unknown)]
    public async Task A_boot_by_EFI_is_seen_by_its_folder(int? exit, StepOutcome expected)
    {
        _ssh.On("test -d /sys/firmware/efi", exit: exit);

        Assert.Equal(expected, (await ((Check)new EfiCheck()).RunAsync(Context(), new NoParameters(), Stop)).Outcome);
    }

    [Fact]
    public async Task Facts_of_the_PCI_bus_are_left_out_where_they_cannot_be_known()
    {
        Assert.Empty(await new PciFacts().ReadAsync(Context(), Stop));
        _ssh.On("lspci -nn", "");
        Assert.Empty(await new PciFacts().ReadAsync(Context(), Stop));
        _ssh.On("lspci -nn", HostFactsTests.Lspci, 1);
        Assert.Empty(await new PciFacts().ReadAsync(Context(), Stop));

        _ssh.On("lspci -nn", HostFactsTests.Lspci);
        Assert.Equal(new Dictionary<string, string> { ["mellanox"] = "true", ["nvidia"] = "true" }, await new PciFacts().ReadAsync(Context(), Stop));
        _ssh.On("lspci -nn", "00:00.0 Host bridge [0600]: Intel Corporation Device [8086:09a2] (rev 04)\n");
        Assert.Equal(new Dictionary<string, string> { ["mellanox"] = "false", ["nvidia"] = "false" }, await new PciFacts().ReadAsync(Context(), Stop));

        _ssh.On("lspci -nn", exit: null);
        await Assert.ThrowsAsync<RemoteHostException>(() => new PciFacts().ReadAsync(Context(), Stop));
    }

    [Fact]
    public async Task Reports_of_hosts_with_and_without_the_devices_are_told_in_the_lab()
    {
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 4, VirtualMachines = 0, Speed = 3600 });

        var none = await ((Report)new GpuReport()).RunAsync(HostLab.Context(lab.Session, 1), new NoParameters(), Stop);
        var four = await ((Report)new GpuReport()).RunAsync(HostLab.Context(lab.Session, 4), new NoParameters(), Stop);
        var disks = await ((Report)new DiskReport()).RunAsync(HostLab.Context(lab.Session, 4), new NoParameters(), Stop);

        Assert.Equal("no GPUs", none);
        Assert.Equal(4, four.Split('\n').Length);
        Assert.Contains("nvme1n1", disks);
        Assert.Equal("false", (await new PciFacts().ReadAsync(HostLab.Context(lab.Session, 1), Stop))["mellanox"]);
        Assert.Equal("true", (await new PciFacts().ReadAsync(HostLab.Context(lab.Session, 4), Stop))["mellanox"]);
    }

    private Task<CheckResult> DomainsAsync(HostsConfiguration? configuration = null) => ((Check)new NoDomainsCheck()).RunAsync(Context(configuration), new NoParameters(), Stop);

    private Task<CheckResult> TenantsAsync(HostsConfiguration? configuration = null) => ((Check)new NoTenantsCheck()).RunAsync(Context(configuration), new NoParameters(), Stop);

    private ActionContext Context(HostsConfiguration? configuration = null)
        => TestRun.Context(TimeProvider.System, new RemoteShell(_ssh, new SshTransportOptions { UserName = "ops", KnownHosts = new KnownHosts("/nonexistent", HostKeyPolicy.Strict, []) }), configuration ?? new HostsConfiguration());
}

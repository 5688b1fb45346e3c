using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Hosts;

public sealed class HostFactsTests : IAsyncDisposable
{
    internal const string Rocky = """
        NAME="Rocky Linux"
        ID="rocky"
        ID_LIKE="rhel centos fedora"
        VERSION_ID="9.4"
        PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"
        """;

    // util-linux 2.37 with a RAID over two NVMe disks, LVM, an optical drive and an old data disk.
    internal const string Lsblk = """
        {"blockdevices": [
          {"name":"sda","type":"disk","size":480103981056,"model":"MZ7LH480HAHQ    ","serial":"S4NY1","tran":"sata","fstype":null,"pttype":"gpt","mountpoint":null,
           "children":[
             {"name":"sda1","type":"part","size":629145600,"model":null,"serial":null,"tran":null,"fstype":"vfat","pttype":"gpt","mountpoint":"/boot/efi"},
             {"name":"sda2","type":"part","size":479473836032,"fstype":"LVM2_member","mountpoint":null,
              "children":[{"name":"rl-root","type":"lvm","size":75161927680,"fstype":"xfs","mountpoint":"/"},{"name":"rl-swap","type":"lvm","size":4294967296,"fstype":"swap","mountpoint":"[SWAP]"}]}]},
          {"name":"nvme0n1","type":"disk","size":"3840755982336","model":"Micron","serial":"N1","tran":"nvme","fstype":"linux_raid_member","mountpoints":[null],
           "children":[{"name":"md0","type":"raid0","size":7681380941824,"fstype":"xfs","mountpoints":["/var/lib/nova/instances"]}]},
          {"name":"nvme1n1","type":"disk","size":3840755982336,"model":null,"serial":null,"tran":"nvme","fstype":null,"mountpoints":[null]},
          {"name":"sr0","type":"rom","size":1073741312,"fstype":null,"mountpoint":null}]}
        """;

    internal const string Lspci = """
        00:00.0 Host bridge [0600]: Intel Corporation Device [8086:09a2] (rev 04)
        03:00.0 VGA compatible controller [0300]: ASPEED Technology, Inc. ASPEED Graphics Family [1a03:2000] (rev 41)
        17:00.0 3D controller [0302]: NVIDIA Corporation GA100 [A100 PCIe 80GB] [10de:20b5] (rev a1)
        17:00.1 Audio device [0403]: NVIDIA Corporation Device [10de:10f8] (rev a1)
        3b:00.0 Ethernet controller [0200]: Mellanox Technologies MT27800 Family [ConnectX-5] [15b3:1017]
        """;

    private readonly ScriptedSsh _ssh = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RemoteHost Host => new(_ssh, new SshHost("hv1", "root"), new RecordingLog());

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Fact]
    public async Task A_whole_host_is_read()
    {
        _ssh.On("cat -- /etc/os-release", Rocky)
            .On("hostname -f", "hv1.example.org\n")
            .On("cat -- /sys/class/dmi/id/product_serial", "J30XYZ\n")
            .On("cat -- /sys/class/dmi/id/product_uuid", "4C4C4544-0042\n")
            .On("cat -- /proc/sys/kernel/random/boot_id", "b-1\n")
            .On("cat -- /proc/uptime", "3600.25 100.00\n")
            .On("cat -- /proc/meminfo", "MemTotal:       527948800 kB\nMemFree: 1 kB\n")
            .On("nproc", "128\n")
            .On($"lsblk -J -b -o {BlockDeviceListing.Columns}", Lsblk)
            .On("ip -j link", """[{"ifname":"lo","link_type":"loopback","address":"00:00:00:00:00:00"},{"ifname":"eno1","link_type":"ether","address":"AA:BB:CC:00:11:22"},{}]""")
            .On("lspci -nn", Lspci)
            .On("test -d /sys/firmware/efi")
            .On("cat -- /var/lib/nova/compute_id", "", 1, "cat: /var/lib/nova/compute_id: No such file or directory")
            .On("cat -- /etc/nova/compute_id", "c0ffee\n");

        var fact = await HostFacts.ReadAsync(Host, Stop);

        Assert.Empty(fact.Unknown);
        Assert.Equal(("rocky", "9.4", 9, "Rocky Linux 9.4 (Blue Onyx)"), (fact.OsId, fact.OsVersion, fact.OsMajor, fact.OsName));
        Assert.Equal(("hv1.example.org", "J30XYZ", "4c4c4544-0042", "b-1"), (fact.Fqdn, fact.SerialNumber, fact.Uuid, fact.BootId));
        Assert.Equal((3600.25, 515575L, 128, true, "c0ffee"), (fact.UptimeSeconds, fact.MemoryMiB, fact.CpuCount, fact.BootedByEfi, fact.ComputeId));
        Assert.Equal("aa:bb:cc:00:11:22", Assert.Single(fact.Nics!).MacAddress);
        Assert.True(fact.HasGpu);
        Assert.True(fact.HasMellanox);
        Assert.Equal(["17:00.0"], fact.PciDevices!.Where(d => d.IsGpu).Select(d => d.Slot));
        Assert.Equal(["sda", "nvme0n1", "nvme1n1"], fact.Disks!.Select(d => d.Name));
    }

    [Fact]
    public void Disks_carry_what_lies_on_them_and_where_anything_of_it_is_mounted()
    {
        var disks = DiskListing.Parse(Lsblk);

        Assert.Equal(("MZ7LH480HAHQ", "S4NY1", "sata", "gpt", null), (disks[0].Model, disks[0].Serial, disks[0].Transport, disks[0].PartitionTable, disks[0].FileSystem));
        Assert.Equal(["/boot/efi", "/", "[SWAP]"], disks[0].MountPoints);
        Assert.Equal(["/", "[SWAP]"], disks[0].Partitions[1].MountPoints);
        Assert.Equal((3840755982336L, "linux_raid_member"), (disks[1].SizeBytes, disks[1].FileSystem));
        Assert.Equal(["/var/lib/nova/instances"], disks[1].MountPoints);
        Assert.False(disks[1].IsBlank);
        Assert.True(disks[2].IsBlank);
    }

    [Fact]
    public async Task A_missing_tool_makes_its_fact_unknown_and_nothing_else()
    {
        _ssh.On("cat -- /etc/os-release", Rocky).On("nproc", "4\n");

        var fact = await HostFacts.ReadAsync(Host, Stop);

        Assert.Null(fact.HasGpu);
        Assert.Null(fact.PciDevices);
        Assert.Null(fact.Disks);
        Assert.Equal(4, fact.CpuCount);
        Assert.Contains(fact.Unknown, u => u.Contains("lspci"));
    }

    [Theory]
    [InlineData("cat -- /sys/class/dmi/id/product_serial")]
    [InlineData("test -d /sys/firmware/efi")]
    [InlineData("cat -- /etc/nova/compute_id")]
    [InlineData("lspci -nn")]
    [InlineData("cat -- /etc/os-release")]
    public async Task A_connection_that_drops_while_a_fact_is_read_is_an_error_and_no_absent_fact(string command)
    {
        _ssh.On((_, _) => true, (_, _) => Task.FromResult(ScriptedSsh.Result(1, "", "cat: x: No such file or directory"))).On("cat -- /etc/os-release", Rocky).On(command, exit: null);

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => HostFacts.ReadAsync(Host, Stop));

        Assert.Equal($"The connection dropped while reading '{command}' on hv1, so the answer is not known. Nothing was changed.", error.Message);
    }

    [Fact]
    public async Task A_host_that_goes_away_while_its_facts_are_read_is_an_error_at_once()
    {
        var tries = 0;
        _ssh.On((_, _) => true, async (_, _) =>
        {
            await Task.Yield();
            Interlocked.Increment(ref tries);
            throw new RemoteHostException("hv1", "root@hv1 was not reached");
        }).On("cat -- /etc/os-release", Rocky);

        Assert.Equal("root@hv1 was not reached", (await Assert.ThrowsAsync<RemoteHostException>(() => HostFacts.ReadAsync(Host, Stop))).Message);

        // Those at work, and none that waited for its turn.
        Assert.InRange(tries, 1, 5);
    }

    [Fact]
    public async Task No_device_of_interest_is_an_answer_not_an_error()
    {
        _ssh.On("cat -- /etc/os-release", Rocky).On("lspci -nn", "00:00.0 Host bridge [0600]: Intel Corporation Device [8086:09a2] (rev 04)\n");

        var fact = await HostFacts.ReadAsync(Host, Stop);

        Assert.False(fact.HasGpu);
        Assert.False(fact.HasMellanox);
    }

    [Fact]
    public async Task Garbage_makes_its_fact_unknown()
    {
        _ssh.On("cat -- /etc/os-release", Rocky).On($"lsblk -J -b -o {BlockDeviceListing.Columns}", "{\"blockdevices\":[{\"type\":\"disk\",\"size\":\"3.5T\"}]}").On("ip -j link", "not json");

        var fact = await HostFacts.ReadAsync(Host, Stop);

        Assert.Null(fact.Disks);
        Assert.Null(fact.Nics);
    }

    [Fact]
    public async Task A_host_that_tells_no_distribution_is_an_error()
        => await Assert.ThrowsAsync<RemoteHostException>(() => HostFacts.ReadAsync(new RemoteHost(_ssh.On("cat -- /etc/os-release", "NAME=x\n"), new SshHost("hv1"), new RecordingLog()), Stop));

    [Fact]
    public async Task Four_commands_run_at_a_time_and_no_more()
    {
        var (inside, four, seen) = (new Peak(), new Rendezvous(4), 0);
        _ssh.On((_, _) => true, async (_, _) =>
        {
            using var visit = inside.Enter();
            if (Interlocked.Increment(ref seen) is > 1 and <= 5)
                await four.ArriveAsync();
            return ScriptedSsh.Result(0, Rocky);
        });

        await HostFacts.ReadAsync(Host, Stop);

        Assert.Equal(4, inside.Most);
    }

    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\n", "debian", "12", 12, true)]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID='22.04'\n", "ubuntu", "22.04", 22, true)]
    [InlineData("# c\nID=\"centos\"\nVERSION_ID=\"8\"\n", "centos", "8", 8, false)]
    [InlineData("ID=arch\n", "arch", null, null, false)]
    public void Os_release_is_read_as_its_manual_says(string text, string id, string? version, int? major, bool isDebian)
    {
        var os = OsRelease.TryParse(text)!;

        Assert.Equal((id, version, major, isDebian), (os.Id, os.Version, os.Major, os.IsDebian));
    }
}

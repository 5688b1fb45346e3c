namespace PlatformOps.Lab.Tests.Hosts;

public sealed class StorageCommandTests
{
    private const string Gpu = "hv04.lab.example";
    private const string Columns = "lsblk -J -b -o NAME,KNAME,TYPE,FSTYPE,UUID,PTTYPE,PARTTYPE,PARTUUID,MOUNTPOINT";

    [Fact]
    public async Task A_data_disk_can_be_made_anew_by_hand_as_on_a_real_host()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await RootAsync(lab, "umount /var/lib/nova/instances && wipefs -a /dev/md0 && mdadm --stop /dev/md0 && wipefs -a /dev/nvme0n1p1 /dev/nvme1n1p1 && wipefs -a /dev/nvme0n1 /dev/nvme1n1");
        Assert.Equal("", (await RootAsync(lab, "wipefs -n -p /dev/nvme0n1")).Out);

        await RootAsync(lab, """
            for d in nvme0n1 nvme1n1; do sgdisk --new=1:0:0 --typecode=1:fd00 /dev/$d || exit 1; done
            mdadm --create /dev/md0 --level=0 --raid-devices=2 --metadata=1.2 --uuid=11111111:22222222:83333333:84444444 /dev/nvme0n1p1 /dev/nvme1n1p1 &&
            mkfs.xfs -q -m uuid=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee /dev/md0 &&
            grep -v instances /etc/fstab > /tmp/fstab; echo 'UUID=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee /var/lib/nova/instances xfs rw 0 0' >> /tmp/fstab; mv /tmp/fstab /etc/fstab
            mount /var/lib/nova/instances
            """);

        var disk = JsonNode.Parse((await RootAsync(lab, Columns)).Out)!["blockdevices"]![1]!;
        Assert.Equal("gpt", (string)disk["pttype"]!);
        var part = disk["children"]![0]!;
        Assert.Equal(("nvme0n1p1", "a19d880f-05fc-4d3b-a006-743f0f84911e", "linux_raid_member", "11111111-2222-2222-8333-333384444444"), ((string)part["name"]!, (string)part["parttype"]!, (string)part["fstype"]!, (string)part["uuid"]!));
        Assert.Equal(("md0", "raid0", "xfs", "/var/lib/nova/instances"), ((string)part["children"]![0]!["name"]!, (string)part["children"]![0]!["type"]!, (string)part["children"]![0]!["fstype"]!, (string)part["children"]![0]!["mountpoint"]!));
        Assert.Contains("MD_LEVEL=raid0\nMD_DEVICES=2\nMD_METADATA=1.2\nMD_UUID=11111111:22222222:83333333:84444444\n", (await RootAsync(lab, "mdadm --detail --export /dev/md0")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RootAsync(lab, "xfs_info /var/lib/nova/instances")).Status);
    }

    [Theory]
    [InlineData("wipefs -a /dev/nvme0n1p1", "Device or resource busy")]
    [InlineData("wipefs -a /dev/md0", "Device or resource busy")]
    [InlineData("mkfs.xfs -f /dev/md0", "contains a mounted filesystem")]
    [InlineData("mkfs.xfs /dev/nvme9n1", "No such file or directory")]
    [InlineData("mdadm --stop /dev/md0", "Cannot get exclusive access")]
    [InlineData("umount /var/lib/nova/instances && mkfs.xfs /dev/md0", "appears to contain an existing filesystem (xfs)")]
    [InlineData("umount /var/lib/nova/instances && mdadm --stop /dev/md0 && mkfs.xfs /dev/nvme0n1", "appears to contain an existing partition table (gpt)")]
    [InlineData("umount /var/lib/nova/instances && mdadm --stop /dev/md0 && mdadm --create /dev/md5 --level=0 --raid-devices=2 /dev/nvme0n1p1 /dev/nvme1n1p1", "create aborted")]
    [InlineData("mount /nowhere", "can't find in /etc/fstab")]
    [InlineData("dmsetup remove rl-root", "busy")]
    public async Task What_is_in_use_or_carries_something_is_refused_as_the_real_programs_do(string script, string error)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await RootAsync(lab, script);

        Assert.NotEqual(0, reply.Status);
        Assert.Contains(error, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looking_at_disks_and_containers_is_no_write()
    {
        await using var lab = await LabUnderTest.StartAsync();

        await RootAsync(lab, $"{Columns}; wipefs -n -p /dev/md0; wipefs -n -J /dev/nvme0n1; mdadm --detail --scan; mdadm --examine /dev/nvme0n1p1; findmnt -J -l; xfs_info /dev/md0; mount; docker ps; sgdisk -p /dev/nvme0n1; udevadm settle; blkid");

        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task What_lies_on_a_file_system_goes_with_it_and_comes_back()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await RootAsync(lab, "touch /var/lib/nova/instances/here");

        await RootAsync(lab, "umount /var/lib/nova/instances");
        var unmounted = (await RootAsync(lab, "ls -A /var/lib/nova/instances")).Out;
        await RootAsync(lab, "mount /var/lib/nova/instances");
        var mounted = (await RootAsync(lab, "ls -A /var/lib/nova/instances")).Out;

        Assert.Equal("", unmounted);
        Assert.Contains("here\n", mounted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reboot_mounts_what_fstab_names_and_names_arrays_by_mdadm_conf()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await RootAsync(lab, "rm /etc/mdadm.conf; grep -v instances /etc/fstab > /tmp/f; mv /tmp/f /etc/fstab");
        var boot = (await RootAsync(lab, "cat /proc/sys/kernel/random/boot_id")).Out;

        await RootAsync(lab, "systemctl reboot");
        await LabUnderTest.UntilAsync(async () => await RootAsync(lab, "cat /proc/sys/kernel/random/boot_id") is { Status: 0 } now && now.Out != boot);

        Assert.Equal(1, (await RootAsync(lab, "findmnt /var/lib/nova/instances")).Status);
        Assert.Equal("/dev/md127\n", (await RootAsync(lab, "lsblk -n -o PATH /dev/md127")).Out);
        Assert.Equal(0, (await RootAsync(lab, "findmnt /")).Status);
    }

    [Fact]
    public async Task A_reinstall_takes_time_and_leaves_the_data_disks_what_they_carry_under_other_names()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var serials = await SerialsAsync(lab);
        var boot = (await RootAsync(lab, "cat /proc/sys/kernel/random/boot_id")).Out;
        var key = (await lab.SendAsync("GET", $"lab/ssh/hostkey?host={Gpu}")).Text;

        var reply = await lab.SendAsync("POST", $"lab/hosts/{Gpu}/reinstall", """{"osVersion":"9.5"}""");
        Assert.Equal(202, reply.Status);
        await LabUnderTest.UntilAsync(async () => (await lab.SshAsync("true", host: Gpu)).Refusal == "refused");
        await LabUnderTest.UntilAsync(async () => (await lab.SshAsync("true", host: Gpu)).Status == 0);

        Assert.Equal("9.5\n", (await RootAsync(lab, ". /etc/os-release && echo $VERSION_ID")).Out);
        Assert.Equal("auth", (await lab.SshAsync("true", "root", host: Gpu)).Refusal);
        Assert.NotEqual(boot, (await RootAsync(lab, "cat /proc/sys/kernel/random/boot_id")).Out);
        Assert.NotEqual(key, (await lab.SendAsync("GET", $"lab/ssh/hostkey?host={Gpu}")).Text);
        Assert.Equal(1, (await RootAsync(lab, "test -e /var/lib/nova/compute_id")).Status);
        Assert.Equal(127, (await RootAsync(lab, "virsh list --all")).Status);
        Assert.Equal(1, (await RootAsync(lab, "grep instances /etc/fstab")).Status);
        var now = await SerialsAsync(lab);
        Assert.Equal(serials["nvme0n1"], now["nvme1n1"]);
        Assert.Equal(serials["nvme1n1"], now["nvme0n1"]);
        Assert.Contains("\"md127\"", (await RootAsync(lab, "lsblk -J -o NAME,FSTYPE,MOUNTPOINT")).Out, StringComparison.Ordinal);
        Assert.Equal("", (await RootAsync(lab, "lsblk -n -o MOUNTPOINT /dev/md127")).Out.Trim());
        Assert.Equal(404, (await lab.SendAsync("POST", "lab/hosts/nope/reinstall", "{}")).Status);
        Assert.Equal(400, (await lab.SendAsync("POST", $"lab/hosts/{Gpu}/reinstall", """{"os":"x"}""")).Status);
    }

    [Fact]
    public async Task Containers_services_mounts_and_missing_programs_are_the_tests_to_set()
    {
        await using var lab = await LabUnderTest.StartAsync();
        Assert.Contains("nova_libvirt\n", (await lab.SshAsync("sudo -n docker ps --format '{{.Names}}'")).Out, StringComparison.Ordinal);
        Assert.StartsWith(" Id ", (await lab.SshAsync("sudo -n docker exec nova_libvirt virsh list --all")).Out, StringComparison.Ordinal);
        Assert.Equal(127, (await lab.SshAsync("sudo -n podman ps")).Status);

        await lab.SetHostAsync("hv01.lab.example", """
            {"containers":["ceph-mon",{"name":"x","tool":"podman"},{"name":"y","tool":"podman","state":"exited"}],"units":{"ceph-osd@3.service":"active","ceph-osd@4.service":{"state":"inactive","enabled":"enabled-runtime"},"docker.service":"inactive"},
             "mounts":[{"target":"/mnt/scratch","source":"filer:/scratch"}],"missing":["lspci"],"domains":["stray"],"disks":{"nvme0n1":{"fileSystem":"ext4"}}}
            """);

        Assert.Equal("x\n", (await lab.SshAsync("sudo -n podman ps --format '{{.Names}}'")).Out);
        Assert.Equal("x\ny\n", (await lab.SshAsync("sudo -n podman ps -a --format '{{.Names}}'")).Out);
        Assert.Contains("Cannot connect to the Docker daemon", (await lab.SshAsync("sudo -n docker ps")).Error, StringComparison.Ordinal);
        Assert.Contains("ceph-osd@3.service loaded active running", (await lab.SshAsync("systemctl list-units --type=service --state=running --plain --no-legend")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("ceph-osd@4", (await lab.SshAsync("systemctl list-units --type=service --plain --no-legend")).Out, StringComparison.Ordinal);
        Assert.Contains("ceph-osd@4.service loaded inactive dead", (await lab.SshAsync("systemctl list-units --type=service --all --plain --no-legend")).Out, StringComparison.Ordinal);
        Assert.Equal("Id=ceph-osd@3.service\nUnitFileState=enabled\n\nId=ceph-osd@4.service\nUnitFileState=enabled-runtime\n", (await lab.SshAsync("systemctl show --property=Id --property=UnitFileState -- ceph-osd@3.service ceph-osd@4.service")).Out);
        Assert.Equal("/mnt/scratch filer:/scratch nfs4\n", (await lab.SshAsync("findmnt -n -o TARGET,SOURCE,FSTYPE /mnt/scratch")).Out);
        Assert.Equal(127, (await lab.SshAsync("lspci -nn")).Status);
        Assert.Contains("stray", (await lab.SshAsync("sudo -n virsh list --all")).Out, StringComparison.Ordinal);
        Assert.Contains(",ext4\n", (await lab.SshAsync("sudo -n wipefs -n -p /dev/nvme0n1")).Out, StringComparison.Ordinal);
    }

    private static Task<SshReply> RootAsync(LabUnderTest lab, string script) => lab.SshAsync($"sudo -n sh -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'", host: Gpu);

    private static async Task<Dictionary<string, string>> SerialsAsync(LabUnderTest lab)
        => JsonNode.Parse((await RootAsync(lab, "lsblk -J -d -o NAME,SERIAL")).Out)!["blockdevices"]!.AsArray().ToDictionary(disk => (string)disk!["name"]!, disk => (string)disk!["serial"]!);
}

using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using Device = PlatformOps.Core.Tests.Services.Hosts.Storage.SimulatedDisks.Device;

namespace PlatformOps.Core.Tests.Services.Hosts.Storage;

public sealed class StoragePlannerTests
{
    private const string Instances = "/var/lib/nova/instances";
    private const string Old = "0b0b0b0b-1111-4222-8333-444444444444";
    private const string OldArray = "0a0a0a0a-1111-4222-8333-444444444444";
    private const string Options = "rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota";

    private static readonly StorageProfile Lenovo = new StorageProfiles(new HostsConfiguration()).ByName("hv-2022-lenovo").Profile;
    private static readonly StorageProfile A100 = new StorageProfiles(new HostsConfiguration()).ByName("xma-hv-2022-a100").Profile;

    [Fact]
    public void A_blank_disk_gets_an_XFS_its_line_of_fstab_with_the_exact_options_and_its_mount()
    {
        var host = Host(Nvme(0));

        var plan = Plan(host, Lenovo);

        Assert.Empty(plan.Refusals);
        Assert.Equal(["xfs:S0", "folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.Equal([true, false, false, false], plan.Steps.Select(step => step.IsDestructive));
        var uuid = plan.Steps[0].Commands[0][3]["uuid=".Length..];
        Assert.Equal(["mkfs.xfs", "-q", "-m", $"uuid={uuid}", "/dev/nvme0n1"], plan.Steps[0].Commands[0]);
        Assert.Equal($"# made by anaconda\nUUID=root / xfs defaults 0 0\nUUID={uuid} {Instances} xfs {Options} 0 0\n", plan.Steps[2].WriteText);
        Finish(host, Lenovo);
        Assert.Equal(Instances, host.Disks[1].Mount);
    }

    [Fact]
    public void Two_blank_disks_get_partitions_of_type_fd00_a_RAID0_an_XFS_and_mdadm_conf()
    {
        var host = Host(Nvme(0), Nvme(1));

        var plan = Plan(host, A100);

        Assert.Equal(["partition:S0", "partition:S1", "array:S0+S1", "xfs:S0+S1", "mdadm.conf", "folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.Contains("--typecode=1:fd00", plan.Steps[0].Commands[0]);
        Assert.Equal(["mdadm", "--create", "/dev/md0", "--level=0", "--raid-devices=2", "--metadata=1.2"], plan.Steps[2].Commands[0].Take(6));
        Assert.Equal(["/dev/nvme0n1p1", "/dev/nvme1n1p1"], plan.Steps[2].Commands[0].TakeLast(2));
        Finish(host, A100);
        var array = host.All.Single(device => device.Type == "raid0");
        Assert.Equal((Instances, "xfs"), (array.Mount, array.Fs));
        Assert.Equal($"ARRAY /dev/md0 metadata=1.2 UUID={StableIds.ForMdadm(Guid.Parse(host.Disks[1].Children[0].Uuid!))}\n", host.MdadmConf);
    }

    [Fact]
    public void What_is_ready_needs_nothing_whoever_asks_and_however()
    {
        foreach (var (profile, disks) in new[] { (Lenovo, 1), (A100, 2) })
        {
            var host = Host([.. Enumerable.Range(0, disks).Select(Nvme)]);
            Finish(host, profile);

            Assert.Empty(Plan(host, profile).Steps);
            // Forced as well: what is in place is not made anew.
            Assert.Empty(Plan(host, profile, force: ["S0"]).Steps);
            Assert.Empty(Plan(host, profile, recorded: [new("S0", "ext4:x")]).Steps);
            Assert.Contains("mounted at " + Instances, Plan(host, profile).Kept);
        }
    }

    [Fact]
    public void An_XFS_that_was_recorded_is_kept_and_mounted_not_made_again()
    {
        var host = Host(Nvme(0, "xfs", Old));

        var plan = Plan(host, Lenovo, recorded: [new("S0", $"xfs:{Old}")]);

        Assert.Empty(plan.Refusals);
        Assert.Equal(["folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.DoesNotContain(plan.Steps, step => step.IsDestructive);
        Assert.Contains($"xfs:{Old}", plan.Kept);
        Assert.Contains($"UUID={Old} {Instances} ", plan.Steps[1].WriteText);
    }

    [Fact]
    public void An_array_that_was_recorded_is_kept_under_the_name_that_the_kernel_gave_it_until_the_next_boot()
    {
        var host = ArrayHost(running: true);

        var plan = Plan(host, A100, recorded: Recorded(host));

        Assert.Equal(["mdadm.conf", "folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.Equal($"ARRAY /dev/md0 metadata=1.2 UUID={StableIds.ForMdadm(Guid.Parse(OldArray))}\n", plan.Steps[0].WriteText);
        Assert.Contains("/dev/md127", plan.Kept);
        Finish(host, A100, Recorded(host));
    }

    [Fact]
    public void An_array_that_was_recorded_and_does_not_run_is_assembled_and_only_then_is_decided_what_is_on_it()
    {
        var kept = ArrayHost(running: false);
        var plan = Plan(kept, A100, recorded: Recorded(kept));

        Assert.Equal(["assemble:S0+S1", "xfs:S0+S1", "mdadm.conf", "folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.Equal(["mdadm", "--assemble", "/dev/md0", "/dev/nvme0n1p1", "/dev/nvme1n1p1"], plan.Steps[0].Commands[0]);
        Assert.Empty(plan.Steps[1].Commands);
        Finish(kept, A100, Recorded(kept));
        Assert.DoesNotContain(kept.Commands, command => command.StartsWith("mkfs", StringComparison.Ordinal));

        var empty = ArrayHost(running: false);
        (empty.Hidden[0].Fs, empty.Hidden[0].Uuid) = (null, null);
        Finish(empty, A100, Recorded(empty));
        Assert.Contains(empty.Commands, command => command.StartsWith("mkfs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    [InlineData("LVM2_member")]
    [InlineData("linux_raid_member")]
    [InlineData("ceph_bluestore")]
    public void What_was_not_recorded_is_refused_with_what_it_carries(string found)
    {
        var host = Host(Nvme(0, found, Old));

        var plan = Plan(host, Lenovo);

        Assert.Empty(plan.Steps);
        Assert.Contains($"nvme0n1 (serial S0, 3576 GiB) carries {found}:{Old}, and was not recorded", Assert.Single(plan.Refusals));
    }

    [Theory]
    [InlineData("xfs:another")]
    [InlineData("xfs")]
    [InlineData("ext4:" + Old)]
    [InlineData("blank")]
    public void What_was_recorded_otherwise_is_another_disk_by_now(string recorded)
    {
        var plan = Plan(Host(Nvme(0, "xfs", Old)), Lenovo, recorded: [new("S0", recorded)]);

        Assert.Contains($"was recorded with {recorded}", Assert.Single(plan.Refusals));
    }

    [Fact]
    public void The_record_of_another_disk_is_no_leave()
        => Assert.NotEmpty(Plan(Host(Nvme(0, "xfs", Old)), Lenovo, recorded: [new("S9", $"xfs:{Old}")]).Refusals);

    [Theory]
    [InlineData("nvme0n1")]
    [InlineData("/dev/nvme0n1")]
    [InlineData("S0")]
    [InlineData("s0")]
    public void A_forced_disk_is_wiped_and_made_anew(string name)
    {
        var host = Host(Nvme(0, "xfs", Old));

        var plan = Plan(host, Lenovo, force: [name]);

        Assert.Equal([$"wipe:S0:xfs:{Old}", "xfs:S0", "folder", "fstab", "mount"], plan.Steps.Select(step => step.Key));
        Assert.Equal(["wipefs", "-a", "/dev/nvme0n1"], plan.Steps[0].Commands[0]);
        Finish(host, Lenovo, force: [name]);
    }

    [Fact]
    public void A_recorded_disk_of_another_shape_is_wiped_with_all_that_lies_on_it()
    {
        var host = Host(Nvme(0, "LVM2_member", Old), Nvme(1, "LVM2_member", OldArray));
        var volume = new Device { Name = "data-instances", Type = "lvm", Fs = "xfs", Uuid = Old };
        host.Disks[1].With(volume);
        host.Disks[2].With(volume);

        var plan = Plan(host, A100, recorded: [new("S0", $"LVM2_member:{Old}"), new("S1", $"LVM2_member:{OldArray}")]);

        Assert.Equal(["dmsetup remove data-instances", "wipefs -a /dev/nvme0n1", "udevadm settle"], plan.Steps[0].Commands.Select(command => string.Join(' ', command)));
        Assert.Equal(["wipefs -a /dev/nvme1n1", "udevadm settle"], plan.Steps[1].Commands.Select(command => string.Join(' ', command)));
        Finish(host, A100, [new("S0", $"LVM2_member:{Old}"), new("S1", $"LVM2_member:{OldArray}")]);
    }

    [Fact]
    public void An_array_is_wiped_before_it_is_stopped_and_its_members_after_it()
    {
        var host = ArrayHost(running: true);

        var plan = Plan(host, A100, force: ["S0", "S1"]);

        Assert.Equal(
            ["wipefs -a /dev/md127", "mdadm --stop /dev/md127", "wipefs -a /dev/nvme0n1p1", "wipefs -a /dev/nvme0n1", "udevadm settle"],
            plan.Steps[0].Commands.Select(command => string.Join(' ', command)));
        Finish(host, A100, force: ["S0", "S1"]);
    }

    [Theory]
    [InlineData("/srv", "is mounted at /srv")]
    [InlineData("[SWAP]", "no disk is such")]
    [InlineData("/", "no disk is such")]
    [InlineData("/boot/efi", "no disk is such")]
    [InlineData("/var", "no disk is such")]
    public void What_is_mounted_is_never_taken_recorded_or_forced(string target, string why)
    {
        var disk = Nvme(0, "xfs", Old);
        disk.Mount = target;

        var plan = Plan(Host(disk), Lenovo, recorded: [new("S0", $"xfs:{Old}")], force: ["S0"]);

        Assert.Empty(plan.Steps);
        Assert.Contains(why, string.Join('\n', plan.Refusals));
    }

    [Fact]
    public void What_is_mounted_as_the_kernel_says_though_lsblk_shows_nothing_is_never_taken()
    {
        var host = Host(Nvme(0, "xfs", Old));
        var look = host.Look();
        look = look with { Mounts = [.. look.Mounts, new Mount("/srv", "/dev/nvme0n1[/sub]", "xfs")] };

        Assert.Contains("is mounted at /srv", string.Join('\n', StoragePlanner.Plan(look, Lenovo, [], ["S0"]).Refusals));
    }

    [Theory]
    [InlineData("UUID=" + Old + " /srv/data xfs noauto 0 0")]
    [InlineData("/dev/nvme0n1 /srv/data xfs noauto 0 0")]
    [InlineData("/dev/disk/by-id/nvme-SAMSUNG_S0 /srv/data xfs noauto 0 0")]
    [InlineData("UUID=\"" + Old + "\"\tnone\tswap\tsw\t0\t0")]
    public void What_fstab_mounts_elsewhere_is_never_taken(string line)
    {
        var host = Host(Nvme(0, "xfs", Old));
        host.Fstab += line + "\n";

        Assert.Contains("has a line in /etc/fstab", string.Join('\n', Plan(host, Lenovo, force: ["S0"]).Refusals));
    }

    [Fact]
    public void What_another_disk_is_part_of_is_never_taken()
    {
        var host = ArrayHost(running: true);
        var foreign = new Device { Name = "sdb", Serial = "B", Transport = "sata", Fs = "linux_raid_member", Uuid = OldArray };
        host.Disks.Add(foreign.With(host.All.Single(device => device.Type == "raid0")));

        Assert.Contains("lies on /dev/sdb too", string.Join('\n', Plan(host, A100, force: ["S0", "S1"]).Refusals));
    }

    [Theory]
    [InlineData("crypt")]
    [InlineData("mpath")]
    public void What_is_held_by_something_that_is_not_understood_is_never_taken(string type)
    {
        var host = Host(Nvme(0, "crypto_LUKS", Old).With(new Device { Name = "secret", Type = type }));

        Assert.Contains($"in use as {type}", string.Join('\n', Plan(host, Lenovo, force: ["S0"]).Refusals));
    }

    [Fact]
    public void What_only_reading_the_disk_shows_counts()
    {
        var look = Host(Nvme(0)).Look();
        look = look with { Signatures = new Dictionary<string, IReadOnlyList<Signature>>(look.Signatures) { ["nvme0n1"] = [new("zfs_member", "7")] } };
        Assert.Contains("carries zfs_member:7", Assert.Single(StoragePlanner.Plan(look, Lenovo, [], []).Refusals));

        // And what only the system's records show.
        look = Host(Nvme(0, "xfs", Old)).Look();
        look = look with { Signatures = new Dictionary<string, IReadOnlyList<Signature>>(look.Signatures) { ["nvme0n1"] = [] } };
        Assert.Contains($"carries xfs:{Old}", Assert.Single(StoragePlanner.Plan(look, Lenovo, [], []).Refusals));

        // Two things on one disk: it is not what was recorded.
        look = Host(Nvme(0, "xfs", Old)).Look();
        look = look with { Signatures = new Dictionary<string, IReadOnlyList<Signature>>(look.Signatures) { ["nvme0n1"] = [new("xfs", Old), new("ext4", "2")] } };
        Assert.Contains($"carries xfs:{Old}+ext4:2", Assert.Single(StoragePlanner.Plan(look, Lenovo, [new("S0", $"xfs:{Old}")], []).Refusals));

        // An empty table is not blank.
        look = Host(Nvme(0)).Look();
        look = look with { Signatures = new Dictionary<string, IReadOnlyList<Signature>>(look.Signatures) { ["nvme0n1"] = [new("gpt", null), new("PMBR", null)] } };
        Assert.Contains("carries gpt", Assert.Single(StoragePlanner.Plan(look, Lenovo, [], []).Refusals));
    }

    [Fact]
    public void What_was_not_looked_into_is_refused()
    {
        var look = Host(Nvme(0)).Look() with { Signatures = new Dictionary<string, IReadOnlyList<Signature>>() };

        Assert.Contains("was not looked into", string.Join('\n', StoragePlanner.Plan(look, Lenovo, [], []).Refusals));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void More_or_fewer_disks_than_the_profile_wants_are_refused_with_all_that_there_are(int count)
    {
        var plan = Plan(Host([.. Enumerable.Range(0, count).Select(Nvme)]), Lenovo);

        Assert.Empty(plan.Steps);
        Assert.Contains("1 disk, transport nvme", plan.Refusals[0]);
        Assert.Contains("sda (serial SYSTEM, 447 GiB) sata", plan.Refusals[0]);
    }

    [Fact]
    public void Of_more_disks_than_wanted_the_recorded_ones_or_the_mounted_one_are_meant()
    {
        var host = Host(Nvme(0), Nvme(1, "xfs", Old), Nvme(2));
        Assert.Equal(["folder", "fstab", "mount"], Plan(host, Lenovo, recorded: [new("S1", $"xfs:{Old}")]).Steps.Select(step => step.Key));

        Finish(host, Lenovo, [new("S1", $"xfs:{Old}")]);
        Assert.Empty(Plan(host, Lenovo).Refusals);
        Assert.Empty(Plan(host, Lenovo).Steps);
        Assert.Equal("xfs:S0", Plan(Host(Nvme(0), Nvme(1)), Lenovo, force: ["S0"]).Steps[0].Key);
    }

    [Fact]
    public void Kernel_names_decide_nothing()
    {
        var first = Host(Nvme(0, "xfs", Old), Nvme(1));
        var second = Host(Nvme(0), Nvme(1, "xfs", Old));
        second.Disks.Clear();
        second.Disks.AddRange([System(), new Device { Name = "nvme1n1", Serial = "S0", Transport = "nvme", Fs = "xfs", Uuid = Old }, new Device { Name = "nvme0n1", Serial = "S1", Transport = "nvme" }]);
        RecordedDisk[] recorded = [new("S0", $"xfs:{Old}")];

        Assert.Contains("/dev/nvme0n1", Plan(first, Lenovo, recorded).Kept);
        Assert.Contains("/dev/nvme1n1", Plan(second, Lenovo, recorded).Kept);
    }

    [Fact]
    public void A_disk_without_a_serial_number_or_with_another_s_is_refused()
    {
        var nameless = new Device { Name = "nvme0n1", Transport = "nvme" };
        var twin = new Device { Name = "sdb", Serial = "s0", Transport = "sata" };

        Assert.Contains("tells no serial number", Assert.Single(Plan(Host(nameless), Lenovo).Refusals));
        Assert.Contains("another disk tells the same", Assert.Single(Plan(Host(Nvme(0), twin), Lenovo).Refusals));
    }

    [Theory]
    [InlineData("nope", "there is no disk 'nope'")]
    [InlineData("sda", "is none of the disks that the profile means")]
    public void A_force_that_names_another_disk_is_refused(string name, string why)
        => Assert.Contains(why, string.Join('\n', Plan(Host(Nvme(0)), Lenovo, force: [name]).Refusals));

    [Fact]
    public void A_read_only_disk_is_refused()
        => Assert.Contains("is read-only", string.Join('\n', Plan(Host(new Device { Name = "nvme0n1", Serial = "S0", Transport = "nvme", ReadOnly = true }), Lenovo, force: ["S0"]).Refusals));

    [Fact]
    public void Another_file_system_at_the_mount_point_is_refused()
    {
        var foreign = new Device { Name = "sdb", Serial = "B", Transport = "sata", Fs = "xfs", Uuid = Old, Mount = Instances };
        Assert.Contains("is mounted already, from /dev/sdb", Assert.Single(Plan(Host(Nvme(0), foreign), Lenovo).Refusals));

        var ext4 = Nvme(0, "ext4", Old);
        ext4.Mount = Instances;
        Assert.Contains("not as the profile wants it", Assert.Single(Plan(Host(ext4), Lenovo, force: ["S0"]).Refusals));

        var look = Host(Nvme(0)).Look();
        look = look with { Mounts = [.. look.Mounts, new Mount(Instances, "filer:/instances", "nfs4")] };
        Assert.Contains("from filer:/instances", Assert.Single(StoragePlanner.Plan(look, Lenovo, [], []).Refusals));
    }

    [Fact]
    public void A_folder_with_something_in_it_is_not_mounted_over()
    {
        var host = Host(Nvme(0));
        (host.HasFolder, host.InFolder) = (true, "locks");

        Assert.Contains("'locks' lies there", Assert.Single(Plan(host, Lenovo).Refusals));
    }

    [Fact]
    public void A_line_of_fstab_by_a_kernel_name_is_replaced_by_one_that_lasts()
    {
        var host = Host(Nvme(0, "xfs", Old));
        host.Fstab += $"/dev/nvme0n1 {Instances} xfs {Options} 0 0\n# the end\n";
        (host.Disks[1].Mount, host.HasFolder) = (Instances, true);

        var plan = Plan(host, Lenovo);

        Assert.Equal("fstab", Assert.Single(plan.Steps).Key);
        Assert.Equal($"# made by anaconda\nUUID=root / xfs defaults 0 0\n# the end\nUUID={Old} {Instances} xfs {Options} 0 0\n", plan.Steps[0].WriteText);
    }

    [Fact]
    public void A_line_of_fstab_that_mounts_another_disk_there_is_refused()
    {
        var other = new Device { Name = "sdb", Serial = "B", Transport = "sata", Fs = "xfs", Uuid = OldArray };
        var host = Host(Nvme(0), other);
        host.Fstab += $"UUID={OldArray} {Instances} xfs defaults 0 0\n";

        Assert.Contains($"mounts UUID={OldArray} at", Assert.Single(Plan(host, Lenovo).Refusals));

        // One that mounts nothing that is there is an old one's.
        host.Disks.Remove(other);
        Finish(host, Lenovo);
        Assert.Single(host.Fstab.Split('\n'), line => line.Contains(Instances, StringComparison.Ordinal));
    }

    [Fact]
    public void Missing_programs_are_told_before_anything_is_touched()
    {
        var host = Host(Nvme(0), Nvme(1));
        host.Missing.UnionWith(["sgdisk", "mdadm", "dmsetup"]);

        Assert.Equal(["sgdisk is missing, and the steps need it: install gdisk.", "mdadm is missing, and the steps need it: install mdadm."], Plan(host, A100).Refusals);
        Assert.Empty(Plan(host, A100).Steps);
    }

    [Fact]
    public void An_array_of_another_has_its_name_already()
    {
        var other = new Device { Name = "sdb", Serial = "B", Transport = "sata", Fs = "linux_raid_member", Uuid = Old }.With(new Device { Name = "md0", Type = "raid1" });

        Assert.Contains("/dev/md0 is another array already", Assert.Single(Plan(Host(Nvme(0), Nvme(1), other), A100).Refusals));
    }

    [Fact]
    public void What_we_made_on_another_machine_is_not_ours_here()
    {
        var host = Host(Nvme(0));
        Finish(host, Lenovo);
        host.Disks[1].Mount = null;
        host.Machine = "another";

        Assert.Contains("was not recorded", Assert.Single(Plan(host, Lenovo).Refusals));
    }

    [Fact]
    public void A_partition_without_a_RAID_is_a_profile_too()
    {
        var profile = new StorageProfile { Disks = new DiskSelection { Transport = "nvme" }, Partition = "8300" };
        var host = Host(Nvme(0));

        Finish(host, profile);

        Assert.Equal(("xfs", Instances), (host.Disks[1].Children[0].Fs, host.Disks[1].Children[0].Mount));
    }

    [Fact]
    public void A_RAID_of_whole_disks_is_a_profile_too()
    {
        var profile = new StorageProfile { Disks = new DiskSelection { Transport = "nvme", Count = 2 }, Raid0 = "/dev/md1" };
        var host = Host(Nvme(0), Nvme(1));

        Finish(host, profile);

        Assert.Equal("/dev/md1", host.All.Single(device => device.Mount == Instances).Path);
    }

    internal static SimulatedDisks Host(params Device[] disks)
    {
        var host = new SimulatedDisks { Fstab = "# made by anaconda\nUUID=root / xfs defaults 0 0\n" };
        host.Disks.Add(System());
        host.Disks.AddRange(disks);
        return host;
    }

    internal static Device Nvme(int number) => Nvme(number, null, null);

    internal static Device Nvme(int number, string? fs, string? uuid) => new() { Name = $"nvme{number}n1", Serial = $"S{number}", Transport = "nvme", Fs = fs, Uuid = uuid };

    /// <summary>Makes what is missing step by step, as the change does, and sees that no step is new or comes twice.</summary>
    internal static void Finish(SimulatedDisks host, StorageProfile profile, IReadOnlyList<RecordedDisk>? recorded = null, IReadOnlyList<string>? force = null)
    {
        var plan = Plan(host, profile, recorded, force);
        var agreed = plan.Steps.Select(step => step.Key).ToList();
        for (; plan.Steps.Count > 0; plan = Plan(host, profile, recorded, force))
        {
            Assert.All(plan.Steps, step => Assert.Contains(step.Key, agreed));
            agreed.Remove(plan.Steps[0].Key);
            host.Run(plan.Steps[0]);
        }

        Assert.Empty(plan.Refusals);
        Assert.Single(host.All, device => device.Mount == profile.MountPoint);
    }

    private static StoragePlan Plan(SimulatedDisks host, StorageProfile profile, IReadOnlyList<RecordedDisk>? recorded = null, IReadOnlyList<string>? force = null)
        => StoragePlanner.Plan(host.Look(), profile, recorded ?? [], force ?? []);

    private static Device System() => new Device { Name = "sda", Serial = "SYSTEM", Transport = "sata", Size = 480_103_981_056, Table = "gpt" }
        .With(new Device { Name = "sda1", Type = "part", Fs = "xfs", Uuid = "root", Mount = "/" });

    private static SimulatedDisks ArrayHost(bool running)
    {
        var host = Host(Nvme(0), Nvme(1));
        var array = new Device { Name = "md127", Type = "raid0", Fs = "xfs", Uuid = Old };
        foreach (var disk in host.Disks.Skip(1))
        {
            disk.Table = "gpt";
            var part = new Device { Name = disk.Name + "p1", Type = "part", PartType = "a19d880f-05fc-4d3b-a006-743f0f84911e", PartUuid = Guid.NewGuid().ToString(), Fs = "linux_raid_member", Uuid = OldArray };
            disk.With(running ? part.With(array) : part);
        }

        if (!running)
            host.Hidden.Add(array);
        return host;
    }

    private static RecordedDisk[] Recorded(SimulatedDisks host) => [.. host.Disks.Skip(1).Select(disk => new RecordedDisk(disk.Serial!, $"gpt(linux_raid_member:{OldArray})"))];
}

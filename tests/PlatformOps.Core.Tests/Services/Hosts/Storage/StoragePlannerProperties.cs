using FsCheck;
using FsCheck.Fluent;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using Device = PlatformOps.Core.Tests.Services.Hosts.Storage.SimulatedDisks.Device;

namespace PlatformOps.Core.Tests.Services.Hosts.Storage;

/// <summary>Whatever a host's disks are like: what must never be touched is not, what was agreed to is enough, and a run that is killed anywhere can be gone on with.</summary>
public sealed class StoragePlannerProperties
{
    private const string Instances = "/var/lib/nova/instances";
    private const string RaidType = "a19d880f-05fc-4d3b-a006-743f0f84911e";

    private static readonly StorageProfile[] Profiles =
    [
        new StorageProfiles(new HostsConfiguration()).ByName("hv-2022-lenovo").Profile,
        new StorageProfiles(new HostsConfiguration()).ByName("xma-hv-2022-a100").Profile,
        new() { Disks = new DiskSelection { Transport = "nvme" }, Partition = "8300" },
        new() { Disks = new DiskSelection { Transport = "nvme", Count = 2 }, Raid0 = "/dev/md7" },
    ];

    internal enum Carried
    {
        Nothing, Xfs, Ext4, Table, Partition, PartitionXfs, Member, WholeMember, Lvm, LvmInUse, Crypt,
    }

    internal enum Known
    {
        No, Yes, Otherwise,
    }

    internal sealed record DiskPlan(Carried Carried, string? Mount, Known Recorded, bool IsForced, bool IsNvme, bool HasSerial, bool IsReadOnly, bool IsInFstab);

    /// <param name="IsSystemNvme">Whether the system's disk looks like a data disk.</param>
    /// <param name="ArrayCarries">On the array of all members; null where the array does not run.</param>
    internal sealed record HostPlan(int Profile, DiskPlan[] Disks, bool IsSystemNvme, bool IsSystemForced, Carried? ArrayCarries, string? ArrayMount, bool HasFolder, bool HasFileInFolder);

    [Fact]
    public void No_plan_touches_a_disk_that_is_mounted_the_system_s_or_neither_blank_nor_recorded_nor_forced()
    {
        var plans = 0;
        Check(plan =>
        {
            var (host, recorded, force) = Make(plan);
            var mayBeWritten = host.Disks.Where(disk => MayBeWritten(disk, host, recorded, force)).Select(disk => disk.Serial ?? disk.Name).ToHashSet();
            var steps = StoragePlanner.Plan(host.Look(), Profiles[plan.Profile], recorded, force).Steps;
            if (steps.Any(step => step.IsDestructive))
                plans++;
            RunAll(host, Profiles[plan.Profile], recorded, force);
            Assert.Subset(mayBeWritten, host.Written);
        });

        // It is no proof where nothing was ever planned.
        Assert.True(plans > 30, $"{plans} plans wrote on a disk");
    }

    [Fact]
    public void A_plan_leads_to_where_nothing_is_missing_and_needs_no_step_that_was_not_in_it() => Check(plan =>
    {
        var (host, recorded, force) = Make(plan);
        if (StoragePlanner.Plan(host.Look(), Profiles[plan.Profile], recorded, force).Refusals.Count > 0)
        {
            Assert.Empty(StoragePlanner.Plan(host.Look(), Profiles[plan.Profile], recorded, force).Steps);
            return;
        }

        StoragePlannerTests.Finish(host, Profiles[plan.Profile], recorded, force);
        var before = host.Commands.Count;
        RunAll(host, Profiles[plan.Profile], recorded, force);
        Assert.Equal(before, host.Commands.Count);
    });

    [Fact]
    public void A_run_that_is_killed_between_any_two_effects_can_be_gone_on_with() => Check(plan =>
    {
        var effects = 0;
        while (true)
        {
            var (host, recorded, force) = Make(plan);
            var profile = Profiles[plan.Profile];
            if (StoragePlanner.Plan(host.Look(), profile, recorded, force).Refusals.Count > 0 || !RunSome(host, profile, recorded, force, effects++))
                return;
            var again = StoragePlanner.Plan(host.Look(), profile, recorded, force);
            Assert.True(again.Refusals.Count == 0, $"killed after {effects} effects ({string.Join("; ", host.Commands)}): {string.Join("; ", again.Refusals)}");
            StoragePlannerTests.Finish(host, profile, recorded, force);
            // A file system that was made is not made again.
            Assert.InRange(host.Commands.Count(command => command.StartsWith("mkfs", StringComparison.Ordinal)), 0, 1);
        }
    }, 700);

    private static void Check(Action<HostPlan> property, int hosts = 2000)
        => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(hosts), Prop.ForAll(Arb.From(Hosts, Shrink), plan =>
        {
            property(plan);
            return true;
        }));

    // Written apart from the planner: what a person would allow.
    private static bool MayBeWritten(Device disk, SimulatedDisks host, IReadOnlyList<RecordedDisk> recorded, IReadOnlyList<string> force)
    {
        var all = disk.Tree().ToList();
        if (all.Exists(device => device.Mount is not null) || all.Exists(device => host.Fstab.Contains($"UUID={device.Uuid} /srv", StringComparison.Ordinal)) || disk.Transport != "nvme" || disk.Serial is null || disk.ReadOnly)
            return false;
        if (all.Exists(device => device.Type == "crypt") || all.Exists(device => host.ParentsOf(device).Any(parent => !host.Disks.Where(other => other.Transport == "nvme").SelectMany(other => other.Tree()).Contains(parent))))
            return false;
        var isBlank = disk is { Fs: null, Table: null };
        return isBlank || force.Contains(disk.Serial) || force.Contains(disk.Name) || recorded.Any(known => known.Serial == disk.Serial && known.Signature == SignatureOf(disk));
    }

    private static string SignatureOf(Device disk)
        => disk.Table is null ? disk.Fs is null ? "blank" : $"{disk.Fs}:{disk.Uuid}" : $"gpt({string.Join(',', disk.Children.Select(part => part.Fs is null ? "-" : $"{part.Fs}:{part.Uuid}"))})";

    private static void RunAll(SimulatedDisks host, StorageProfile profile, IReadOnlyList<RecordedDisk> recorded, IReadOnlyList<string> force)
    {
        for (var i = 0; i < 30; i++)
        {
            if (StoragePlanner.Plan(host.Look(), profile, recorded, force).Steps is not [var next, ..])
                return;
            host.Run(next);
        }

        Assert.Fail("no end after 30 steps");
    }

    // False where there were not so many effects.
    private static bool RunSome(SimulatedDisks host, StorageProfile profile, IReadOnlyList<RecordedDisk> recorded, IReadOnlyList<string> force, int count)
    {
        while (StoragePlanner.Plan(host.Look(), profile, recorded, force).Steps is [var next, ..])
        {
            foreach (var effect in host.Effects(next).ToList())
            {
                if (count-- == 0)
                    return true;
                effect();
            }
        }

        return false;
    }

    private static (SimulatedDisks Host, IReadOnlyList<RecordedDisk> Recorded, IReadOnlyList<string> Force) Make(HostPlan plan)
    {
        var host = new SimulatedDisks { HasFolder = plan.HasFolder, InFolder = plan is { HasFolder: true, HasFileInFolder: true } ? "file" : null };
        host.Disks.Add(new Device { Name = "sda", Serial = "SYSTEM", Transport = plan.IsSystemNvme ? "nvme" : "sata", Table = "gpt" }.With(new Device { Name = "sda1", Type = "part", Fs = "xfs", Uuid = Id(99), Mount = "/" }));
        var array = new Device { Name = "md127", Type = "raid0", Mount = plan.ArrayCarries == Carried.Xfs ? plan.ArrayMount : null };
        (array.Fs, array.Uuid) = plan.ArrayCarries switch
        {
            Carried.Xfs => ("xfs", Id(50)),
            Carried.Nothing or null => (null, null),
            _ => ((string?)"ext4", (string?)Id(50)),
        };
        var recorded = new List<RecordedDisk>();
        var force = plan.IsSystemForced ? new List<string> { "SYSTEM" } : [];
        for (var i = 0; i < plan.Disks.Length; i++)
        {
            var wanted = plan.Disks[i];
            var disk = new Device { Name = $"nvme{i}n1", Serial = wanted.HasSerial ? $"S{i}" : null, Transport = wanted.IsNvme ? "nvme" : "sas", ReadOnly = wanted.IsReadOnly };
            Fill(disk, wanted, i, plan.ArrayCarries is null ? null : array);
            host.Disks.Add(disk);
            if (wanted is { Recorded: not Known.No, HasSerial: true })
                recorded.Add(new RecordedDisk(disk.Serial!, wanted.Recorded == Known.Yes ? SignatureOf(disk) : $"xfs:{Id(70)}"));
            if (wanted.IsForced)
                force.Add(i % 2 == 0 ? disk.Name : disk.Serial ?? disk.Name);
            if (wanted.IsInFstab && disk.Tree().FirstOrDefault(device => device.Uuid is not null) is { } named)
                host.Fstab += $"UUID={named.Uuid} /srv xfs noauto 0 0\n";
        }

        return (host, recorded, force);
    }

    private static void Fill(Device disk, DiskPlan plan, int i, Device? array)
    {
        var part = new Device { Name = disk.Name + "p1", Type = "part", PartUuid = Id(20 + i), PartType = RaidType };
        switch (plan.Carried)
        {
            case Carried.Xfs:
                (disk.Fs, disk.Uuid, disk.Mount) = ("xfs", Id(i), plan.Mount);
                break;
            case Carried.Ext4:
                (disk.Fs, disk.Uuid, disk.Mount) = ("ext4", Id(i), plan.Mount);
                break;
            case Carried.Table:
                disk.Table = "gpt";
                break;
            case Carried.Partition:
                (disk.Table, part.PartType) = ("gpt", RaidType);
                disk.With(part);
                break;
            case Carried.PartitionXfs:
                (disk.Table, part.Fs, part.Uuid, part.Mount, part.PartType) = ("gpt", "xfs", Id(i), plan.Mount, "0fc63daf-8483-4772-8e79-3d69d8477de4");
                disk.With(part);
                break;
            case Carried.Member or Carried.WholeMember:
                var member = plan.Carried == Carried.Member ? part : disk;
                (member.Fs, member.Uuid) = ("linux_raid_member", Id(60));
                if (array is not null)
                    member.With(array);
                if (plan.Carried == Carried.Member)
                {
                    disk.Table = "gpt";
                    disk.With(part);
                }

                break;
            case Carried.Lvm or Carried.LvmInUse:
                (disk.Fs, disk.Uuid) = ("LVM2_member", Id(i));
                if (plan.Carried == Carried.LvmInUse)
                    disk.With(new Device { Name = $"data{i}-lv", Type = "lvm", Fs = "xfs", Uuid = Id(30 + i), Mount = plan.Mount });
                break;
            case Carried.Crypt:
                (disk.Fs, disk.Uuid) = ("crypto_LUKS", Id(i));
                disk.With(new Device { Name = $"secret{i}", Type = "crypt" });
                break;
        }
    }

    private static string Id(int number) => $"{number:d8}-0000-4000-8000-000000000000";

    private static Gen<bool> Rarely => Gen.Frequency((12, Gen.Constant(false)), (1, Gen.Constant(true)));

    private static Gen<string?> Mounts => Gen.Frequency((8, Gen.Constant<string?>(null)), (1, Gen.Constant<string?>(Instances)), (1, Gen.Constant<string?>("/srv")), (1, Gen.Constant<string?>("[SWAP]")));

    private static Gen<DiskPlan> DiskPlans =>
        from carried in Gen.Frequency((4, Gen.Constant(Carried.Nothing)), (3, Gen.Constant(Carried.Member)), (5, Gen.Elements(Enum.GetValues<Carried>())))
        from mount in Mounts
        from known in Gen.Elements(Known.No, Known.Yes, Known.Yes, Known.Otherwise)
        from forced in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from odd in Rarely
        from serial in Rarely
        from readOnly in Rarely
        from fstab in Rarely
        select new DiskPlan(carried, mount, known, forced, !odd, !serial, readOnly, fstab);

    private static Gen<HostPlan> Hosts =>
        from profile in Gen.Choose(0, Profiles.Length - 1)
        from count in Gen.Frequency((5, Gen.Constant(Profiles[profile].Disks.Count)), (1, Gen.Choose(0, 4)))
        from disks in DiskPlans.ArrayOf(count)
        from systemNvme in Rarely
        from systemForced in Rarely
        from array in Gen.Frequency((1, Gen.Constant<Carried?>(null)), (2, Gen.Constant<Carried?>(Carried.Xfs)), (1, Gen.Constant<Carried?>(Carried.Nothing)), (1, Gen.Constant<Carried?>(Carried.Ext4)))
        from arrayMount in Mounts
        from folder in Gen.Elements(true, false)
        from file in Rarely
        select new HostPlan(profile, disks, systemNvme, systemForced, array, arrayMount, folder, file);

    private static IEnumerable<HostPlan> Shrink(HostPlan plan)
    {
        for (var i = 0; i < plan.Disks.Length; i++)
        {
            yield return plan with { Disks = [.. plan.Disks[..i], .. plan.Disks[(i + 1)..]] };
            var simple = plan.Disks[i] with { Mount = null, IsForced = false, IsInFstab = false };
            if (simple != plan.Disks[i])
                yield return plan with { Disks = [.. plan.Disks[..i], simple, .. plan.Disks[(i + 1)..]] };
        }
    }
}

using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;

namespace PlatformOps.Core.Tests.Services.Hosts.Storage;

/// <summary>A host's disks in memory, that obey the commands of the steps and remember on which whole disks each of them wrote. Knows nothing of the planner.</summary>
internal sealed class SimulatedDisks
{
    public List<Device> Disks { get; } = [];

    public string Fstab { get; set; } = "";

    public string MdadmConf { get; set; } = "";

    public bool HasFolder { get; set; }

    public string? InFolder { get; set; }

    public string Machine { get; set; } = "4c4c4544-0042";

    public HashSet<string> Missing { get; } = [];

    /// <summary>The serial numbers of the disks that were written on.</summary>
    public HashSet<string> Written { get; } = [];

    public List<string> Commands { get; } = [];

    public IEnumerable<Device> All => Disks.SelectMany(disk => disk.Tree()).Distinct();

    internal sealed class Device
    {
        public required string Name { get; set; }

        public string Type { get; init; } = "disk";

        public long Size { get; init; } = 3_840_755_982_336;

        public string? Serial { get; init; }

        public string? Transport { get; init; }

        public string? Table { get; set; }

        public string? PartType { get; set; }

        public string? PartUuid { get; set; }

        public string? Fs { get; set; }

        public string? Uuid { get; set; }

        public string? Mount { get; set; }

        public bool ReadOnly { get; init; }

        public List<Device> Children { get; } = [];

        public string Path => "/dev/" + Name;

        public IEnumerable<Device> Tree() => Children.SelectMany(child => child.Tree()).Prepend(this);

        public Device With(Device child)
        {
            Children.Add(child);
            return this;
        }
    }

    public StorageSnapshot Look() => new()
    {
        Devices = [.. Disks.Select(Show)],
        Signatures = All.ToDictionary(device => device.Name, device => (IReadOnlyList<Signature>)[.. Signatures(device)]),
        ArraySizes = All.Where(device => device.Type == "raid0").ToDictionary(array => array.Name, array => ParentsOf(array).Count()),
        Mounts = [.. All.Where(device => device.Mount is not null and not "[SWAP]").Select(device => new Mount(device.Mount!, device.Path, device.Fs ?? ""))],
        Fstab = Fstab,
        MdadmConf = MdadmConf,
        HasMountPoint = HasFolder,
        InMountPoint = InFolder,
        Machine = Machine,
        MissingPrograms = Missing,
    };

    public void Run(StorageStep step)
    {
        foreach (var effect in Effects(step))
            effect();
    }

    /// <summary>What a step does, one effect after the other: a run can be killed between any two.</summary>
    public IEnumerable<Action> Effects(StorageStep step)
    {
        if (step.WritePath is not null)
        {
            yield return () =>
            {
                if (step.WritePath == "/etc/fstab")
                    Fstab = step.WriteText!;
                else
                    MdadmConf = step.WriteText!;
            };
        }

        foreach (var command in step.Commands)
            yield return () => Run([.. command]);
    }

    private void Run(string[] command)
    {
        Commands.Add(string.Join(' ', command));
        switch (command)
        {
            case ["wipefs", "-a", var path]:
                var wiped = Idle(path);
                Assert.Null(wiped.Mount);
                (wiped.Fs, wiped.Uuid) = (null, null);
                if (wiped.Table is not null)
                {
                    wiped.Table = null;
                    wiped.Children.Clear();
                }

                break;
            case ["mdadm", "--stop", var path]:
                var array = Idle(path);
                foreach (var member in ParentsOf(array).ToList())
                    member.Children.Remove(array);
                break;
            case ["dmsetup", "remove", var name]:
                var volume = Idle("/dev/" + name);
                foreach (var parent in ParentsOf(volume).ToList())
                    parent.Children.Remove(volume);
                break;
            case ["sgdisk", "--new=1:0:0", var type, var guid, var path]:
                var disk = Idle(path);
                Assert.Equal((null, null, 0), (disk.Table, disk.Fs, disk.Children.Count));
                disk.Table = "gpt";
                disk.Children.Add(new Device
                {
                    Name = disk.Name + "p1", Type = "part", PartUuid = guid["--partition-guid=1:".Length..],
                    PartType = type.EndsWith("fd00", StringComparison.Ordinal) ? "a19d880f-05fc-4d3b-a006-743f0f84911e" : "0fc63daf-8483-4772-8e79-3d69d8477de4",
                });
                break;
            case ["mdadm", "--create", var path, "--level=0", var count, "--metadata=1.2", var uuid, .. var members]:
                Assert.Equal($"--raid-devices={members.Length}", count);
                Assert.DoesNotContain(All, device => device.Path == path);
                var made = new Device { Name = path[5..], Type = "raid0" };
                foreach (var member in members.Select(Idle))
                {
                    Assert.Null(member.Fs);
                    (member.Fs, member.Uuid) = ("linux_raid_member", Guid.Parse(uuid["--uuid=".Length..].Replace(":", "")).ToString());
                    member.Children.Add(made);
                }

                break;
            case ["mdadm", "--assemble", var path, .. var members]:
                Assert.Single(members.Select(member => Find(member).Uuid).Distinct());
                var hidden = Hidden.FirstOrDefault() ?? new Device { Name = "x", Type = "raid0" };
                hidden.Name = path[5..];
                foreach (var member in members.Select(Find))
                    member.Children.Add(hidden);
                break;
            case ["mkfs.xfs", "-q", "-m", var uuid, var path]:
                var formatted = Idle(path);
                // Without -f, mkfs.xfs refuses what carries something.
                Assert.Equal((null, null), (formatted.Fs, formatted.Table));
                (formatted.Fs, formatted.Uuid) = ("xfs", uuid["uuid=".Length..]);
                break;
            case ["mkdir", "-p", "--", _]:
                HasFolder = true;
                break;
            case ["mount", var target]:
                var line = Fstab.Split('\n').Single(text => text.Split(' ') is [_, var where, ..] && where == target).Split(' ');
                var source = All.Single(device => device.Fs == "xfs" && "UUID=" + device.Uuid == line[0]);
                Assert.True(HasFolder);
                Assert.Null(source.Mount);
                source.Mount = target;
                break;
            case ["udevadm", "settle"] or ["systemctl", "daemon-reload"]:
                break;
            default:
                Assert.Fail($"not a command that a step may have: {string.Join(' ', command)}");
                break;
        }
    }

    /// <summary>Arrays that are not running.</summary>
    public List<Device> Hidden { get; } = [];

    public IEnumerable<Device> ParentsOf(Device device) => All.Where(parent => parent.Children.Contains(device));

    private Device Find(string path) => All.Single(device => device.Path == path);

    // Nothing in use is written on, as the kernel has it; which disks it lies on is noted.
    private Device Idle(string path)
    {
        var device = Find(path);
        Assert.DoesNotContain(device.Tree(), below => below.Mount is not null);
        foreach (var disk in Disks.Where(disk => disk.Tree().Contains(device)))
            Written.Add(disk.Serial ?? disk.Name);
        return device;
    }

    private static IEnumerable<Signature> Signatures(Device device)
    {
        if (device.Table is not null)
        {
            yield return new Signature("gpt", null);
            yield return new Signature("PMBR", null);
        }

        if (device.Fs is not null)
            yield return new Signature(device.Fs, device.Uuid);
    }

    private static BlockDevice Show(Device device) => new()
    {
        Name = device.Name,
        KernelName = device.Name,
        Type = device.Type,
        SizeBytes = device.Size,
        Serial = device.Serial,
        Transport = device.Transport,
        FileSystem = device.Fs,
        Uuid = device.Uuid,
        PartitionTable = device.Table ?? (device.Type == "part" ? "gpt" : null),
        PartitionType = device.PartType,
        PartitionUuid = device.PartUuid,
        IsReadOnly = device.ReadOnly,
        MountPoints = device.Mount is null ? [] : [device.Mount],
        Children = [.. device.Children.Select(Show)],
    };
}

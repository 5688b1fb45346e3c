using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>A host's block devices and what is done to them: tables, signatures, RAIDs, mounts. The caller holds the world's lock.</summary>
internal sealed class HostDisks(LabHost host)
{
    public const string RaidMember = "linux_raid_member";

    private readonly Dictionary<string, BlockDevice> _stopped = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<BlockDevice, List<KeyValuePair<string, HostFile>>> _unmounted = [];
    private List<string> _nodes = [];

    public IEnumerable<BlockDevice> All => host.Machine.Disks.SelectMany(disk => disk.WithDescendants()).Distinct();

    /// <summary>The device of a path, a link of udev's, or a tag such as <c>UUID=…</c>.</summary>
    public BlockDevice? Find(string path) => path.Split('=', 2) switch
    {
        ["UUID", var uuid] => All.FirstOrDefault(device => device.FileSystem is not RaidMember && string.Equals(device.Uuid, uuid.Trim('"'), OrdinalIgnoreCase)),
        ["LABEL", var label] => All.FirstOrDefault(device => device.Label == label.Trim('"')),
        _ when path.StartsWith("/dev/disk/by-uuid/", Ordinal) => Find("UUID=" + HostFiles.NameOf(path)),
        _ => All.FirstOrDefault(device => device.Path == path || KernelPath(device) == path),
    };

    public string KernelName(BlockDevice device) => device.Type == "lvm" ? $"dm-{All.Where(other => other.Type == "lvm").ToList().IndexOf(device)}" : device.Name;

    public IEnumerable<BlockDevice> ParentsOf(BlockDevice device) => All.Where(parent => parent.Children.Contains(device));

    /// <summary>Whether the kernel gives nobody the device alone: it, a partition of it, or something on it is in use.</summary>
    public static bool IsBusy(BlockDevice device) => device.MountPoint is not null || device.Children.Any(child => child.Type != "part" || IsBusy(child));

    /// <summary>What wipefs and mkfs find on it.</summary>
    public static IEnumerable<(string Offset, string? Uuid, string? Label, string Type)> Signatures(BlockDevice device)
    {
        if (device.PartitionTable is { } table)
        {
            yield return (table == "gpt" ? "0x200" : "0x1fe", null, null, table);
            if (table == "gpt")
            {
                yield return ($"0x{device.Size - 512:x}", null, null, table);
                yield return ("0x1fe", null, null, "PMBR");
            }
        }

        if (device.FileSystem is { } system)
            yield return (system switch { RaidMember => "0x1000", "LVM2_member" => "0x218", "ext4" => "0x438", _ => "0x0" }, device.Uuid, device.Label, system);
    }

    public void Wipe(BlockDevice device)
    {
        if (device is { PartitionTable: null, FileSystem: null })
            return;
        if (device.FileSystem == RaidMember && device.Uuid is not null)
            _stopped.Remove(device.Uuid);
        (device.FileSystem, device.Uuid, device.Label) = (null, null, null);
        if (device.PartitionTable is not null)
        {
            device.PartitionTable = null;
            device.Children.Clear();
        }

        Changed();
    }

    public void AddPartition(BlockDevice disk, int number, string type, string uuid)
    {
        disk.PartitionTable ??= "gpt";
        disk.Children.Add(new BlockDevice
        {
            Name = $"{disk.Name}{(char.IsAsciiDigit(disk.Name[^1]) ? "p" : "")}{number}", Type = "part", Size = disk.Size - (1L << 21), PartitionType = type, PartitionUuid = uuid.ToLowerInvariant(),
        });
        Changed();
    }

    public void CreateArray(string name, string level, IReadOnlyList<BlockDevice> members, string uuid)
    {
        var array = new BlockDevice { Name = name, Type = "raid" + level, Size = members.Sum(member => member.Size) - (1L << 28) };
        foreach (var member in members)
        {
            (member.FileSystem, member.Uuid) = (RaidMember, uuid);
            member.Children.Add(array);
        }

        Changed();
    }

    public void StopArray(BlockDevice array)
    {
        foreach (var member in ParentsOf(array).ToList())
        {
            _stopped[member.Uuid!] = array;
            member.Children.Remove(array);
        }

        Changed();
    }

    /// <returns>Whether the members make up an array that was stopped.</returns>
    public bool Assemble(string name, IReadOnlyList<BlockDevice> members)
    {
        if (members.Count == 0 || members[0].Uuid is not { } uuid || !_stopped.TryGetValue(uuid, out var array) || members.Any(member => member.FileSystem != RaidMember || member.Uuid != uuid))
            return false;
        array.Name = name;
        foreach (var member in members)
            member.Children.Add(array);
        _stopped.Remove(uuid);
        Changed();
        return true;
    }

    public void RemoveMapping(BlockDevice volume)
    {
        foreach (var parent in ParentsOf(volume).ToList())
            parent.Children.Remove(volume);
        Changed();
    }

    public void Format(BlockDevice device, string uuid, string? label)
    {
        _unmounted.Remove(device);
        (device.FileSystem, device.Uuid, device.Label) = ("xfs", uuid, label);
        Changed();
    }

    public void Mount(BlockDevice device, string target, string options)
    {
        (device.MountPoint, device.MountOptions) = (target, options);
        // What lies under it is hidden, and what is on it comes to sight.
        host.Files.Attach(target, _unmounted.Remove(device, out var files) ? files : []);
        Changed();
    }

    public void Unmount(BlockDevice device)
    {
        _unmounted[device] = host.Files.Detach(device.MountPoint!);
        (device.MountPoint, device.MountOptions) = (null, null);
        Changed();
    }

    /// <summary>What a boot does: arrays get the names of mdadm.conf, and what fstab names is mounted, and nothing else.</summary>
    public void Boot()
    {
        var configuration = Text("/etc/mdadm.conf").Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 2 && words[0] == "ARRAY").ToList();
        var number = 127;
        foreach (var array in All.Where(device => device.Type.StartsWith("raid", Ordinal)).ToList())
        {
            var uuid = ForMdadm(ParentsOf(array).First().Uuid!);
            var line = configuration.Find(words => words.Contains($"UUID={uuid}", StringComparer.OrdinalIgnoreCase));
            array.Name = line is null ? $"md{number--}" : HostFiles.NameOf(line[1]);
        }

        var table = MountTable().ToList();
        var system = host.Machine.Disks[0].WithDescendants().ToHashSet();
        foreach (var device in All.Where(device => device.MountPoint is not null && !system.Contains(device) && !table.Exists(line => line.Target == device.MountPoint && Find(line.Source) == device)).ToList())
            Unmount(device);
        foreach (var (source, target, options) in table)
        {
            if (Find(source) is { MountPoint: null, FileSystem: not null } device && !system.Contains(device))
                Mount(device, target, options);
        }

        MakeNodes();
    }

    /// <summary>The lines of fstab.</summary>
    public IEnumerable<(string Source, string Target, string Options)> MountTable() => Text("/etc/fstab").Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 4 && words[0][0] != '#').Select(words => (words[0], words[1], words[3]));

    /// <summary>A UUID as mdadm writes it.</summary>
    public static string ForMdadm(string uuid)
    {
        var digits = uuid.Replace("-", "", Ordinal).Replace(":", "", Ordinal);
        return string.Join(':', Enumerable.Range(0, digits.Length / 8).Select(i => digits.Substring(i * 8, 8)));
    }

    /// <summary>What an installer does: the system's disk is made anew, the others keep what they carry under names that the new kernel gives them.</summary>
    public void Reinstall()
    {
        foreach (var device in All.Where(device => device.MountPoint is not null && !host.Machine.Disks[0].WithDescendants().Contains(device)).ToList())
            Unmount(device);
        foreach (var device in host.Machine.Disks[0].WithDescendants().Where(device => device.FileSystem is not null))
            device.Uuid = device.FileSystem == "vfat" ? host.Lab.World.Random.Hex(8).ToUpperInvariant().Insert(4, "-") : host.Lab.World.Random.Guid().ToString();

        // Arrays of another system are found, and are numbered from the top.
        var number = 127;
        foreach (var array in All.Where(device => device.Type.StartsWith("raid", Ordinal)).ToList())
            array.Name = $"md{number--}";
        var nvme = host.Machine.Disks.Where(disk => disk.Transport == "nvme").ToList();
        var names = nvme.Select(disk => disk.Name).Reverse().ToList();
        foreach (var (disk, name) in nvme.Zip(names))
        {
            foreach (var part in disk.Children.Where(child => child.Type == "part"))
                part.Name = name + part.Name[disk.Name.Length..];
            disk.Name = name;
        }
    }

    /// <summary>Makes a device carry just this: a file system, blank where null, mounted where it is told.</summary>
    public void Put(string name, JsonObject? content)
    {
        var device = All.FirstOrDefault(device => device.Name == name) ?? throw new LabException($"there is no disk '{name}' (there are: {string.Join(", ", All.Select(device => device.Name))})");
        foreach (var below in device.WithDescendants().Where(below => below.MountPoint is not null).ToList())
            Unmount(below);
        foreach (var below in device.WithDescendants().ToList())
            RemoveMapping(below);
        (device.PartitionTable, device.FileSystem, device.Uuid, device.Label) = (content.Text("table"), content.Text("fileSystem"), null, null);
        if (device.FileSystem is not null)
            device.Uuid = content.Text("uuid") ?? host.Lab.World.Random.Guid().ToString();
        if (content.Text("mountPoint") is { } target)
            Mount(device, target, "rw,relatime");
        MakeNodes();
    }

    /// <summary>Makes the devices' files in /dev those that there are.</summary>
    public void MakeNodes()
    {
        foreach (var gone in _nodes)
            host.Files.Uninstall(gone);
        _nodes = [.. All.Select(device => device.Path)];
        foreach (var path in _nodes)
            host.Files.Install(path, "", 0b110_110_000);
    }

    private string Text(string path) => host.Files.Find(path) is { } file ? Encoding.UTF8.GetString(file.Read()) : "";

    private string KernelPath(BlockDevice device) => "/dev/" + KernelName(device);

    private void Changed()
    {
        host.Effects++;
        MakeNodes();
    }
}

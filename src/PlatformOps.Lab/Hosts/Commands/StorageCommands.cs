using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Programs that change disks: signatures, partitions, RAIDs, file systems, mounts. They refuse what the real ones refuse: what is in use, and what carries something unless forced.</summary>
internal static class StorageCommands
{
    private const string Busy = "Device or resource busy";
    private const double MakeSeconds = 5;

    private static readonly Dictionary<string, string> TypeCodes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fd00"] = "a19d880f-05fc-4d3b-a006-743f0f84911e", ["8300"] = "0fc63daf-8483-4772-8e79-3d69d8477de4", ["8e00"] = "e6d6d379-f507-44c2-a23c-238f2a3df928", ["ef00"] = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
    };

    public static void Register(CommandTable table)
    {
        table.Add("wipefs", WipeSignatures);
        table.Add("sgdisk", Partition);
        table.Add("partprobe", call => call.User.IsRoot ? 0 : call.Fail("partprobe: you must be root", 1));
        table.Add("udevadm", _ => 0);
        table.Add("mdadm", Raid);
        table.AddSlow("mkfs.xfs", MakeXfs);
        table.Add("xfs_info", ShowXfs);
        table.Add("mount", Mount);
        table.Add("umount", Unmount);
        table.Add("dmsetup", Mappings);
    }

    private static BlockDevice Device(CommandCall call, string path) => !call.User.IsRoot ? throw new HostFailure(HostFailure.Denied) : call.Host.Disks.Find(path) ?? throw new HostFailure(HostFailure.NotFound);

    private static int WipeSignatures(CommandCall call)
    {
        var options = call.Options("to", "types", "output");
        var rows = new List<JsonObject>();
        foreach (var path in options.Rest)
        {
            BlockDevice device;
            try
            {
                device = Device(call, path);
                if (options.Has("a", "all") && !options.Has("n", "no-act") && !options.Has("f", "force") && HostDisks.IsBusy(device))
                    throw new HostFailure(Busy);
            }
            catch (HostFailure failure)
            {
                return call.Fail($"wipefs: error: {path}: probing initialization failed: {failure.Message}", 1);
            }

            foreach (var (offset, uuid, label, type) in HostDisks.Signatures(device).ToList())
            {
                rows.Add(new JsonObject { ["device"] = device.Name, ["offset"] = offset, ["type"] = type, ["uuid"] = uuid, ["label"] = label });
                if (options.Has("a", "all"))
                    call.Out($"{path}: 8 bytes were erased at offset {offset} ({type})\n");
                else if (options.Has("p", "parsable"))
                    call.Out($"{offset},{uuid},{label},{type}\n");
                else if (!options.Has("J", "json"))
                    call.Out($"{device.Name} {offset} {type} {uuid} {label}\n");
            }

            if (options.Has("a", "all") && !options.Has("n", "no-act"))
                call.Host.Disks.Wipe(device);
        }

        if (options.Has("J", "json"))
            call.Out(new JsonObject { ["signatures"] = JsonText.Array(rows) }.ToJsonString(JsonText.Options) + "\n");
        return 0;
    }

    private static int Partition(CommandCall call)
    {
        var options = call.Options("ntucUd", "new", "typecode", "partition-guid", "change-name", "disk-guid", "delete");
        var path = options.Rest.LastOrDefault() ?? "";
        BlockDevice disk;
        try
        {
            disk = Device(call, path);
        }
        catch (HostFailure failure)
        {
            return call.Fail($"Problem opening {path} for reading! Error is {(failure.Message == HostFailure.Denied ? "13" : "2")}.\n{failure.Message}!", 2);
        }

        if (options.Has("Z", "zap-all", "z", "zap"))
        {
            call.Host.Disks.Wipe(disk);
            call.Out("GPT data structures destroyed! You may now partition the disk using fdisk or\nother utilities.\n");
        }

        if (options.Value("n", "new") is { } wanted)
        {
            if (!int.TryParse(wanted.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || disk.FileSystem is not null || disk.Children.Exists(child => child.Type == "part"))
                return call.Fail($"Could not create partition {wanted.Split(':')[0]}\nError encountered; not saving changes.", 4);
            var type = options.Value("t", "typecode")?.Split(':')[^1] ?? "8300";
            call.Host.Disks.AddPartition(disk, number, TypeCodes.GetValueOrDefault(type, type), options.Value("u", "partition-guid")?.Split(':', 2)[^1] ?? call.Host.Lab.World.Random.Guid().ToString());
            call.Out("The operation has completed successfully.\n");
        }

        if (options.Has("p", "print"))
        {
            call.Out($"Disk {path}: {disk.Size / 512} sectors\n\nNumber  Start (sector)    End (sector)  Size       Code  Name\n");
            foreach (var (part, i) in disk.Children.Select((part, i) => (part, i)))
                call.Out($"   {i + 1}            2048    {part.Size / 512}   {part.Size >> 30} GiB   {TypeCodes.FirstOrDefault(code => code.Value == part.PartitionType).Key?.ToUpperInvariant() ?? "FFFF"}  \n");
        }

        return 0;
    }

    private static int Raid(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("mdadm: must be super-user to perform this action", 1);
        var options = call.Options("lneuN", "level", "raid-devices", "metadata", "uuid", "name", "homehost");
        var disks = call.Host.Disks;
        var paths = options.Rest;
        if (options.Has("create", "C"))
            return CreateRaid(call, options);
        if (options.Has("assemble", "A"))
        {
            var members = paths.Skip(1).Select(disks.Find).ToList();
            return paths.Count > 2 && members.TrueForAll(member => member is not null) && disks.Assemble(HostFiles.NameOf(paths[0]), members!)
                ? Said($"mdadm: {paths[0]} has been started with {members.Count} drives.", 0)
                : call.Fail($"mdadm: no recogniseable superblock on {paths.ElementAtOrDefault(1)}", 1);
        }

        if (options.Has("examine", "E"))
            return paths.Select(disks.Find).FirstOrDefault() is { FileSystem: HostDisks.RaidMember } one ? SystemCommands.Print(call, $"MD_UUID={HostDisks.ForMdadm(one.Uuid!)}") : call.Fail($"mdadm: No md superblock detected on {paths.FirstOrDefault()}.", 1);
        var arrays = disks.All.Where(device => device.Type.StartsWith("raid", Ordinal)).ToList();
        if (options.Has("detail", "D") && options.Has("scan", "s"))
        {
            foreach (var known in arrays)
                call.Out($"ARRAY {known.Path} metadata=1.2 name={call.Host.Machine.ShortName}:0 UUID={HostDisks.ForMdadm(disks.ParentsOf(known).First().Uuid!)}\n");
            return 0;
        }

        if (arrays.Find(known => known.Path == paths.FirstOrDefault()) is not { } array)
            return call.Fail($"mdadm: cannot open {paths.FirstOrDefault()}: {HostFailure.NotFound}", 1);
        if (options.Has("stop", "S"))
        {
            if (HostDisks.IsBusy(array))
                return call.Fail($"mdadm: Cannot get exclusive access to {array.Path}:Perhaps a running process, mounted filesystem or active volume group?", 1);
            disks.StopArray(array);
            return Said($"mdadm: stopped {array.Path}", 0);
        }

        if (!options.Has("detail", "D"))
            return call.Fail("mdadm: unrecognised mode", 2);
        var of = disks.ParentsOf(array).ToList();
        call.Out(options.Has("export", "Y")
            ? $"MD_LEVEL={array.Type}\nMD_DEVICES={of.Count}\nMD_METADATA=1.2\nMD_UUID={HostDisks.ForMdadm(of[0].Uuid!)}\nMD_NAME={call.Host.Machine.ShortName}:0\n"
            : $"{array.Path}:\n        Raid Level : {array.Type}\n      Raid Devices : {of.Count}\n             State : clean\n              UUID : {HostDisks.ForMdadm(of[0].Uuid!)}\n");
        return 0;

        int Said(string text, int status)
        {
            call.Error(text);
            return status;
        }
    }

    private static int CreateRaid(CommandCall call, CommandOptions options)
    {
        var disks = call.Host.Disks;
        var level = options.Value("l", "level") ?? "";
        var members = new List<BlockDevice>();
        foreach (var path in options.Rest.Skip(1))
        {
            if (disks.Find(path) is not { } member)
                return call.Fail($"mdadm: cannot open {path}: {HostFailure.NotFound}", 1);
            if (HostDisks.IsBusy(member))
                return call.Fail($"mdadm: cannot open {path}: {Busy}", 1);
            members.Add(member);
        }

        if (level != "0")
            return call.Fail($"mdadm: level {level} is not simulated", 2);
        if (options.Value("n", "raid-devices") != members.Count.ToString(CultureInfo.InvariantCulture) || members.Count < 2)
            return call.Fail($"mdadm: You haven't given enough devices (real or missing) to create this array", 1);
        if (disks.Find(options.Rest[0]) is not null)
            return call.Fail($"mdadm: {options.Rest[0]} is already in use", 1);
        if (members.Find(member => member.FileSystem is not null || member.PartitionTable is not null) is { } used && !options.Has("R", "run"))
        {
            call.Error($"mdadm: {used.Path} appears to contain {used.FileSystem ?? "a partition table"}");
            call.Out("Continue creating array? ");
            if (!Encoding.UTF8.GetString(call.State.Stdin).StartsWith('y'))
                return call.Fail("mdadm: create aborted.", 1);
        }

        var uuid = options.Value("u", "uuid") is { } given ? Guid.Parse(given.Replace(":", "", Ordinal)) : call.Host.Lab.World.Random.Guid();
        disks.CreateArray(HostFiles.NameOf(options.Rest[0]), level, members, uuid.ToString());
        call.Error($"mdadm: array {options.Rest[0]} started.");
        return 0;
    }

    private static async Task<int> MakeXfs(CommandCall call)
    {
        var options = call.Options("mLbdilnsr");
        var path = options.Rest.LastOrDefault() ?? "";
        var refusal = call.State.Locked(() =>
        {
            try
            {
                var device = Device(call, path);
                return HostDisks.IsBusy(device) ? $"mkfs.xfs: {path} contains a mounted filesystem"
                    : !options.Has("f") && HostDisks.Signatures(device).LastOrDefault().Type is { } found
                        ? $"mkfs.xfs: {path} appears to contain an existing {(found is "PMBR" or "dos" ? $"partition table ({device.PartitionTable})" : $"filesystem ({found})")}.\nmkfs.xfs: Use the -f option to force overwrite."
                        : null;
            }
            catch (HostFailure failure)
            {
                return $"mkfs.xfs: cannot open {path}: {failure.Message}";
            }
        });
        if (refusal is not null)
            return call.Fail(refusal, 1);
        await call.Host.Lab.Clock.DelayAsync(MakeSeconds, call.State.Cancellation);
        return call.State.Locked(() =>
        {
            var uuid = options.Value("m")?.Split(',').FirstOrDefault(word => word.StartsWith("uuid=", Ordinal))?[5..] ?? call.Host.Lab.World.Random.Guid().ToString();
            call.Host.Disks.Format(Device(call, path), uuid, options.Value("L"));
            if (!options.Has("q"))
                call.Out($"meta-data={path,-22} isize=512    agcount=4\n");
            return 0;
        });
    }

    private static int ShowXfs(CommandCall call)
    {
        var path = call.Options().Rest.FirstOrDefault() ?? "";
        return call.Host.Disks.All.FirstOrDefault(device => device.FileSystem == "xfs" && (device.MountPoint == path || device.Path == path)) is { } device
            ? SystemCommands.Print(call, $"meta-data={device.Path,-22} isize=512    agcount=4\ndata     =                       bsize=4096   blocks={device.Size / 4096}")
            : call.Fail($"{path}: {HostFailure.NotFound}", 1);
    }

    private static int Mount(CommandCall call)
    {
        var options = call.Options("to", "types", "options");
        if (options.Rest.Count == 0 && !options.Has("a"))
        {
            foreach (var mount in HostReports.AllMounts(call.Host))
                call.Out($"{mount.Source} on {mount.Target} type {mount.FileSystem} ({mount.Options})\n");
            return 0;
        }

        if (!call.User.IsRoot)
            return call.Fail("mount: must be superuser to use mount.", 1);
        if (options.Has("a"))
        {
            foreach (var line in call.Host.Disks.MountTable())
            {
                if (call.Host.Disks.Find(line.Source) is { MountPoint: null } one)
                    call.Host.Disks.Mount(one, line.Target, line.Options);
            }

            return 0;
        }

        var (source, target, how) = (options.Rest[0], options.Rest[^1], options.Value("o", "options") ?? "rw,relatime");
        if (options.Rest.Count == 1)
        {
            if (call.Host.Disks.MountTable().Where(line => line.Target == target || line.Source == target).ToList() is not [var line, ..])
                return call.Fail($"mount: {target}: can't find in /etc/fstab.", 1);
            (source, target, how) = line;
        }

        if (call.Host.Files.Find(target) is not { IsDirectory: true })
            return call.Fail($"mount: {target}: mount point does not exist.", 32);
        if (call.Host.Disks.Find(source) is not { } device)
            return call.Fail($"mount: {target}: can't find {source}.", 32);
        if (device.MountPoint is not null || call.Host.Disks.All.Any(other => other.MountPoint == target))
            return call.Fail($"mount: {target}: {device.Path} already mounted on {device.MountPoint ?? target}.", 32);
        if (device.FileSystem is not ("xfs" or "ext4" or "vfat"))
            return call.Fail($"mount: {target}: wrong fs type, bad option, bad superblock on {device.Path}, missing codepage or helper program, or other error.", 32);
        call.Host.Disks.Mount(device, target, how);
        return 0;
    }

    private static int Unmount(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("umount: must be superuser to unmount.", 1);
        foreach (var path in call.Options().Rest)
        {
            if (call.Host.Disks.All.FirstOrDefault(device => device.MountPoint == path || (device.MountPoint is not null && device.Path == path)) is not { } device)
                return call.Fail($"umount: {path}: not mounted.", 32);
            call.Host.Disks.Unmount(device);
        }

        return 0;
    }

    private static int Mappings(CommandCall call)
    {
        var rest = call.Options().Rest;
        if (!call.User.IsRoot)
            return call.Fail("/dev/mapper/control: open failed: Permission denied", 1);
        if (rest is not ["remove", var name])
            return call.Fail($"dmsetup: '{rest.FirstOrDefault()}' is not simulated", 1);
        if (call.Host.Disks.All.FirstOrDefault(device => device.Type == "lvm" && device.Name == name) is not { } volume)
            return call.Fail($"Device {name} not found", 1);
        if (HostDisks.IsBusy(volume))
            return call.Fail($"device-mapper: remove ioctl on {name}  failed: {Busy}", 1);
        call.Host.Disks.RemoveMapping(volume);
        return 0;
    }
}

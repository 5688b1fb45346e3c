using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Programs that show the hardware, disks and network.</summary>
internal static class HardwareCommands
{
    private static readonly string[] DefaultColumns = ["name", "maj:min", "rm", "size", "ro", "type", "mountpoint"];
    private static readonly string[] AllColumns =
    [
        "name", "kname", "path", "maj:min", "fsavail", "fssize", "fstype", "fsused", "fsver", "label", "uuid", "mountpoint", "mountpoints", "ptuuid", "pttype", "parttype", "partuuid",
        "ro", "rm", "hotplug", "model", "serial", "size", "state", "type", "rota", "tran", "vendor", "wwn", "pkname",
    ];

    public static void Register(CommandTable table)
    {
        table.Add("lsblk", ListBlockDevices);
        table.Add("blkid", BlockIds);
        table.Add("findmnt", FindMounts);
        table.Add("df", FreeSpace);
        table.Add("mountpoint", call => HostReports.Mounted(call.Host).Any(disk => disk.MountPoint == call.Options().Rest.FirstOrDefault()) ? 0 : 32);
        table.Add("lspci", ListPci);
        table.Add("ip", Ip);
        table.Add("dmidecode", Dmi);
        table.Add("virsh", Virsh);
        table.Add("free", call => SystemCommands.Print(call, $"               total        used        free\nMem:    {call.Host.Machine.Profile.MemoryMiB * 1024L}  {call.Host.Machine.Profile.MemoryMiB * 200L}  {call.Host.Machine.Profile.MemoryMiB * 700L}"));
        table.Add("lscpu", call => SystemCommands.Print(call, $"Architecture:        x86_64\nCPU(s):              {call.Host.Machine.Profile.Vcpus}\nModel name:          AMD EPYC 7452 32-Core Processor\nVirtualization:      AMD-V"));
    }

    private static int ListBlockDevices(CommandCall call)
    {
        var options = call.Options("oI", "output");
        var columns = options.Has("O", "output-all") ? AllColumns
            : options.Value("o", "output") is { } given ? given.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries)
            : options.Has("f", "fs") ? ["name", "fstype", "label", "uuid", "mountpoint"] : DefaultColumns;
        if (columns.FirstOrDefault(column => !AllColumns.Contains(column)) is { } odd)
            return call.Fail($"lsblk: unknown column: {odd}", 1);
        List<BlockDevice> disks = options.Rest.Count == 0 ? call.Host.Machine.Disks
            : [.. options.Rest.Select(call.Host.Disks.Find).OfType<BlockDevice>()];
        if (disks.Count < options.Rest.Count)
            return call.Fail($"lsblk: {options.Rest.First(path => call.Host.Disks.Find(path) is null)}: not a block device", 32);
        var bytes = options.Has("b", "bytes");
        if (options.Has("J", "json"))
        {
            var rows = options.Has("d", "nodeps") ? disks.Select(disk => Row(call, disk, columns, bytes, null, tree: false))
                : options.Has("l", "list") ? disks.SelectMany(disk => disk.WithDescendants()).Distinct().Select(disk => Row(call, disk, columns, bytes, null, tree: false))
                : disks.Select(disk => Row(call, disk, columns, bytes, null, tree: true));
            call.Out(new JsonObject { ["blockdevices"] = JsonText.Array(rows) }.ToJsonString(JsonText.Options) + "\n");
            return 0;
        }

        if (!options.Has("n", "noheadings"))
            call.Out(string.Join(' ', columns.Select(column => column.ToUpperInvariant())) + "\n");
        foreach (var disk in options.Has("d", "nodeps") ? disks : disks.SelectMany(disk => disk.WithDescendants()))
            call.Out(string.Join(' ', columns.Select(column => Value(call.Host, disk, column, bytes, null)?.ToString() ?? "")) + "\n");
        return 0;
    }

    private static JsonObject Row(CommandCall call, BlockDevice disk, string[] columns, bool bytes, BlockDevice? parent, bool tree)
    {
        var row = new JsonObject();
        foreach (var column in columns)
            row[column] = Value(call.Host, disk, column, bytes, parent);
        if (tree && disk.Children.Count > 0)
            row["children"] = JsonText.Array(disk.Children.Select(child => Row(call, child, columns, bytes, disk, tree)));
        return row;
    }

    private static JsonNode? Value(LabHost host, BlockDevice disk, string column, bool bytes, BlockDevice? parent) => column switch
    {
        "name" => disk.Name,
        "kname" => host.Disks.KernelName(disk),
        "path" => disk.Path,
        "pkname" => parent?.Name,
        "maj:min" => disk.Name.StartsWith("sd", Ordinal) ? "8:0" : disk.Type == "lvm" ? "253:0" : "259:0",
        "size" => bytes ? disk.Size : Human(disk.Size),
        "type" => disk.Type,
        "model" => disk.Model,
        "serial" => disk.Serial,
        "wwn" => disk.Wwn,
        "tran" => disk.Transport,
        "vendor" => disk.Type == "disk" && disk.Transport == "sata" ? "ATA     " : null,
        "fstype" => disk.FileSystem,
        "fsver" => null,
        "label" => disk.Label,
        "uuid" => disk.Uuid,
        "mountpoint" => disk.MountPoint,
        // A newer util-linux has the list as well.
        "mountpoints" => new JsonArray(disk.MountPoint),
        "pttype" => disk.PartitionTable ?? parent?.PartitionTable,
        "parttype" => disk.PartitionType,
        "partuuid" => disk.PartitionUuid,
        "fssize" => disk.MountPoint is null ? null : bytes ? disk.Size : Human(disk.Size),
        "fsavail" => disk.MountPoint is null ? null : bytes ? disk.Size / 2 : Human(disk.Size / 2),
        "fsused" => disk.MountPoint is null ? null : bytes ? disk.Size / 2 : Human(disk.Size / 2),
        "ro" or "rm" or "hotplug" or "rota" => false,
        "state" => disk.Type == "disk" ? "live" : null,
        _ => null,
    };

    private static string Human(long size)
    {
        double value = size;
        foreach (var unit in new[] { "B", "K", "M", "G" })
        {
            if (value < 1024)
                return value.ToString("0.#", CultureInfo.InvariantCulture) + unit;
            value /= 1024;
        }

        return value.ToString("0.#", CultureInfo.InvariantCulture) + "T";
    }

    private static int BlockIds(CommandCall call)
    {
        var options = call.Options("os", "output", "match-tag");
        var all = call.Host.Disks.All.Where(disk => disk.FileSystem is not null && (options.Rest.Count == 0 || options.Rest.Contains(disk.Path))).ToList();
        if (all.Count == 0)
            return 2;
        foreach (var disk in all)
        {
            call.Out(options.Value("o", "output") switch
            {
                "value" => $"{(options.Value("s", "match-tag") == "TYPE" ? disk.FileSystem : disk.Uuid)}\n",
                "export" => $"DEVNAME={disk.Path}\nUUID={disk.Uuid}\nTYPE={disk.FileSystem}\n",
                _ => $"{disk.Path}: UUID=\"{disk.Uuid}\" TYPE=\"{disk.FileSystem}\"\n",
            });
        }

        return 0;
    }

    private static int FindMounts(CommandCall call)
    {
        var options = call.Options("oStMT", "output", "source", "target", "types", "mountpoint");
        var wanted = options.Rest.FirstOrDefault() ?? options.Value("M", "T", "mountpoint", "target");
        var source = options.Value("S", "source");
        var found = HostReports.AllMounts(call.Host)
            .Where(mount => wanted is null || mount.Target == wanted || mount.Source == wanted)
            .Where(mount => source is null || mount.Source == source)
            .OrderBy(mount => mount.Target, StringComparer.Ordinal).ToList();
        if (found.Count == 0)
            return 1;
        var columns = (options.Value("o", "output") ?? "target,source,fstype,options").ToLowerInvariant().Split(',');
        if (options.Has("J", "json"))
        {
            // The root is the parent of the others, unless a list was asked for.
            var rows = found.Select(Cells).ToList();
            if (!options.Has("l", "list") && wanted is null && found[0].Target == "/" && rows.Count > 1)
            {
                rows[0]["children"] = JsonText.Array(rows.Skip(1));
                rows = [rows[0]];
            }

            call.Out(new JsonObject { ["filesystems"] = JsonText.Array(rows) }.ToJsonString(JsonText.Options) + "\n");
            return 0;
        }

        if (!options.Has("n", "noheadings"))
            call.Out(string.Join(' ', columns.Select(column => column.ToUpperInvariant())) + "\n");
        foreach (var mount in found)
            call.Out(string.Join(' ', Cells(mount).Select(pair => pair.Value?.ToString() ?? "")) + "\n");
        return 0;

        JsonObject Cells(HostMount mount) => new(columns.Select(column => KeyValuePair.Create(column, (JsonNode?)(column switch
        {
            "target" => mount.Target,
            "source" => mount.Source,
            "fstype" => mount.FileSystem,
            "options" => mount.Options,
            "uuid" => mount.Uuid,
            _ => null,
        }))));
    }

    private static int FreeSpace(CommandCall call)
    {
        var options = call.Options("tB", "output", "block-size");
        var columns = options.Value("output")?.Split(',') ?? ["source", "size", "used", "avail", "pcent", "target"];
        var path = options.Rest.FirstOrDefault();
        var found = HostReports.Mounted(call.Host)
            .Where(disk => path is null || path == disk.MountPoint || path.StartsWith(disk.MountPoint == "/" ? "/" : disk.MountPoint + "/", Ordinal))
            .OrderByDescending(disk => disk.MountPoint!.Length).ToList();
        if (path is not null)
        {
            if (call.Host.Files.Find(call.PathOf(path)) is null)
                return call.Fail($"df: {path}: {HostFailure.NotFound}", 1);
            found = [.. found.Take(1)];
        }

        call.Out(string.Join(' ', columns.Select(column => column switch
        {
            "source" => "Filesystem", "size" => "1B-blocks", "used" => "Used", "avail" => "Avail", "pcent" => "Use%", "target" => "Mounted on", "fstype" => "Type", _ => column,
        })) + "\n");
        foreach (var disk in found)
        {
            var used = call.Host.Files.IsFull ? disk.Size : disk.Size / 2;
            call.Out(string.Join(' ', columns.Select(column => column switch
            {
                "source" => disk.Path,
                "size" => $"{disk.Size}",
                "used" => $"{used}",
                "avail" => $"{disk.Size - used}",
                "pcent" => $"{used * 100 / disk.Size}%",
                "target" => disk.MountPoint,
                "fstype" => disk.FileSystem,
                _ => "-",
            })) + "\n");
        }

        return 0;
    }

    private static int ListPci(CommandCall call)
    {
        var options = call.Options("ds");
        List<(string Address, string Name)> devices = [("00:00.0", "Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Starship/Matisse Root Complex [1022:1480]")];
        devices.AddRange(call.Host.Machine.Cards.Select(card => (card.PciAddress, card.PciName)));
        for (var i = 0; i < call.Host.Machine.Profile.Gpus; i++)
            devices.Add(($"{0x21 + (i * 0x20):x2}:00.0", "3D controller [0302]: NVIDIA Corporation GA100 [A100 PCIe 80GB] [10de:20b5] (rev a1)"));
        foreach (var disk in call.Host.Machine.Disks.Where(disk => disk.Transport == "nvme"))
            devices.Add(($"c{disk.Name[4]}:00.0", "Non-Volatile memory controller [0108]: Samsung Electronics Co Ltd NVMe SSD Controller PM9A1/PM9A3/980PRO [144d:a80a]"));
        foreach (var (address, name) in devices.OrderBy(device => device.Address, StringComparer.Ordinal))
        {
            if (options.Value("d") is { } vendor && !name.Contains($"[{vendor.TrimEnd(':')}:", Ordinal))
                continue;
            var shown = options.Has("n") ? name : System.Text.RegularExpressions.Regex.Replace(name, @" \[[0-9a-f]{4}(:[0-9a-f]{4})?\]", "");
            call.Out($"{(options.Has("D") ? "0000:" : "")}{address} {shown}\n");
        }

        return 0;
    }

    private static int Ip(CommandCall call)
    {
        var rest = call.Options("f").Rest;
        var kind = rest.FirstOrDefault();
        var name = rest.Count > 1 ? rest.Last() is "show" or "list" ? null : rest.Last() : null;
        var cards = call.Host.Machine.Cards.Select((card, i) => (Card: card, Index: i + 2)).Where(pair => name is null || pair.Card.Name == name).ToList();
        if (name is not null && cards.Count == 0)
            return call.Fail($"Device \"{name}\" does not exist.", 1);
        if (kind is not ("link" or "l" or "addr" or "address" or "a"))
            return call.Fail($"Object \"{kind}\" is unknown, try \"ip help\".", 1);
        var rows = cards.Select(pair => Link(pair.Card, pair.Index, kind.StartsWith('a'))).ToList();
        if (name is null)
        {
            var loopback = new JsonObject
            {
                ["ifindex"] = 1, ["ifname"] = "lo", ["flags"] = new JsonArray("LOOPBACK", "UP", "LOWER_UP"), ["mtu"] = 65536, ["qdisc"] = "noqueue", ["operstate"] = "UNKNOWN",
                ["link_type"] = "loopback", ["address"] = "00:00:00:00:00:00", ["broadcast"] = "00:00:00:00:00:00",
            };
            if (kind.StartsWith('a'))
                loopback["addr_info"] = new JsonArray(new JsonObject { ["family"] = "inet", ["local"] = "127.0.0.1", ["prefixlen"] = 8, ["scope"] = "host", ["label"] = "lo" });
            rows.Insert(0, loopback);
        }

        if (call.Arguments.Any(word => word is "-j" or "-json"))
            return SystemCommands.Print(call, JsonText.Array(rows).ToJsonString(JsonText.Options));
        foreach (var row in rows)
            call.Out($"{row["ifindex"]}: {row["ifname"]}: <{string.Join(',', row["flags"]!.AsArray())}> mtu {row["mtu"]} state {row["operstate"]}\n    link/{row["link_type"]} {row["address"]}\n");
        return 0;

        static JsonObject Link(NetworkCard card, int index, bool withAddresses)
        {
            var up = card.Address is not null;
            var row = new JsonObject
            {
                ["ifindex"] = index,
                ["ifname"] = card.Name,
                ["flags"] = up ? new JsonArray("BROADCAST", "MULTICAST", "UP", "LOWER_UP") : new JsonArray("BROADCAST", "MULTICAST"),
                ["mtu"] = 1500,
                ["qdisc"] = "mq",
                ["operstate"] = up ? "UP" : "DOWN",
                ["link_type"] = "ether",
                ["address"] = card.Mac,
                ["broadcast"] = "ff:ff:ff:ff:ff:ff",
            };
            if (withAddresses)
            {
                row["addr_info"] = up
                    ? new JsonArray(new JsonObject { ["family"] = "inet", ["local"] = card.Address, ["prefixlen"] = card.PrefixLength, ["scope"] = "global", ["label"] = card.Name })
                    : new JsonArray();
            }

            return row;
        }
    }

    private static int Dmi(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\nCan't read memory from /dev/mem", 1);
        var machine = call.Host.Machine;
        return call.Options("s", "string").Value("s", "string") switch
        {
            "system-serial-number" => SystemCommands.Print(call, machine.Serial),
            "system-uuid" => SystemCommands.Print(call, machine.DmiUuid.ToString()),
            "system-manufacturer" => SystemCommands.Print(call, machine.Profile.Manufacturer),
            "system-product-name" => SystemCommands.Print(call, machine.Profile.Model),
            "bios-version" => SystemCommands.Print(call, "CFE122K-3.20"),
            null => SystemCommands.Print(call, $"System Information\n\tManufacturer: {machine.Profile.Manufacturer}\n\tProduct Name: {machine.Profile.Model}\n\tSerial Number: {machine.Serial}\n\tUUID: {machine.DmiUuid}"),
            var other => call.Fail($"Invalid string keyword: {other}", 2),
        };
    }

    private static int Virsh(CommandCall call)
    {
        if (!call.User.IsRoot)
            return call.Fail("error: failed to connect to the hypervisor\nerror: authentication unavailable: no polkit agent available to authenticate action 'org.libvirt.unix.manage'", 1);
        if (call.Host.Units.GetValueOrDefault("libvirtd.service")?.ActiveState != "active")
            return call.Fail("error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory", 1);
        var options = call.Options("c", "connect");
        var servers = call.Host.Lab.World.ServersOn(call.Host.Machine).ToList();
        var strays = options.Has("all") ? call.Host.StrayDomains : [];
        switch (options.Rest.FirstOrDefault())
        {
            case "list":
                var shown = servers.Where(server => options.Has("all") || (options.Has("inactive") ? !IsRunning(server) : IsRunning(server))).ToList();
                if (options.Has("name"))
                {
                    call.Out(string.Concat(shown.Select(server => server.LibvirtName).Concat(strays).Select(name => name + "\n")) + "\n");
                    return 0;
                }

                if (options.Has("uuid"))
                {
                    call.Out(string.Concat(shown.Select(server => server.Id + "\n")) + "\n");
                    return 0;
                }

                call.Out(" Id   Name                State\n-----------------------------------\n");
                foreach (var server in shown)
                    call.Out($" {(IsRunning(server) ? server.Number.ToString(CultureInfo.InvariantCulture) : "-"),-4} {server.LibvirtName,-19} {State(server)}\n");
                foreach (var stray in strays)
                    call.Out($" -    {stray,-19} shut off\n");
                call.Out("\n");
                return 0;
            case "domstate":
                return servers.Find(server => server.LibvirtName == options.Rest.ElementAtOrDefault(1)) is { } domain
                    ? SystemCommands.Print(call, State(domain) + "\n")
                    : call.Fail($"error: failed to get domain '{options.Rest.ElementAtOrDefault(1)}'", 1);
            case "version":
                return SystemCommands.Print(call, "Using library: libvirt 8.0.0\nRunning hypervisor: QEMU 6.2.0");
            default:
                return call.Fail($"error: unknown command: '{options.Rest.FirstOrDefault()}'", 1);
        }

        static bool IsRunning(Server server) => server.PowerState is 1 or 3;

        static string State(Server server) => server.PowerState switch { 1 => "running", 3 => "paused", _ => "shut off" };
    }
}

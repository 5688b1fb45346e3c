namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// Decides what a host's storage needs to be as its profile wants it, from a look at it and nothing else.
/// </summary>
/// <remarks>
/// <para>What is as wanted stays: a file system of the wanted shape is mounted, not made again. What is missing is made.</para>
/// <para>A disk that carries anything is taken only where it was recorded with just that signature, where an earlier run of ours made it (told by
/// <see cref="StableIds"/>), or where it is forced by name. One that carries the running system, or anything mounted or to be mounted elsewhere, or what
/// another disk is part of, is never taken, forced or not.</para>
/// </remarks>
internal sealed class StoragePlanner
{
    private static readonly string[] SystemMounts = ["/", "/boot", "/etc", "/usr", "/var", "[SWAP]"];

    private readonly StorageSnapshot _host;
    private readonly StorageProfile _profile;
    private readonly IReadOnlyList<RecordedDisk> _recorded;
    private readonly IReadOnlyList<BlockDevice> _forced;
    private readonly List<string> _refusals = [];
    private readonly List<StorageStep> _steps = [];
    private readonly List<BlockDevice> _disks;
    private readonly HashSet<string> _selected;
    private readonly ILookup<string, BlockDevice> _parents;
    private readonly StableIds _ids;
    private readonly string _serials;
    private string? _kept;

    private StoragePlanner(StorageSnapshot host, StorageProfile profile, IReadOnlyList<RecordedDisk> recorded, IReadOnlyList<string> force)
    {
        _host = host;
        _profile = profile;
        _recorded = recorded;
        _parents = host.AllDevices.SelectMany(device => device.Children, (parent, child) => (parent, child)).ToLookup(pair => pair.child.KernelName, pair => pair.parent, StringComparer.Ordinal);
        _forced = [.. force.Select(Named).OfType<BlockDevice>()];
        _disks = Select();
        _selected = _disks.SelectMany(disk => disk.WithDescendants()).Select(device => device.KernelName).ToHashSet(StringComparer.Ordinal);
        var serials = _disks.Select(disk => disk.Serial ?? "").Order(StringComparer.Ordinal).ToList();
        _serials = string.Join('+', serials);
        _ids = new StableIds(host.Machine, serials);
    }

    /// <param name="host">The look.</param>
    /// <param name="profile">What is wanted.</param>
    /// <param name="recorded">The host's data disks as they were written down.</param>
    /// <param name="force">Names or serial numbers of disks to take although they carry something else.</param>
    public static StoragePlan Plan(StorageSnapshot host, StorageProfile profile, IReadOnlyList<RecordedDisk> recorded, IReadOnlyList<string> force)
        => new StoragePlanner(host, profile, recorded, force).Plan();

    /// <summary>Whether a disk is one that the profile means: it matches, and carries nothing of the running system.</summary>
    public static bool IsCandidate(BlockDevice disk, StorageProfile profile)
        => DiskListing.IsDisk(disk) && profile.Disks.Matches(disk) && !disk.WithDescendants().SelectMany(device => device.MountPoints).Any(IsSystem);

    private StoragePlan Plan()
    {
        RefuseOthersName();
        if (_refusals.Count == 0)
            Decide();
        if (_refusals.Count == 0)
            RefuseMissingPrograms();
        return new StoragePlan
        {
            Disks = [.. _disks.Select(disk => $"{Call(disk)}: {SignatureOf(disk)}")],
            Refusals = _refusals,
            Steps = _refusals.Count == 0 ? _steps : [],
            Kept = _kept,
        };
    }

    private void Decide()
    {
        var members = _disks.Select(MemberOf).ToList();
        var volume = VolumeOf(members);
        var mounted = _host.AllDevices.Where(device => MountsOf(device).Contains(_profile.MountPoint)).ToList();
        if (mounted.Count > 0 || _host.Mounts.Any(mount => mount.Target == _profile.MountPoint))
        {
            if (mounted is not [var only] || only.KernelName != volume?.KernelName || XfsOn(only) is not { } inPlace)
            {
                Refuse($"{_profile.MountPoint} is mounted already, from {string.Join(", ", _host.Mounts.Where(mount => mount.Target == _profile.MountPoint).Select(mount => mount.Source))}, and not as the profile wants it: unmount it, if that is what you want.");
                return;
            }

            _kept = $"{inPlace} on {only.Path}, mounted at {_profile.MountPoint}";
            Configure(members, inPlace.Uuid, isMounted: true);
            return;
        }

        foreach (var disk in _disks)
            RefuseUntouchable(disk);
        foreach (var disk in _disks.Where(disk => !MayTake(disk)))
        {
            Refuse($"{Call(disk)} carries {SignatureOf(disk)}, and {(_recorded.FirstOrDefault(known => known.Serial == disk.Serial) is { } known ? $"was recorded with {known.Signature}" : "was not recorded as a data disk of this host")}: "
                + "look what it is. To take it and lose what is on it, force it by name.");
        }

        if (_host.InMountPoint is { } file)
            Refuse($"{_profile.MountPoint} is not mounted and not empty ('{file}' lies there): mounting would hide it. Move it away.");
        if (_refusals.Count > 0)
            return;

        var isKept = _disks.All(disk => IsOurs(disk) || (IsRecorded(disk) && !_forced.Contains(disk)));
        if (isKept && volume is not null && XfsOn(volume) is { } there)
        {
            _kept = $"{there} on {volume.Path}";
            Configure(members, there.Uuid, isMounted: false);
        }
        else if (isKept && volume is not null && _profile.Raid0 is not null && IsBlank(volume))
        {
            MakeFileSystem(volume.Path);
            Configure(members, _ids.FileSystem.ToString(), isMounted: false);
        }
        else if (isKept && volume is null && UnassembledUuid(members) is not null)
        {
            Assemble(members);
        }
        else
        {
            Make(members);
        }
    }

    private void Make(List<BlockDevice?> members)
    {
        var cleared = new HashSet<string>(StringComparer.Ordinal);
        var parts = _disks.Zip(members).Select(pair => (Disk: pair.First, Part: _profile.Partition is not null && IsOurs(pair.First) ? pair.Second : null)).ToList();
        foreach (var (disk, part) in parts)
        {
            if (part is not null && !IsBlank(part))
                Clear($"clear:{disk.Serial}", $"clear what an earlier run left unfinished on {part.Path} of {Call(disk)}", part, cleared);
            else if (part is null && !IsBlank(disk))
                Clear($"wipe:{disk.Serial}:{SignatureOf(disk)}", $"wipe {Call(disk)}, which carries {SignatureOf(disk)}", disk, cleared);
        }

        var paths = parts.ConvertAll(pair => _profile.Partition is null ? pair.Disk.Path : pair.Part?.Path ?? Partition(pair.Disk));
        if (_profile.Raid0 is { } array)
        {
            _steps.Add(new StorageStep($"array:{_serials}", $"make the RAID0 {array} of {string.Join(", ", paths)}")
            {
                IsDestructive = true,
                Commands =
                [
                    ["mdadm", "--create", array, "--level=0", $"--raid-devices={paths.Count}", "--metadata=1.2", $"--uuid={StableIds.ForMdadm(_ids.Array)}", .. paths],
                    ["udevadm", "settle"],
                    // What an array of the same layout held once shows through.
                    ["wipefs", "-a", array],
                ],
            });
        }

        MakeFileSystem(_profile.Raid0 ?? paths[0]);
        Configure(members, _ids.FileSystem.ToString(), isMounted: false);
    }

    private void Assemble(List<BlockDevice?> members)
    {
        _steps.Add(new StorageStep($"assemble:{_serials}", $"assemble the RAID0 {_profile.Raid0} of {string.Join(", ", members.Select(member => member!.Path))}, as it is")
        {
            Commands = [["mdadm", "--assemble", _profile.Raid0!, .. members.Select(member => member!.Path)], ["udevadm", "settle"]],
        });
        // Only then is seen what lies on it.
        _steps.Add(new StorageStep(FileSystemKey, $"make an XFS on {_profile.Raid0}, should nothing lie on it") { IsDestructive = true });
        _kept = $"what lies on {_profile.Raid0}";
        Configure(members, null, isMounted: false);
    }

    private string FileSystemKey => $"xfs:{_serials}";

    private void MakeFileSystem(string path)
        => _steps.Add(new StorageStep(FileSystemKey, $"make an XFS on {path}") { IsDestructive = true, Commands = [["mkfs.xfs", "-q", "-m", $"uuid={_ids.FileSystem}", path]] });

    private string Partition(BlockDevice disk)
    {
        var path = char.IsAsciiDigit(disk.Path[^1]) ? disk.Path + "p1" : disk.Path + "1";
        _steps.Add(new StorageStep($"partition:{disk.Serial}", $"make one partition of type {_profile.Partition} on {Call(disk)}")
        {
            IsDestructive = true,
            Commands =
            [
                ["sgdisk", "--new=1:0:0", $"--typecode=1:{_profile.Partition}", $"--partition-guid=1:{_ids.Partition(disk.Serial!)}", disk.Path],
                ["udevadm", "settle"],
                // What an older partition at the same place held shows through.
                ["wipefs", "-a", path],
            ],
        });
        return path;
    }

    /// <summary>Takes all that lies on a device away, what lies on top first.</summary>
    private void Clear(string key, string text, BlockDevice device, HashSet<string> cleared)
    {
        var commands = new List<IReadOnlyList<string>>();
        Visit(device);
        commands.Add(["udevadm", "settle"]);
        _steps.Add(new StorageStep(key, text) { IsDestructive = true, Commands = commands });

        void Visit(BlockDevice one)
        {
            // What lies on several disks is taken away with the first of them.
            if (!cleared.Add(one.KernelName))
                return;
            foreach (var child in one.Children)
                Visit(child);
            if (one.Type == "lvm")
            {
                commands.Add(["dmsetup", "remove", one.Name]);
                return;
            }

            commands.Add(["wipefs", "-a", one.Path]);
            if (IsArray(one))
                commands.Add(["mdadm", "--stop", one.Path]);
        }
    }

    // What makes it last: mdadm.conf, the folder, fstab, the mount.
    private void Configure(List<BlockDevice?> members, string? fileSystem, bool isMounted)
    {
        if (_profile.Raid0 is { } array)
        {
            var uuid = members.Select(member => member is null ? null : Content(member).FirstOrDefault(found => found.IsRaidMember)?.Uuid).FirstOrDefault(found => found is not null);
            var id = _steps.Exists(step => step.Key.StartsWith("array:", StringComparison.Ordinal)) || !Guid.TryParse(uuid, out var known) ? _ids.Array : known;
            if (!MdadmConf.Has(_host.MdadmConf, array, id))
                _steps.Add(new StorageStep("mdadm.conf", $"name the array {array} in {MdadmConf.Path}") { WritePath = MdadmConf.Path, WriteText = MdadmConf.With(_host.MdadmConf, array, id) });
        }

        if (!_host.HasMountPoint)
            _steps.Add(new StorageStep("folder", $"make the folder {_profile.MountPoint}") { Commands = [["mkdir", "-p", "--", _profile.MountPoint]] });

        var fstab = FstabFile.Parse(_host.Fstab);
        var line = fileSystem is null ? null : $"UUID={fileSystem} {_profile.MountPoint} xfs {_profile.MountOptions} 0 0";
        if (fstab.Entries.Where(entry => entry.Target == _profile.MountPoint).Select(entry => entry.Text).ToList() is not [var present] || present != line)
        {
            _steps.Add(new StorageStep("fstab", $"write the line of {FstabFile.Path}: {line ?? $"{_profile.MountPoint} xfs {_profile.MountOptions}"}")
            {
                WritePath = FstabFile.Path,
                WriteText = line is null ? "" : fstab.With(_profile.MountPoint, line),
                Commands = [["systemctl", "daemon-reload"]],
            });
        }

        if (!isMounted)
            _steps.Add(new StorageStep("mount", $"mount {_profile.MountPoint}") { Commands = [["mount", _profile.MountPoint]] });
    }

    private List<BlockDevice> Select()
    {
        var candidates = _host.Devices.Where(disk => IsCandidate(disk, _profile)).ToList();
        if (candidates.Count > _profile.Disks.Count)
        {
            // More match than there should be: what is known of them may tell which are meant.
            Func<BlockDevice, bool>[] tells =
            [
                disk => disk.WithDescendants().Any(device => MountsOf(device).Contains(_profile.MountPoint)),
                disk => _recorded.Any(known => known.Serial == disk.Serial),
                disk => _forced.Contains(disk),
            ];
            candidates = tells.Select(tell => candidates.Where(tell).ToList()).FirstOrDefault(told => told.Count == _profile.Disks.Count) ?? candidates;
        }

        if (candidates.Count != _profile.Disks.Count)
        {
            Refuse($"the profile wants {_profile.Disks}, and {(candidates.Count == 0 ? "no disk is such" : $"{candidates.Count} are such: {string.Join(", ", candidates.Select(Call))}")}. "
                + $"All disks: {string.Join(", ", _host.Devices.Where(DiskListing.IsDisk).Select(disk => $"{Call(disk)} {disk.Transport} {disk.Model}".TrimEnd()))}.");
            return [];
        }

        foreach (var odd in _forced.Except(candidates))
            Refuse($"{Call(odd)} is forced, and is none of the disks that the profile means ({string.Join(", ", candidates.Select(Call))}).");
        return candidates;
    }

    private BlockDevice? Named(string name)
    {
        var found = _host.Devices.Where(disk => DiskListing.IsDisk(disk) && (name == disk.Name || name == disk.Path || string.Equals(name, disk.Serial, StringComparison.OrdinalIgnoreCase))).ToList();
        if (found is [var one])
            return one;
        Refuse(found.Count == 0 ? $"there is no disk '{name}' to force." : $"'{name}' is forced, and is several disks: {string.Join(", ", found.Select(Call))}.");
        return null;
    }

    // Whatever is recorded or forced.
    private void RefuseUntouchable(BlockDevice disk)
    {
        if (disk.Serial is null)
            Refuse($"{Call(disk)} tells no serial number, so nobody can tell it from another.");
        else if (_host.Devices.Count(other => DiskListing.IsDisk(other) && string.Equals(other.Serial, disk.Serial, StringComparison.OrdinalIgnoreCase)) > 1)
            Refuse($"{Call(disk)}: another disk tells the same serial number.");
        var fstab = FstabFile.Parse(_host.Fstab).Entries.ToList();
        foreach (var device in disk.WithDescendants().DistinctBy(device => device.KernelName))
        {
            var name = device == disk ? Call(disk) : $"{device.Path} on {Call(disk)}";
            if (device.IsReadOnly)
                Refuse($"{name} is read-only.");
            if (device != disk && device.Type is not ("part" or "lvm") && !IsArray(device))
                Refuse($"{name} is in use as {device.Type}.");
            if (!_host.Signatures.ContainsKey(device.KernelName))
                Refuse($"{name} was not looked into.");
            if (MountsOf(device).FirstOrDefault(target => target != _profile.MountPoint) is { } elsewhere)
                Refuse($"{name} is mounted at {elsewhere}.");
            if (fstab.Find(entry => entry.Target != _profile.MountPoint && FstabFile.Means(entry.Source, device)) is { } entry)
                Refuse($"{name} has a line in {FstabFile.Path} for {entry.Target}.");
            if (_parents[device.KernelName].FirstOrDefault(parent => !_selected.Contains(parent.KernelName)) is { } other)
                Refuse($"{name} lies on {other.Path} too, which is none of the disks that the profile means.");
        }
    }

    // Names that our lines and arrays would take from something else.
    private void RefuseOthersName()
    {
        var line = FstabFile.Parse(_host.Fstab).Entries.FirstOrDefault(entry => entry.Target == _profile.MountPoint
            && _host.AllDevices.Any(device => !_selected.Contains(device.KernelName) && FstabFile.Means(entry.Source, device)));
        if (line is not null)
            Refuse($"{FstabFile.Path} mounts {line.Source} at {_profile.MountPoint}, and that is none of the disks that the profile means.");
        if (_profile.Raid0 is { } array && _host.AllDevices.FirstOrDefault(device => device.Paths.Contains(array) && !_selected.Contains(device.KernelName)) is not null)
            Refuse($"{array} is another array already.");
    }

    private void RefuseMissingPrograms()
    {
        foreach (var program in _steps.SelectMany(step => step.Commands.Select(command => command[0])).Distinct().Where(_host.MissingPrograms.Contains))
        {
            var package = program switch
            {
                "sgdisk" => "gdisk",
                "mkfs.xfs" => "xfsprogs",
                "dmsetup" => "device-mapper",
                _ => program,
            };
            Refuse($"{program} is missing, and the steps need it: install {package}.");
        }
    }

    private void Refuse(string why) => _refusals.Add(why);

    private bool MayTake(BlockDevice disk) => IsBlank(disk) || IsOurs(disk) || IsRecorded(disk) || _forced.Contains(disk);

    private bool IsRecorded(BlockDevice disk) => _recorded.Any(known => known.Serial == disk.Serial && DiskSignature.Covers(known.Signature, SignatureOf(disk)));

    /// <summary>Whether an earlier run of ours made all that is on it.</summary>
    private bool IsOurs(BlockDevice disk)
    {
        if (MemberOf(disk) is not { } member || IsBlank(disk))
            return false;
        if (_profile.Partition is not null && !StableIds.Same(member.PartitionUuid, _ids.Partition(disk.Serial!)))
            return false;
        if (_profile.Raid0 is null)
            return IsBlank(member) || (XfsOn(member) is { } found && StableIds.Same(found.Uuid, _ids.FileSystem));
        return IsBlank(member)
            || (Content(member) is [{ IsRaidMember: true } raid] && !HasTable(member) && StableIds.Same(raid.Uuid, _ids.Array)
                && member.Children.All(array => IsArray(array) && (IsBlank(array) || (XfsOn(array) is { } on && StableIds.Same(on.Uuid, _ids.FileSystem)))));
    }

    /// <summary>What of a disk becomes the file system or a member of the array; null where it has no such part.</summary>
    private BlockDevice? MemberOf(BlockDevice disk)
    {
        if (_profile.PartitionType is null)
            return HasTable(disk) ? null : disk;
        return disk.Children is [{ Type: "part" } part] && part.PartitionType == _profile.PartitionType && HasTable(disk) && Content(disk).Count == 0 ? part : null;
    }

    /// <summary>What the file system lies on; null where it is not there as a whole.</summary>
    private BlockDevice? VolumeOf(List<BlockDevice?> members)
    {
        if (members.Any(member => member is null))
            return null;
        if (_profile.Raid0 is null)
            return members[0];
        var arrays = members.SelectMany(member => member!.Children).DistinctBy(child => child.KernelName).ToList();
        return arrays is [{ Type: "raid0" } array]
            && members.All(member => member!.Children.Count == 1 && Content(member) is [{ IsRaidMember: true }])
            && _host.ArraySizes.GetValueOrDefault(array.KernelName) == members.Count
            && _parents[array.KernelName].Select(parent => parent.KernelName).ToHashSet().SetEquals(members.Select(member => member!.KernelName))
            ? array
            : null;
    }

    /// <summary>The UUID of the array that the members make up and that is not running; null where there is none.</summary>
    private string? UnassembledUuid(List<BlockDevice?> members)
    {
        if (_profile.Raid0 is null || members.Any(member => member is null || member.Children.Count > 0))
            return null;
        var uuids = members.Select(member => Content(member!) is [{ IsRaidMember: true, Uuid: { } uuid }] ? uuid : null).Distinct().ToList();
        return uuids is [{ } one] ? one : null;
    }

    private Signature? XfsOn(BlockDevice device) => device.Children.Count == 0 && !HasTable(device) && Content(device) is [{ IsXfs: true, Uuid: not null } xfs] ? xfs : null;

    private bool IsBlank(BlockDevice device) => device.Children.Count == 0 && !HasTable(device) && Content(device).Count == 0;

    private bool HasTable(BlockDevice device)
        => (device.Type != "part" && device.PartitionTable is not null) || SignaturesOf(device).Any(found => found.IsTable);

    /// <summary>What lies directly on it, but a table: what the system's records say, and what reading the device itself says. Where they differ it carries both.</summary>
    private List<Signature> Content(BlockDevice device)
    {
        var found = SignaturesOf(device).Where(signature => !signature.IsTable).ToList();
        if (device.FileSystem is { } listed && !found.Exists(signature => signature.Type == listed && string.Equals(signature.Uuid, device.Uuid, StringComparison.OrdinalIgnoreCase)))
            found.Add(new Signature(listed, device.Uuid));
        return found;
    }

    private IReadOnlyList<Signature> SignaturesOf(BlockDevice device) => _host.Signatures.GetValueOrDefault(device.KernelName) ?? [];

    private IEnumerable<string> MountsOf(BlockDevice device)
        => device.MountPoints.Union(_host.Mounts.Where(mount => device.Paths.Contains(mount.Device)).Select(mount => mount.Target));

    /// <summary>What the system's records say, which is what was written down, and what only reading the disk shows beside it.</summary>
    private string SignatureOf(BlockDevice disk)
    {
        var listed = DiskSignature.Of(DiskListing.Of(disk));
        var more = disk.Children.Where(child => child.Type == "part").Prepend(disk).SelectMany(device => Content(device).Where(found => found.Type != device.FileSystem || found.Uuid != device.Uuid)).Select(found => found.ToString()).ToList();
        if (disk.PartitionTable is null && disk.Children.Count == 0 && HasTable(disk))
            more.Add(SignaturesOf(disk).First(found => found.IsTable).Type);
        return more.Count == 0 ? listed : string.Join('+', more.Prepend(listed).Where(text => text != DiskSignature.Blank));
    }

    private static string Call(BlockDevice disk) => $"{disk.Name} (serial {disk.Serial ?? "unknown"}, {disk.SizeBytes / (1L << 30)} GiB)";

    private static bool IsArray(BlockDevice device) => device.Type.StartsWith("raid", StringComparison.Ordinal);

    private static bool IsSystem(string mountPoint) => SystemMounts.Contains(mountPoint) || mountPoint.StartsWith("/boot/", StringComparison.Ordinal);
}

namespace PlatformOps.Lab.World;

/// <summary>Makes the world: every run with the same options, plan and seed makes the same one.</summary>
internal sealed class WorldBuilder
{
    private const long GiB = 1L << 30;
    private const string Domain = "lab.example";
    private static readonly string[] Sites = ["dc-a", "dc-b"];
    private readonly LabOptions _options;
    private readonly WorldPlan _plan;
    private readonly SeededSource _random;
    private readonly DateTimeOffset _now;
    private readonly LabWorld _world;
    private readonly Guid[] _images;

    public WorldBuilder(LabOptions options, WorldPlan plan, DateTimeOffset now)
    {
        _options = options;
        _plan = plan;
        _now = now;
        _random = new SeededSource(options.Seed);
        _images = [_random.Guid(), _random.Guid(), _random.Guid()];
        var me = new TicketUser("5b10a2844c20165700ede21f", "ops", "ops@lab.example", "Ops Engineer");
        _world = new LabWorld
        {
            Name = options.Name,
            Seed = options.Seed,
            Random = _random,
            NetBox = new NetBoxData
            {
                Token = _random.Hex(40),
                TokenV2 = $"nbt_{_random.Letters(12)}.{_random.Hex(40)}",
                ReadOnlyToken = _random.Hex(40),
            },
            Jira = new TicketData { Me = me, Token = "ATATT3x" + _random.Hex(48) },
            // Of a source of its own: what is made of the world's stays what it was.
            Alerts = new AlertData { Password = new SeededSource(options.Seed + 1).Hex(16) },
            Bmcs = new AccountData("ops", new SeededSource(options.Seed + 3).Hex(16)),
            Prometheus = new AccountData("ops", new SeededSource(options.Seed + 4).Hex(16)),
            Aquilon = new AquilonData { Host = $"aquilon.{Domain}", Password = "lab-" + new SeededSource(options.Seed + 2).Hex(16) },
            Kayobe = MakeKayobe(new SeededSource(options.Seed + 3)),
        };
        _world.Jira.Users.AddRange(
        [
            me,
            new("5b10ac8d82e05b22cc7d4ef5", "dana", "dana@lab.example", "Dana Doe"),
            new("557058:0bb9a8c1-6a2d-4a8a-b3c9-1f3f0d0b2d6e", "robot", "robot@lab.example", "Automation"),
        ]);
    }

    public LabWorld Build()
    {
        MakeIdentity();
        MakeFlavors();
        MakeNetBoxShelves();
        var plans = _plan.Hypervisors.Count > 0
            ? _plan.Hypervisors
            : [.. Enumerable.Range(1, _options.Hypervisors).Select(number => new HypervisorPlan($"hv{number:00}.{Domain}"))];
        if (plans.GroupBy(plan => plan.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new LabException($"the world has two hypervisors named '{twice.Key}'");
        for (var i = 0; i < plans.Count; i++)
            MakeHypervisor(i + 1, plans[i]);
        MakeAggregates(plans);
        MakeServers();
        MakeMigrations();
        _world.DownCells.UnionWith(_plan.DownCells);
        _world.NotInCatalog.UnionWith(_plan.NotInCatalog);
        for (var i = 0; i < plans.Count; i++)
        {
            if (plans[i].BmcOf is { } other)
                _world.Hypervisors[i].BmcLeadsTo = _world.FindHypervisor(other) ?? throw new LabException($"hypervisor '{plans[i].Name}': no hypervisor '{other}' whose BMC is at its address");
            MakeDevice(_world.Hypervisors[i], plans[i]);
            MakeTicket(_world.Hypervisors[i], plans[i]);
        }

        MakeAquilon();
        _world.Kayobe.Computes.AddRange(KayobeData.ComputesOf(_world));
        _world.ControlHosts.Add(MakeControlHost(_world.Kayobe.Host, 2, KayobeData.Programs, KayobeFiles));

        return _world;
    }

    private void MakeIdentity()
    {
        var admin = new Project(_random.Hex(32), "admin", "Bootstrap project for initializing the cloud.");
        _world.Projects.AddRange(
        [
            admin,
            new(_random.Hex(32), "service", "Services"),
            new(_random.Hex(32), "astro", "Astronomy"),
            new(_random.Hex(32), "bio", "Biology"),
            new(_random.Hex(32), "climate", "Climate models"),
            new(_random.Hex(32), "web", "Web services"),
        ]);
        var root = new User(_random.Hex(32), "admin", "lab-" + _random.Hex(16), "admin@lab.example");
        root.Roles["system"] = ["admin", "member", "reader"];
        root.Roles["domain"] = ["admin", "member", "reader"];
        var reader = new User(_random.Hex(32), "reader", "lab-" + _random.Hex(16), "reader@lab.example");
        foreach (var project in _world.Projects)
        {
            root.Roles[project.Id] = ["admin", "member", "reader"];
            reader.Roles[project.Id] = ["reader"];
        }

        var guarded = new User(_random.Hex(32), "guarded", "lab-" + _random.Hex(16), "guarded@lab.example") { NeedsSecondFactor = true };
        guarded.Roles[admin.Id] = ["member", "reader"];
        _world.Users.AddRange([root, reader, guarded]);
        _world.ApplicationCredentials.Add(new(_random.Hex(32), "ops", _random.Hex(40), root, admin, ["admin", "member", "reader"]));
    }

    private void MakeFlavors()
    {
        var plain = new Dictionary<string, string>();
        _world.Flavors.AddRange(
        [
            new("1", "m1.small", 1, 2048, 20, plain),
            new("2", "m1.medium", 2, 4096, 40, plain),
            new("3", "m1.large", 4, 8192, 80, plain),
            new("4", "m1.xlarge", 8, 16384, 160, plain),
            new(_random.Guid().ToString(), "l3.huge", 32, 131072, 320, plain),
            new(_random.Guid().ToString(), "g-a100.x1", 16, 65536, 200, new Dictionary<string, string> { ["pci_passthrough:alias"] = "a100:1" }),
        ]);
    }

    private void MakeNetBoxShelves()
    {
        var box = _world.NetBox;
        foreach (var site in Sites.Union(_plan.Hypervisors.Select(plan => plan.Site).OfType<string>()))
            box.Sites.Add(new(box.Sites.Count + 1, site.ToUpperInvariant(), site.ToLowerInvariant()));
        foreach (var site in box.Sites)
        {
            box.Racks.Add(new(box.Racks.Count + 1, $"{site.Name}-R01", "") { Parent = site });
            box.Racks.Add(new(box.Racks.Count + 1, $"{site.Name}-R02", "") { Parent = site });
        }

        string[] roles = ["Hypervisor", "OpenStack Compute", "Storage", "Switch", "Spare"];
        box.Roles.AddRange(roles.Select((role, i) => new NetBoxObject(i + 1, role, role.ToLowerInvariant().Replace(' ', '-'))));
        box.Manufacturers.AddRange([new(1, "Lenovo", "lenovo"), new(2, "XMA", "xma")]);
        box.Types.AddRange(HardwareProfile.All.Select((profile, i) => new NetBoxObject(i + 1, profile.Model, profile.Model)
        {
            Description = profile.Description,
            Parent = box.Manufacturers.Find(maker => maker.Name == profile.Manufacturer),
        }));
        box.Platforms.AddRange([new(1, "Rocky Linux 8", "rocky-8"), new(2, "Rocky Linux 9", "rocky-9")]);
        box.Tags.AddRange([new(1, "openstack", "openstack"), new(2, "gpu", "gpu"), new(3, "pinned", "pinned"), new(4, "bootable", "bootable")]);
    }

    private void MakeHypervisor(int number, HypervisorPlan plan)
    {
        var profile = plan.Profile is { } model
            ? HardwareProfile.All.FirstOrDefault(known => known.Model == model)
                ?? throw new LabException($"hypervisor '{plan.Name}': unknown profile '{model}' (known: {string.Join(", ", HardwareProfile.All.Select(known => known.Model))})")
            : number % 4 == 0 ? HardwareProfile.A100 : HardwareProfile.Lenovo;
        var mellanox = plan.Mellanox ?? (profile.HasGpu || number % 3 == 0);
        var management = $"10.20.{number / 250}.{(number % 250) + 1}";
        var hypervisor = new Hypervisor
        {
            Number = number,
            Fqdn = plan.Name,
            Profile = profile,
            Serial = plan.Serial ?? $"J{_random.Letters(7)}",
            DmiUuid = _random.Guid(),
            Id = _random.Guid(),
            ServiceId = _random.Guid(),
            ServiceHost = plan.ServiceHost ?? plan.Name,
            ManagementAddress = management,
            BmcAddress = $"10.30.{number / 250}.{(number % 250) + 1}",
            BmcMac = _random.Mac("08:94:ef"),
            Cards = MakeCards(mellanox, management),
            Disks = MakeDisks(profile),
            Site = (plan.Site ?? Sites[number % Sites.Length]).ToUpperInvariant(),
            Rack = number % 2 == 0 ? "R02" : "R01",
            OsVersion = plan.OsVersion ?? "8.10",
            // Some hosts have root closed, so that the Setup phase has something to do.
            RootAccess = plan.RootAccess ?? number % 3 != 2,
            HostKey = _random.Bytes(32),
            ServiceChanged = _now,
        };
        hypervisor.Traits.AddRange(["COMPUTE_NODE", "COMPUTE_TRUSTED_CERTS", "COMPUTE_VOLUME_MULTI_ATTACH", "HW_CPU_X86_AVX2", "HW_CPU_X86_SSE42", "CUSTOM_RACK_" + hypervisor.Rack]);
        if (profile.HasGpu)
            hypervisor.Traits.Add("CUSTOM_GPU_A100");
        _world.CustomTraits.UnionWith(hypervisor.Traits.Where(trait => trait.StartsWith("CUSTOM_", Ordinal)));
        hypervisor.Cell = plan.Cell ?? hypervisor.Cell;
        hypervisor.Tenants.UnionWith(plan.Tenants);
        hypervisor.LeakedAllocations.AddRange(Enumerable.Range(0, plan.LeakedAllocations ?? 0).Select(_ => _random.Guid()));
        _world.Hypervisors.Add(hypervisor);
    }

    private NetworkCard[] MakeCards(bool mellanox, string address)
    {
        const string Broadcom = "Ethernet controller [0200]: Broadcom Inc. and subsidiaries BCM57416 NetXtreme-E Dual-Media 10G RDMA Ethernet Controller [14e4:16d8] (rev 01)";
        const string Connect = "Ethernet controller [0200]: Mellanox Technologies MT28908 Family [ConnectX-6] [15b3:101b]";
        return mellanox
            ? [
                new("eno1", _random.Mac("b0:26:28"), "01:00.0", Broadcom, address, 24),
                new("eno2", _random.Mac("b0:26:28"), "01:00.1", Broadcom, null, 0),
                new("ens1f0np0", _random.Mac("0c:42:a1"), "81:00.0", Connect, null, 0),
                new("ens1f1np1", _random.Mac("0c:42:a1"), "81:00.1", Connect, null, 0),
            ]
            : [
                new("eno1", _random.Mac("b0:26:28"), "01:00.0", Broadcom, address, 24),
                new("eno2", _random.Mac("b0:26:28"), "01:00.1", Broadcom, null, 0),
            ];
    }

    private List<BlockDevice> MakeDisks(HardwareProfile profile)
    {
        List<BlockDevice> disks =
        [
            new()
            {
                Name = "sda", Type = "disk", Size = 480_103_981_056, Model = "MTFDDAK480TDS", Serial = _random.Letters(12),
                Wwn = "0x5" + _random.Hex(15), Transport = "sata", PartitionTable = "gpt",
                Children =
                [
                    new() { Name = "sda1", Type = "part", Size = 629_145_600, PartitionType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", FileSystem = "vfat", Uuid = _random.Hex(8).ToUpperInvariant().Insert(4, "-"), MountPoint = "/boot/efi", MountOptions = "rw,relatime,fmask=0077,dmask=0077" },
                    new() { Name = "sda2", Type = "part", Size = GiB, PartitionType = "0fc63daf-8483-4772-8e79-3d69d8477de4", FileSystem = "xfs", Uuid = _random.Guid().ToString(), MountPoint = "/boot", MountOptions = "rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota" },
                    new()
                    {
                        Name = "sda3", Type = "part", Size = 478_398_873_600, PartitionType = "e6d6d379-f507-44c2-a23c-238f2a3df928", FileSystem = "LVM2_member", Uuid = _random.Letters(32),
                        Children =
                        [
                            new() { Name = "rl-root", Type = "lvm", Size = 442 * GiB, FileSystem = "xfs", Uuid = _random.Guid().ToString(), MountPoint = "/", MountOptions = "rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota" },
                            new() { Name = "rl-swap", Type = "lvm", Size = 4 * GiB, FileSystem = "swap", Uuid = _random.Guid().ToString(), MountPoint = "[SWAP]" },
                        ],
                    },
                ],
            },
        ];
        List<BlockDevice> data = [];
        for (var i = 0; i < profile.DataDisks; i++)
        {
            data.Add(new()
            {
                Name = $"nvme{i}n1", Type = "disk", Size = 3_840_755_982_336, Model = "SAMSUNG MZQL23T8HCLS-00A07", Serial = "S64HNE0" + _random.Letters(8),
                Wwn = "eui." + _random.Hex(32), Transport = "nvme",
            });
        }

        const string Options = "rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota";
        if (data.Count == 1)
        {
            data[0].FileSystem = "xfs";
            data[0].Uuid = _random.Guid().ToString();
            data[0].MountPoint = "/var/lib/nova/instances";
            data[0].MountOptions = Options;
        }
        else if (data.Count > 1)
        {
            var member = _random.Guid().ToString();
            var array = new BlockDevice
            {
                Name = "md0", Type = "raid0", Size = data.Sum(disk => disk.Size) - (1L << 28), FileSystem = "xfs", Uuid = _random.Guid().ToString(),
                MountPoint = "/var/lib/nova/instances", MountOptions = Options,
            };
            foreach (var disk in data)
            {
                disk.PartitionTable = "gpt";
                disk.Children.Add(new() { Name = disk.Name + "p1", Type = "part", PartitionUuid = _random.Guid().ToString(), Size = disk.Size - (1L << 21), PartitionType = "a19d880f-05fc-4d3b-a006-743f0f84911e", FileSystem = "linux_raid_member", Uuid = member, Children = [array] });
            }
        }

        disks.AddRange(data);
        return disks;
    }

    private void MakeAggregates(IReadOnlyList<HypervisorPlan> plans)
    {
        var id = 0;
        foreach (var (name, zone) in new (string, string?)[] { ("az-a", "az-a"), ("az-b", "az-b"), ("gpu", null), ("isolation", null) })
            Add(name, zone);
        for (var i = 0; i < plans.Count; i++)
        {
            var hypervisor = _world.Hypervisors[i];
            var names = plans[i].Aggregates ?? (hypervisor.Profile.HasGpu ? ["gpu", Zone(hypervisor)] : [Zone(hypervisor)]);
            foreach (var name in names)
                (_world.Aggregates.Find(aggregate => aggregate.Name == name) ?? Add(name, null)).Hosts.Add(hypervisor.ServiceHost);
        }

        static string Zone(Hypervisor hypervisor) => hypervisor.Number % 2 == 0 ? "az-a" : "az-b";

        Aggregate Add(string name, string? zone)
        {
            var aggregate = new Aggregate { Id = ++id, Uuid = _random.Guid(), Name = name, AvailabilityZone = zone, Created = _now };
            if (zone is not null)
                aggregate.Metadata["availability_zone"] = zone;
            if (name == "gpu")
                aggregate.Metadata["trait:CUSTOM_GPU_A100"] = "required";
            _world.Aggregates.Add(aggregate);
            return aggregate;
        }
    }

    private void MakeServers()
    {
        var tenants = _world.Projects.Skip(2).ToList();
        foreach (var plan in _plan.Servers)
        {
            var host = _world.FindHypervisor(plan.Host) ?? throw new LabException($"server '{plan.Name}': no hypervisor '{plan.Host}'");
            var flavor = plan.Flavor is { } wanted
                ? _world.Flavors.Find(known => known.Name == wanted) ?? throw new LabException($"server '{plan.Name}': no flavor '{wanted}' (known: {string.Join(", ", _world.Flavors.Select(known => known.Name))})")
                : _world.Flavors[0];
            var project = plan.Project is { } named
                ? _world.Projects.Find(known => known.Name == named) ?? throw new LabException($"server '{plan.Name}': no project '{named}' (known: {string.Join(", ", _world.Projects.Select(known => known.Name))})")
                : tenants[0];
            Add(plan.Name, host, flavor, project).Status = plan.Status ?? "ACTIVE";
        }

        if (_world.Hypervisors.Count == 0)
            return;
        string[] uses = ["web", "db", "worker", "login", "batch", "ci", "cache"];
        for (var i = 0; i < _options.VirtualMachines; i++)
        {
            var host = _world.Hypervisors[i % _world.Hypervisors.Count];
            var gpu = host.Profile.HasGpu && _world.ServersOn(host).Count(server => server.Flavor.Name.StartsWith("g-", Ordinal)) < 2;
            var flavor = gpu ? _world.Flavors[5] : _world.Flavors[_random.Below(4)];
            var server = Add($"{_random.Pick(uses)}-{i + 1:000}", host, flavor, _random.Pick(tenants));
            server.Status = _random.Below(10) == 0 ? "SHUTOFF" : "ACTIVE";
        }
    }

    private void MakeMigrations()
    {
        foreach (var plan in _plan.Migrations)
        {
            var server = _world.Servers.Find(known => known.Name == plan.Server) ?? throw new LabException($"migration of '{plan.Server}': there is no such server");
            var target = _world.FindHypervisor(plan.To) ?? throw new LabException($"migration of '{plan.Server}': no hypervisor '{plan.To}'");
            if (plan.Type is not (null or "live-migration" or "migration"))
                throw new LabException($"migration of '{plan.Server}': '{plan.Type}' is neither live-migration nor migration");
            var migration = new Migration
            {
                Id = _world.Migrations.Count + 1, Uuid = _random.Guid(), Type = plan.Type ?? "live-migration", Server = server, Source = server.Host, Destination = target,
                StatusBefore = server.Status, Status = plan.Status ?? "running", Created = _now, Updated = _now,
            };
            _world.Migrations.Add(migration);
            if (migration.Status == "finished")
                (server.Host, server.Status) = (target, "VERIFY_RESIZE");
            else if (migration.IsOpen)
                (server.Status, server.TaskState) = migration.Type == "migration" ? ("RESIZE", "resize_migrating") : ("MIGRATING", "migrating");
        }
    }

    private Server Add(string name, Hypervisor host, Flavor flavor, Project project)
    {
        var number = _world.Servers.Count + 1;
        var created = _now.AddDays(-30).AddMinutes(number);
        var server = new Server
        {
            Id = _random.Guid(),
            Number = number,
            Name = name,
            Project = project,
            UserId = _world.Users[0].Id,
            Flavor = flavor,
            Host = host,
            Address = $"192.168.{number / 250}.{(number % 250) + 2}",
            Mac = _random.Mac("fa:16:3e"),
            ImageId = _random.Pick(_images),
            Created = created,
            Updated = created,
        };
        _world.Servers.Add(server);
        return server;
    }

    private void MakeDevice(Hypervisor hypervisor, HypervisorPlan plan)
    {
        var box = _world.NetBox;
        var site = box.Sites.Find(known => known.Name == hypervisor.Site)!;
        var device = new Device
        {
            Id = 1000 + hypervisor.Number,
            Name = plan.DeviceName ?? hypervisor.ShortName,
            Type = box.Types.Find(type => type.Name == hypervisor.Profile.Model)!,
            Role = box.Roles[0],
            Site = site,
            Rack = box.Racks.Find(rack => rack.Parent == site && rack.Name.EndsWith(hypervisor.Rack, Ordinal)),
            Platform = box.Platforms[hypervisor.OsVersion.StartsWith('9') ? 1 : 0],
            Position = hypervisor.Number % 40,
            Serial = hypervisor.Serial,
            Status = plan.DeviceStatus ?? "active",
            Tags = hypervisor.Profile.HasGpu ? [box.Tags[0], box.Tags[1]] : [box.Tags[0]],
            Created = _now.AddDays(-400),
            LastUpdated = _now.AddDays(-20),
            Hypervisor = hypervisor,
        };
        foreach (var name in box.CustomFields.Keys)
            device.CustomFields[name] = null;
        device.CustomFields["gpu_count"] = hypervisor.Profile.Gpus;
        // NetBox counts the ports as they are labelled on the machine; what the kernel calls them is another matter.
        foreach (var (card, i) in hypervisor.Cards.Select((card, i) => (card, i)))
        {
            AddInterface(device, $"eth{i}", "25gbase-x-sfp28", card.Mac, isBootable: card.Address is not null);
            if (card.Address is { } address)
                device.PrimaryAddress = AddAddress($"{address}/{card.PrefixLength}", hypervisor.Fqdn);
        }

        AddInterface(device, "vlan100", "virtual", $"02{hypervisor.Cards[0].Mac[2..]}");
        AddAddress($"10.40{hypervisor.ManagementAddress["10.20".Length..]}/24", $"{hypervisor.ShortName}-vlan100.{Domain}");
        AddInterface(device, "bmc0", "1000base-t", hypervisor.BmcMac, managementOnly: true);
        device.OutOfBandAddress = AddAddress($"{hypervisor.BmcAddress}/24", $"{hypervisor.ShortName}-ipmi.{Domain}", "mgmt");
        box.Devices.Add(device);
    }

    private void AddInterface(Device device, string name, string type, string mac, bool managementOnly = false, bool isBootable = false) =>
        _world.NetBox.Interfaces.Add(new(5000 + _world.NetBox.Interfaces.Count + 1, device.Id, name, type, managementOnly, mac.ToUpperInvariant(), isBootable));

    private int AddAddress(string address, string dnsName, string? vrf = null)
    {
        var box = _world.NetBox;
        var id = 7000 + box.Addresses.Count + 1;
        box.Addresses.Add(new(id, address, dnsName, box.Interfaces[^1].Id, vrf));
        return id;
    }

    /// <summary>The Aquilon records of the hypervisors as years of use left them, and the host with the client.</summary>
    private void MakeAquilon()
    {
        var box = _world.NetBox;
        var data = _world.Aquilon;
        data.Models.AddRange(HardwareProfile.All.Select(profile => new AquilonModel(profile.Model, profile.Manufacturer.ToLowerInvariant(), "epyc_7452", 2, profile.MemoryMiB, new AquilonDisk("sda", 480, "sata", IsBoot: true))));
        data.Racks.AddRange(box.Racks.Select(rack => rack.Name.ToLowerInvariant()));
        foreach (var device in box.Devices)
        {
            var hypervisor = device.Hypervisor!;
            var machine = new AquilonMachine
            {
                // The older machines are named after the inventory before NetBox.
                Label = hypervisor.Number % 2 == 1 ? $"system{7000 + hypervisor.Number}" : $"netbox-{device.Id}",
                Model = data.Models.Find(model => model.Name == hypervisor.Profile.Model)!,
                Rack = device.Rack!.Name.ToLowerInvariant(),
                Serial = hypervisor.Serial,
            };
            foreach (var port in box.Interfaces.Where(port => port.DeviceId == device.Id))
            {
                var added = new AquilonInterface { Name = port.Name, Mac = port.Mac.ToLowerInvariant(), Type = port.ManagementOnly ? "management" : "public", IsBoot = port.IsBootable, IsDefaultRoute = port.IsBootable };
                added.Addresses.AddRange(box.Addresses.Where(address => address.InterfaceId == port.Id).Select(address => new AquilonAddress(address.Address.Split('/')[0], address.DnsName, address.Vrf ?? "internal")));
                machine.Interfaces.Add(added);
            }

            machine.Interfaces.Add(new AquilonInterface { Name = "br0", Type = "bridge" });
            machine.Disks.Add(machine.Model.Disk);
            machine.Host = new AquilonHost
            {
                Fqdn = hypervisor.Fqdn,
                PrimaryAddress = hypervisor.ManagementAddress,
                Archetype = "cloud",
                Personality = "hypervisor",
                OsName = hypervisor.OsId,
                OsVersion = $"{hypervisor.OsVersion.Split('.')[0]}x-x86_64",
                Branch = "prod_cloud",
                BuildStatus = "ready",
                Bootserver = machine.Rack.Split("-r")[0],
                Compilations = 1,
            };
            data.PxeLinks[hypervisor.Fqdn] = "boot";
            data.Machines.Add(machine);
        }

        _world.ControlHosts.Add(MakeControlHost(data.Host, 1, [AquilonData.ClientPath, AquilonData.ImporterPath]));
    }

    private static KayobeData MakeKayobe(SeededSource random)
    {
        var data = new KayobeData { Host = $"kayobe.{Domain}", VaultPassword = "vault-" + random.Hex(16), Commit = random.Hex(40) };
        data.Controllers.AddRange(Enumerable.Range(1, 3).Select(number => $"ctl{number:00}.{Domain}"));
        return data;
    }

    private static Dictionary<string, string> KayobeFiles => new()
    {
        [$"{KayobeData.Venv}/bin/activate"] = $"export VIRTUAL_ENV={KayobeData.Venv}\nexport PATH={KayobeData.Venv}/bin:$PATH\n",
        [$"{KayobeData.Checkout}/kayobe-env"] = $"""
            echo 'Using Kayobe config from {KayobeData.Checkout}'
            export KAYOBE_CONFIG_PATH={KayobeData.ConfigPath}
            if [ "$#" -ge 1 ]; then
              if [ "$1" = --environment ]; then export KAYOBE_ENVIRONMENT="$2"; else echo 'usage: kayobe-env [--environment <env-name>]'; false; fi
            fi

            """,
        [$"{KayobeData.ConfigPath}/inventory/hosts"] = "# Made by the playbook that builds the inventory.\n",
        [KayobeData.InventoryPlaybook] = "- name: Build the inventory from NetBox\n  hosts: localhost\n",
        [KayobeData.PxePlaybook] = "- name: Enable UEFI PXE on Mellanox cards\n  hosts: compute\n",
    };

    private Machine MakeControlHost(string fqdn, int number, IReadOnlyList<string> programs, IReadOnlyDictionary<string, string>? files = null) => new()
    {
        Fqdn = fqdn,
        Profile = HardwareProfile.Control,
        Serial = $"C{_random.Letters(7)}",
        DmiUuid = _random.Guid(),
        ManagementAddress = $"10.20.254.{number}",
        Cards = [new("eth0", _random.Mac("52:54:00"), "00:03.0", "Ethernet controller [0200]: Red Hat, Inc. Virtio network device [1af4:1000]", $"10.20.254.{number}", 24)],
        Disks = MakeDisks(HardwareProfile.Control),
        Programs = programs,
        Files = files ?? new Dictionary<string, string>(),
        OsVersion = "9.5",
        RootAccess = false,
        HostKey = _random.Bytes(32),
    };

    private void MakeTicket(Hypervisor hypervisor, HypervisorPlan plan)
    {
        if (plan.Ticket == false)
            return;
        var jira = _world.Jira;
        var made = _now.AddDays(-10);
        var ticket = new Ticket
        {
            Id = jira.NextIssueId++,
            ProjectKey = TicketData.ProjectKey,
            Number = jira.NextNumber++,
            IssueType = TicketData.IssueTypes[0],
            Summary = hypervisor.Fqdn,
            Description = new TicketText($"Reinstall {hypervisor.Fqdn} with the new OS.", null),
            Reporter = jira.Users[1],
            Created = made,
            Updated = made,
        };
        ticket.Remember(made, made);
        jira.Tickets.Add(ticket);
    }
}

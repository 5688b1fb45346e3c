using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>A host as one sees it over SSH. The caller holds the world's lock.</summary>
internal sealed class LabHost
{
    /// <summary>Lab seconds from the end of a system to the first login into the next one.</summary>
    private const double BootSeconds = 120;

    /// <summary>Lab seconds that an installer takes.</summary>
    private const double InstallSeconds = 900;

    private readonly LabContext _lab;
    private readonly string _operatorKey;
    private int _lastPid = 4000;
    private int _boots;
    private bool _isComputeNode;

    public LabHost(HostFleet fleet, Machine machine, string operatorKey)
    {
        var lab = _lab = fleet.Lab;
        Fleet = fleet;
        _operatorKey = operatorKey;
        Machine = machine;
        Files = new HostFiles(() => lab.Clock.Now);
        Disks = new HostDisks(this);
        BootedAt = lab.Clock.Now.AddDays(-42);
        ResetAt = BootedAt.AddSeconds(-BootSeconds);
        BootId = NewId();
        new HostImage(lab, this, operatorKey).Install();
        StartUnits();
        Effects = 0;
    }

    public LabContext Lab => _lab;

    /// <summary>The hosts that it is one of.</summary>
    public HostFleet Fleet { get; }

    public Machine Machine { get; }

    /// <summary>The machine where it is a hypervisor.</summary>
    public Hypervisor? Hypervisor => Machine as Hypervisor;

    public HostFiles Files { get; private set; }

    public HostDisks Disks { get; }

    public Dictionary<string, HostAccount> Accounts { get; } = new(StringComparer.Ordinal)
    {
        ["root"] = new("root", 0, "/root", MaySudo: true),
        ["ops"] = new("ops", 1000, "/home/ops", MaySudo: true),
        ["nova"] = new("nova", 162, "/var/lib/nova", MaySudo: false),
    };

    public Dictionary<string, HostUnit> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Installed packages: name → version-release.</summary>
    public SortedDictionary<string, string> Packages { get; } = new(StringComparer.Ordinal);

    /// <summary>What the repositories have newer.</summary>
    public SortedDictionary<string, string> Updates { get; } = new(StringComparer.Ordinal);

    /// <summary>Mounts beside those of block devices and the kernel's own.</summary>
    public List<HostMount> Mounts { get; } = [];

    public List<HostContainer> Containers { get; } = [];

    /// <summary>libvirt domains that are no server of Nova's.</summary>
    public List<string> StrayDomains { get; } = [];

    /// <summary>Programs that are not installed.</summary>
    public HashSet<string> MissingPrograms { get; } = new(StringComparer.Ordinal) { "podman" };

    public bool RepositoriesBroken { get; set; }

    /// <summary>Configured by Kayobe since it was installed.</summary>
    public bool IsConfigured { get; set; }

    /// <summary>Paths that somebody holds a lock on (flock).</summary>
    public HashSet<string> FileLocks { get; } = new(StringComparer.Ordinal);

    public bool IsEfi { get; set; } = true;

    /// <summary>People logged in, for who and loginctl.</summary>
    public List<string> Sessions { get; } = [];

    /// <summary>Kerberos tickets by account.</summary>
    public Dictionary<string, KerberosTicket> Tickets { get; } = new(StringComparer.Ordinal);

    /// <summary>Processes of people, by name, for pgrep.</summary>
    public List<HostProcess> Processes { get; } = [];

    /// <summary>Shells that run now, oldest first.</summary>
    public List<HostProcess> Shells { get; } = [];

    public string BootId { get; private set; }

    public DateTimeOffset BootedAt { get; private set; }

    /// <summary>When the machine last began to boot.</summary>
    public DateTimeOffset ResetAt { get; private set; }

    public bool IsPoweredOn { get; private set; } = true;

    public bool IsUp
    {
        get => Machine.IsUp;
        private set => Machine.IsUp = value;
    }

    /// <summary>What is cancelled when the system goes down.</summary>
    public CancellationTokenSource Power { get; private set; } = new();

    /// <summary>Side effects that are not in the file system: units, packages, reboots.</summary>
    public int Effects { get; set; }

    public int TotalChanges => Files.Changes + Effects;

    public static string NewId() => Guid.NewGuid().ToString();

    public int NextPid() => ++_lastPid;

    /// <summary>A shell begins: it is in /proc until it ends.</summary>
    public void Begin(HostProcess shell)
    {
        var ticks = (long)((_lab.Clock.Now - BootedAt).TotalSeconds * 100);
        Shells.Add(shell);
        Files.InstallLive($"/proc/{shell.Id}/stat", () => $"{shell.Id} ({shell.Name}) S 1 {shell.Group} {shell.Group} 0 -1 4194304 310 0 0 0 0 0 0 0 20 0 1 0 {ticks} 7536640 740 0\n");
    }

    public void End(HostProcess shell)
    {
        Shells.Remove(shell);
        Files.Uninstall($"/proc/{shell.Id}");
    }

    public HostAccount? AccountOf(string nameOrId) => Accounts.GetValueOrDefault(nameOrId)
        ?? Accounts.Values.FirstOrDefault(account => account.Id.ToString(CultureInfo.InvariantCulture) == nameOrId);

    /// <summary>Whether sshd lets this key in: as authorized_keys says, which nobody else may be able to write (StrictModes).</summary>
    public bool Accepts(string user, string? publicKey)
    {
        if (publicKey is null || !Accounts.TryGetValue(user, out var account))
            return false;
        var path = $"{account.Home}/.ssh/authorized_keys";
        if (Files.Find(path) is not { IsDirectory: false } file)
            return false;
        foreach (var part in new[] { Files.Find(account.Home), Files.Find($"{account.Home}/.ssh"), file })
        {
            if (part is null || (part.Mode & 0b000_010_010) != 0 || (part.Owner != user && part.Owner != "root"))
                return false;
        }

        var wanted = publicKey.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return wanted.Length >= 2 && Encoding.UTF8.GetString(file.Read()).Split('\n')
            .Select(line => line.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(line => Array.IndexOf(line, wanted[0]) is >= 0 and var at && at + 1 < line.Length && line[at + 1] == wanted[1]);
    }

    /// <summary>Whether the lab's own key opens root now, whoever put it there.</summary>
    public bool AcceptsOperatorAsRoot => Accepts("root", _operatorKey);

    public void SetRootAccess(bool open)
    {
        Machine.RootAccess = open;
        Files.Install("/root/.ssh/authorized_keys", open ? _operatorKey + "\n" : "", 0b110_000_000);
    }

    /// <summary>The system goes down and comes back after lab time.</summary>
    public void Reboot(double delaySeconds) => Restart(delaySeconds, null);

    /// <summary>The host goes down, an installer runs, and the new system comes up after lab time.</summary>
    public void BeginReinstall(string osId, string osVersion) => Restart(0, (osId, osVersion));

    private void Restart(double delaySeconds, (string OsId, string OsVersion)? installer)
    {
        Effects++;
        var before = Power;
        _ = Task.Run(async () =>
        {
            try
            {
                await _lab.Clock.DelayAsync(delaySeconds, before.Token);
                await GoDownAsync(before);
                await BootAsync(BeginBoot(installer));
            }
            catch (OperationCanceledException)
            {
                // Another shutdown was faster, or the lab ends.
            }
        });
    }

    public void PowerOff(double delaySeconds)
    {
        Effects++;
        var before = Power;
        _ = Task.Run(async () =>
        {
            try
            {
                await _lab.Clock.DelayAsync(delaySeconds, before.Token);
                await GoDownAsync(before);
                lock (_lab.World.Gate)
                    IsPoweredOn = false;
            }
            catch (OperationCanceledException)
            {
                // As above.
            }
        });
    }

    /// <summary>The machine is turned on and boots; one that is on stays as it is.</summary>
    public void PowerOn()
    {
        if (IsPoweredOn)
            return;
        Effects++;
        IsPoweredOn = true;
        var boot = BeginBoot(null);
        _ = Task.Run(() => BootAsync(boot));
    }

    /// <summary>The power is cut, whatever the system is doing.</summary>
    public void CutPower()
    {
        Effects++;
        IsPoweredOn = false;
        Fall();
        _ = Power.CancelAsync();
    }

    /// <summary>The machine boots anew at once, whatever the system is doing.</summary>
    public void Reset()
    {
        CutPower();
        PowerOn();
    }

    public void CancelShutdown()
    {
        Effects++;
        var before = Power;
        Power = new CancellationTokenSource();
        before.Cancel();
    }

    /// <summary>The same at once.</summary>
    public void Reinstall(string osId, string osVersion)
    {
        _ = Power.CancelAsync();
        _boots++;
        Install(osId, osVersion);
        ComeUp();
    }

    /// <summary>Makes it a compute node, as a deployment does: libvirt, docker and the containers.</summary>
    public void Deploy()
    {
        Effects++;
        _isComputeNode = true;
        Containers.Clear();
        Containers.AddRange(HostImage.ComputeContainers.Select(name => new HostContainer(name)));
        StartUnits();
    }

    /// <summary>Whether a program is installed.</summary>
    public bool Has(string program) => Commands.HostCommands.All.ContainsKey(program) && !MissingPrograms.Contains(program) && (_isComputeNode || program is not ("virsh" or "docker"));

    /// <summary>A service, running or not; null removes it.</summary>
    /// <param name="enabled">Whether the next start runs it, in systemd's words; as it runs now where null.</param>
    public void SetUnit(string name, string? state, string? enabled = null)
    {
        if (state is null)
        {
            Units.Remove(name);
            return;
        }

        var isActive = state == "active";
        Units[name] = new HostUnit
        {
            Name = name,
            InvocationId = Guid.NewGuid().ToString("N"),
            MainPid = isActive ? NextPid() : 0,
            ActiveState = state,
            SubState = isActive ? "running" : state == "failed" ? state : "dead",
            Enabled = enabled ?? (isActive ? "enabled" : "disabled"),
        };
    }

    public void Stop() => Power.Cancel();

    /// <summary>A new operating system: new files, host key and boot id; root's key and compute_id are gone, and data disks keep what they carry.</summary>
    private void Install(string osId, string osVersion)
    {
        Machine.OsId = osId;
        Machine.OsVersion = osVersion;
        Machine.HostKey = _lab.World.Random.Bytes(32);
        Machine.RootAccess = false;
        _isComputeNode = IsConfigured = false;
        Disks.Reinstall();
        Files = new HostFiles(() => _lab.Clock.Now);
        Packages.Clear();
        Updates.Clear();
        Units.Clear();
        Sessions.Clear();
        Processes.Clear();
        Mounts.Clear();
        Containers.Clear();
        StrayDomains.Clear();
        new HostImage(_lab, this, _operatorKey, isReinstalled: true).Install();
    }

    /// <summary>A boot begins: from the network, where it is told to, an installer takes over if one is armed.</summary>
    private (int Number, (string OsId, string OsVersion)? Installer) BeginBoot((string OsId, string OsVersion)? installer)
    {
        lock (_lab.World.Gate)
        {
            ResetAt = _lab.Clock.Now;
            if (Hypervisor?.Bmc.UseBoot() is "Pxe" or "UefiHttp")
                installer ??= _lab.World.InstallerOf(Machine);
            return (++_boots, installer);
        }
    }

    private async Task BootAsync((int Number, (string OsId, string OsVersion)? Installer) boot)
    {
        await _lab.Clock.DelayAsync(boot.Installer is null ? BootSeconds : InstallSeconds + BootSeconds, CancellationToken.None);
        lock (_lab.World.Gate)
        {
            // Another boot began meanwhile, or the power went.
            if (boot.Number != _boots || !IsPoweredOn)
                return;
            if (boot.Installer is var (osId, osVersion))
                Install(osId, osVersion);
            else
                Disks.Boot();
            ComeUp();
        }
    }

    private async Task GoDownAsync(CancellationTokenSource before)
    {
        lock (_lab.World.Gate)
            Fall();
        await before.CancelAsync();
    }

    private void Fall()
    {
        IsUp = false;
        if (Hypervisor is { } hypervisor)
        {
            hypervisor.ServiceUp = false;
            hypervisor.ServiceChanged = _lab.Clock.Now;
        }
    }

    private void ComeUp()
    {
        Power = new CancellationTokenSource();
        BootId = NewId();
        BootedAt = _lab.Clock.Now;
        IsUp = true;
        Sessions.Clear();
        Files.Uninstall("/dev/shm");
        Files.InstallFolder("/dev/shm", HostImage.AnybodysFolder);
        foreach (var transient in Units.Values.Where(unit => unit.IsTransient).ToList())
            Units.Remove(transient.Name);
        StartUnits();
        // A system without nova has no compute service to report.
        if (Hypervisor is { } hypervisor)
            hypervisor.ServiceUp = Files.Find("/var/lib/nova/compute_id") is not null;
    }

    private void StartUnits()
    {
        foreach (var (name, active) in _isComputeNode ? [.. HostImage.Services, .. HostImage.ComputeServices] : HostImage.Services)
            SetUnit(name, active ? "active" : "inactive");
    }
}

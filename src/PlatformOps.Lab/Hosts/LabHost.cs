using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>A host as one sees it over SSH. The caller holds the world's lock.</summary>
internal sealed class LabHost
{
    /// <summary>Lab seconds from the end of a system to the first login into the next one.</summary>
    private const double BootSeconds = 120;

    private readonly LabContext _lab;
    private readonly string _operatorKey;
    private int _lastPid = 4000;

    public LabHost(LabContext lab, Machine machine, string operatorKey)
    {
        _lab = lab;
        _operatorKey = operatorKey;
        Machine = machine;
        Files = new HostFiles(() => lab.Clock.Now);
        BootedAt = lab.Clock.Now.AddDays(-42);
        BootId = NewId();
        new HostImage(lab, this, operatorKey).Install();
        StartUnits();
    }

    public LabContext Lab => _lab;

    public Machine Machine { get; }

    /// <summary>The machine where it is a hypervisor.</summary>
    public Hypervisor? Hypervisor => Machine as Hypervisor;

    public HostFiles Files { get; private set; }

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

    public bool RepositoriesBroken { get; set; }

    public bool IsEfi { get; set; } = true;

    /// <summary>People logged in, for who and loginctl.</summary>
    public List<string> Sessions { get; } = [];

    /// <summary>Kerberos tickets by account.</summary>
    public Dictionary<string, KerberosTicket> Tickets { get; } = new(StringComparer.Ordinal);

    /// <summary>Processes of people, by name, for pgrep.</summary>
    public List<HostProcess> Processes { get; } = [];

    public string BootId { get; private set; }

    public DateTimeOffset BootedAt { get; private set; }

    public bool IsUp { get; private set; } = true;

    /// <summary>What is cancelled when the system goes down.</summary>
    public CancellationTokenSource Power { get; private set; } = new();

    /// <summary>Side effects that are not in the file system: units, packages, reboots.</summary>
    public int Effects { get; set; }

    public int TotalChanges => Files.Changes + Effects;

    public static string NewId() => Guid.NewGuid().ToString();

    public int NextPid() => ++_lastPid;

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
    public void Reboot(double delaySeconds, Action? whileDown = null)
    {
        Effects++;
        var before = Power;
        _ = Task.Run(async () =>
        {
            try
            {
                await _lab.Clock.DelayAsync(delaySeconds, before.Token);
                await GoDownAsync(before);
                await _lab.Clock.DelayAsync(BootSeconds, CancellationToken.None);
                lock (_lab.World.Gate)
                {
                    whileDown?.Invoke();
                    ComeUp();
                }
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
            }
            catch (OperationCanceledException)
            {
                // As above.
            }
        });
    }

    public void CancelShutdown()
    {
        Effects++;
        var before = Power;
        Power = new CancellationTokenSource();
        before.Cancel();
    }

    /// <summary>A new operating system: new files, host key and boot id; root's key is gone, data disks keep what they had.</summary>
    public void Reinstall(string osId, string osVersion)
    {
        Machine.OsId = osId;
        Machine.OsVersion = osVersion;
        Machine.HostKey = _lab.World.Random.Bytes(32);
        Machine.RootAccess = false;
        foreach (var disk in Machine.Disks.Skip(1).SelectMany(disk => disk.WithDescendants()))
        {
            disk.MountPoint = null;
            disk.MountOptions = null;
        }

        Files = new HostFiles(() => _lab.Clock.Now);
        Packages.Clear();
        Updates.Clear();
        Units.Clear();
        Sessions.Clear();
        Processes.Clear();
        new HostImage(_lab, this, _operatorKey, isReinstalled: true).Install();
        ComeUp();
    }

    public void Stop() => Power.Cancel();

    private async Task GoDownAsync(CancellationTokenSource before)
    {
        lock (_lab.World.Gate)
        {
            IsUp = false;
            if (Hypervisor is { } hypervisor)
            {
                hypervisor.ServiceUp = false;
                hypervisor.ServiceChanged = _lab.Clock.Now;
            }
        }

        await before.CancelAsync();
    }

    private void ComeUp()
    {
        Power = new CancellationTokenSource();
        BootId = NewId();
        BootedAt = _lab.Clock.Now;
        IsUp = true;
        Sessions.Clear();
        foreach (var transient in Units.Values.Where(unit => unit.IsTransient).ToList())
            Units.Remove(transient.Name);
        StartUnits();
        // A system without nova has no compute service to report.
        if (Hypervisor is { } hypervisor)
            hypervisor.ServiceUp = Files.Find("/var/lib/nova/compute_id") is not null;
    }

    private void StartUnits()
    {
        foreach (var (name, active) in HostImage.Services)
        {
            Units[name] = new HostUnit
            {
                Name = name,
                InvocationId = Guid.NewGuid().ToString("N"),
                MainPid = active ? NextPid() : 0,
                ActiveState = active ? "active" : "inactive",
                SubState = active ? "running" : "dead",
                Enabled = active ? "enabled" : "disabled",
            };
        }
    }
}

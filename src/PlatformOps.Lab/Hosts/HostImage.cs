using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Hosts;

/// <summary>What is on a host after its installation.</summary>
internal sealed class HostImage(LabContext lab, LabHost host, string operatorKey, bool isReinstalled = false)
{
    public static readonly (string Name, bool Active)[] Services = [("sshd.service", true), ("chronyd.service", true), ("crond.service", true), ("firewalld.service", false)];

    /// <summary>What a compute node has beside them, once it is deployed.</summary>
    public static readonly (string Name, bool Active)[] ComputeServices = [("libvirtd.service", true), ("docker.service", true)];

    /// <summary>The containers of a compute node.</summary>
    public static readonly string[] ComputeContainers =
    [
        "cron", "fluentd", "kolla_toolbox", "neutron_openvswitch_agent", "nova_compute", "nova_libvirt", "nova_ssh", "openvswitch_db", "openvswitch_vswitchd", "prometheus_node_exporter",
    ];

    /// <summary>Real systems set the sticky bit too; who may write matters here.</summary>
    public const int AnybodysFolder = 0b1_111_111_111;

    private Machine Machine => host.Machine;

    private bool IsNine => Machine.OsVersion.StartsWith('9');

    public void Install()
    {
        var files = host.Files;
        foreach (var folder in new[] { "/boot", "/dev", "/etc", "/home", "/mnt", "/opt", "/run", "/run/systemd/system", "/srv", "/usr/bin", "/var/log", "/var/tmp" })
            files.InstallFolder(folder);
        files.InstallFolder("/tmp", AnybodysFolder);
        files.InstallFolder("/dev/shm", AnybodysFolder);
        files.InstallFolder("/root", 0b101_101_000);
        files.InstallFolder("/root/.ssh", 0b111_000_000);
        files.Install("/root/.ssh/authorized_keys", Machine.RootAccess && !isReinstalled ? operatorKey + "\n" : "", 0b110_000_000);
        files.InstallFolder("/home/ops", 0b111_000_000, "ops");
        files.InstallFolder("/home/ops/.ssh", 0b111_000_000, "ops");
        files.Install("/home/ops/.ssh/authorized_keys", operatorKey + "\n", 0b110_000_000, "ops");
        Configuration(files);
        Kernel(files);
        if (host.IsEfi)
            files.InstallFolder("/sys/firmware/efi");
        foreach (var program in Machine.Programs)
            files.Install(program, "", 0b111_101_101);
        foreach (var (path, content) in Machine.Files)
            files.Install(path, content, owner: "ops");
        if (!isReinstalled && host.Hypervisor is { } hypervisor)
        {
            host.Deploy();
            foreach (var array in host.Disks.All.Where(device => device.Type.StartsWith("raid", Ordinal)))
                files.Install("/etc/mdadm.conf", $"ARRAY {array.Path} metadata=1.2 UUID={HostDisks.ForMdadm(host.Disks.ParentsOf(array).First().Uuid!)}\n");
            files.InstallFolder("/var/lib/nova", 0b111_101_101, "nova");
            files.Install("/var/lib/nova/compute_id", hypervisor.Id.ToString() + "\n", owner: "nova");
            files.InstallFolder("/var/lib/nova/instances", 0b111_101_101, "nova");
            foreach (var server in lab.World.ServersOn(Machine))
                files.Install($"/var/lib/nova/instances/{server.Id}/disk.info", "{}\n", owner: "nova");
        }

        Packages();
    }

    private void Configuration(HostFiles files)
    {
        files.InstallLive("/etc/os-release", OsRelease, 0b110_100_100);
        files.InstallLive("/etc/rocky-release", () => $"Rocky Linux release {Machine.OsVersion} ({CodeName()})\n", 0b110_100_100);
        files.Install("/etc/hostname", Machine.Fqdn + "\n");
        files.Install("/etc/resolv.conf", "search lab.example\nnameserver 10.20.255.1\nnameserver 10.20.255.2\n");
        files.Install("/etc/hosts", $"127.0.0.1 localhost\n{Machine.ManagementAddress} {Machine.Fqdn} {Machine.ShortName}\n");
        files.Install("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/bash\nnova:x:162:162::/var/lib/nova:/sbin/nologin\n");
        files.Install("/etc/yum.repos.d/rocky.repo", "[baseos]\nname=Rocky Linux $releasever - BaseOS\n\n[appstream]\nname=Rocky Linux $releasever - AppStream\n");
        files.Install("/etc/fstab", string.Concat(Machine.Disks.Take(isReinstalled ? 1 : int.MaxValue).SelectMany(disk => disk.WithDescendants()).Where(disk => disk.MountPoint is not null).DistinctBy(disk => disk.MountPoint)
            .Select(disk => $"UUID={disk.Uuid} {(disk.MountPoint == "[SWAP]" ? "none" : disk.MountPoint)} {disk.FileSystem} {(disk.MountPoint == "/var/lib/nova/instances" ? disk.MountOptions : "defaults")} 0 0\n")));
    }

    private void Kernel(HostFiles files)
    {
        files.InstallLive("/proc/sys/kernel/random/boot_id", () => host.BootId + "\n");
        files.InstallLive("/proc/uptime", () => $"{Uptime().ToString("0.00", CultureInfo.InvariantCulture)} {(Uptime() * 100).ToString("0.00", CultureInfo.InvariantCulture)}\n");
        files.InstallLive("/proc/loadavg", () => "0.42 0.40 0.38 2/1820 48213\n");
        files.InstallLive("/proc/cmdline", () => "BOOT_IMAGE=(hd0,gpt2)/vmlinuz root=/dev/mapper/rl-root ro crashkernel=auto\n");
        files.InstallLive("/proc/meminfo", () => $"MemTotal:       {Machine.Profile.MemoryMiB * 1024L} kB\nMemFree:        {Machine.Profile.MemoryMiB * 700L} kB\nMemAvailable:   {Machine.Profile.MemoryMiB * 800L} kB\nSwapTotal:       4194300 kB\nSwapFree:        4194300 kB\n");
        files.InstallLive("/proc/cpuinfo", () => string.Concat(Enumerable.Range(0, Machine.Profile.Vcpus).Select(cpu =>
            $"processor\t: {cpu}\nvendor_id\t: AuthenticAMD\ncpu family\t: 23\nmodel\t\t: 49\nmodel name\t: AMD EPYC 7452 32-Core Processor\ncpu cores\t: 32\nflags\t\t: fpu svm avx2 sse4_2\n\n")));
        files.InstallLive("/proc/mounts", () => HostReports.MountTable(host));
        files.InstallLive("/sys/class/dmi/id/product_serial", () => Machine.Serial + "\n", 0b100_000_000);
        files.InstallLive("/sys/class/dmi/id/product_uuid", () => Machine.DmiUuid + "\n", 0b100_000_000);
        files.InstallLive("/sys/class/dmi/id/sys_vendor", () => Machine.Profile.Manufacturer + "\n");
        files.InstallLive("/sys/class/dmi/id/product_name", () => Machine.Profile.Model + "\n");
        files.InstallLive("/sys/class/dmi/id/bios_version", () => "CFE122K-3.20\n");
        foreach (var card in Machine.Cards)
        {
            files.InstallLive($"/sys/class/net/{card.Name}/address", () => card.Mac + "\n");
            files.InstallLive($"/sys/class/net/{card.Name}/operstate", () => card.Address is null ? "down\n" : "up\n");
        }

        host.Disks.MakeNodes();
        files.Install("/dev/null", "", 0b110_110_110);
        files.Install("/dev/kvm", "", 0b110_110_110);
    }

    private void Packages()
    {
        var dist = IsNine ? "el9" : "el8";
        foreach (var (name, version) in new (string, string)[]
        {
            ("kernel", IsNine ? "5.14.0-503.14.1.el9_5" : "4.18.0-553.el8_10"),
            ("libvirt", IsNine ? "10.5.0-7.el9_5" : "8.0.0-23.1.module+el8.10.0"),
            ("qemu-kvm", IsNine ? "9.0.0-10.el9_5" : "6.2.0-49.module+el8.10.0"),
            ("openssh-server", $"8.0p1-24.{dist}"), ("bash", $"5.1.8-6.{dist}"), ("systemd", $"252-18.{dist}"), ("docker-ce", $"26.1.3-1.{dist}"), ("chrony", $"4.5-1.{dist}"),
        })
        {
            host.Packages[name] = version;
        }

        if (!IsNine)
            host.Updates["qemu-kvm"] = "6.2.0-53.module+el8.10.0";
    }

    private double Uptime() => (lab.Clock.Now - host.BootedAt).TotalSeconds;

    private string CodeName() => IsNine ? "Blue Onyx" : "Green Obsidian";

    private string OsRelease()
    {
        if (Machine.OsId != "rocky")
            return $"NAME=\"{Machine.OsId}\"\nVERSION=\"{Machine.OsVersion}\"\nID=\"{Machine.OsId}\"\nVERSION_ID=\"{Machine.OsVersion}\"\nPRETTY_NAME=\"{Machine.OsId} {Machine.OsVersion}\"\n";
        var major = Machine.OsVersion.Split('.')[0];
        return $"""
            NAME="Rocky Linux"
            VERSION="{Machine.OsVersion} ({CodeName()})"
            ID="rocky"
            ID_LIKE="rhel centos fedora"
            VERSION_ID="{Machine.OsVersion}"
            PLATFORM_ID="platform:el{major}"
            PRETTY_NAME="Rocky Linux {Machine.OsVersion} ({CodeName()})"
            ANSI_COLOR="0;32"
            LOGO="fedora-logo-icon"
            CPE_NAME="cpe:/o:rocky:rocky:{major}:GA"
            HOME_URL="https://rockylinux.org/"
            BUG_REPORT_URL="https://bugs.rockylinux.org/"
            ROCKY_SUPPORT_PRODUCT="Rocky-Linux-{major}"
            ROCKY_SUPPORT_PRODUCT_VERSION="{Machine.OsVersion}"

            """;
    }
}

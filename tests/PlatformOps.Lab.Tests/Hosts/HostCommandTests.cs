namespace PlatformOps.Lab.Tests.Hosts;

public sealed class HostCommandTests
{
    [Fact]
    public async Task Facts_agree_with_the_world()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var machine = lab.Hypervisor("hv01.lab.example");

        Assert.Equal("hv01.lab.example\n", (await lab.SshAsync("hostname -f")).Out);
        Assert.Equal($"{machine["serial"]}\n{machine["dmiUuid"]}\n", (await lab.SshAsync("sudo -n cat /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid")).Out);
        Assert.Equal($"{machine["serial"]}\n", (await lab.SshAsync("sudo -n dmidecode -s system-serial-number")).Out);
        Assert.Equal($"{machine["id"]}\n", (await lab.SshAsync("cat /var/lib/nova/compute_id")).Out);
        Assert.Equal("128\n", (await lab.SshAsync("nproc")).Out);
        Assert.Equal("EFI\n", (await lab.SshAsync("test -d /sys/firmware/efi && echo EFI")).Out);
    }

    [Fact]
    public async Task Disks_have_model_serial_and_their_file_systems()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var disks = JsonNode.Parse((await lab.SshAsync("lsblk -J -b -o NAME,SIZE,MODEL,SERIAL,FSTYPE,MOUNTPOINT,TYPE", host: "hv04.lab.example")).Out)!["blockdevices"]!.AsArray();

        Assert.Equal(["sda", "nvme0n1", "nvme1n1"], disks.Select(disk => (string)disk!["name"]!));
        Assert.Equal(lab.Hypervisor("hv04.lab.example")["disks"]!.AsArray().Select(disk => (string)disk!["serial"]!), disks.Select(disk => (string)disk!["serial"]!));
        Assert.Equal("/var/lib/nova/instances", (string)disks[1]!["children"]![0]!["children"]![0]!["mountpoint"]!);
        Assert.Equal(1, (await lab.SshAsync("lsblk -o COLOUR")).Status);
        Assert.True(JsonNode.Parse((await lab.SshAsync("lsblk -J -O -b")).Out)!["blockdevices"]![0]!.AsObject().ContainsKey("wwn"));
    }

    [Fact]
    public async Task Cards_are_those_of_the_profile()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(1, (await lab.SshAsync("lspci -nn | grep -F '[15b3:'")).Status);
        Assert.Equal("4\n", (await lab.SshAsync("lspci -nn -d 10de: | wc -l", host: "hv04.lab.example")).Out);
        Assert.Equal("2\n", (await lab.SshAsync("lspci -nn -d 15b3: | wc -l", host: "hv04.lab.example")).Out);
        var links = JsonNode.Parse((await lab.SshAsync("ip -j addr")).Out)!.AsArray();
        Assert.Equal(["lo", "eno1", "eno2"], links.Select(link => (string)link!["ifname"]!));
        Assert.Equal((string)lab.Hypervisor("hv01.lab.example")["address"]!, (string)links[1]!["addr_info"]![0]!["local"]!);
    }

    [Fact]
    public async Task Virsh_lists_what_nova_says_and_needs_root()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var expected = lab.State["servers"]!.AsArray().Where(server => (string)server!["host"]! == "hv01.lab.example").Select(server => (string)server!["libvirtName"]!);

        Assert.Equal(expected, (await lab.SshAsync("sudo -n virsh list --all --name")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var refused = await lab.SshAsync("virsh list --all");
        Assert.Equal(1, refused.Status);
        Assert.Equal("", refused.Out);
    }

    [Fact]
    public async Task Dnf_says_100_for_updates_0_for_none_and_1_for_a_broken_repository()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(100, (await lab.SshAsync("dnf -q check-update qemu-kvm")).Status);
        Assert.Equal(1, (await lab.SshAsync("dnf -y update qemu-kvm")).Status);
        await lab.SetHostAsync("hv01.lab.example", """{"repositoriesBroken":true}""");
        Assert.Equal(1, (await lab.SshAsync("sudo -n dnf -y update qemu-kvm")).Status);
        await lab.SetHostAsync("hv01.lab.example", """{"repositoriesBroken":false}""");
        Assert.Equal(0, (await lab.SshAsync("sudo -n dnf -y update qemu-kvm")).Status);
        Assert.Equal(0, (await lab.SshAsync("dnf -q check-update qemu-kvm")).Status);
        Assert.Equal("6.2.0-53.module+el8.10.0\n", (await lab.SshAsync("rpm -q --qf '%{VERSION}-%{RELEASE}\\n' qemu-kvm")).Out);
        Assert.Contains("Nothing to do.", (await lab.SshAsync("sudo -n dnf -y update qemu-kvm")).Out, StringComparison.Ordinal);
        Assert.Single((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task Files_have_owners_and_modes()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.SshAsync("""
            sudo -n install -d -m 0750 -o nova -g root /srv/x &&
            echo hello | sudo -n tee /srv/x/f >/dev/null &&
            sudo -n chmod 0640 /srv/x/f && sudo -n chown nova:nova /srv/x/f &&
            sudo -n stat -c '%a %U %G %s %n' /srv/x /srv/x/f
            """);

        Assert.Equal("750 nova root 0 /srv/x\n640 nova nova 6 /srv/x/f\n", reply.Out);
        Assert.Equal("cat: /srv/x/f: Permission denied\n", (await lab.SshAsync("cat /srv/x/f")).Error);
        Assert.Equal(0, (await lab.SshAsync("sudo -n mv /srv/x/f /srv/g && sudo -n rm -rf /srv/x && test ! -e /srv/x")).Status);
        Assert.Equal("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  /srv/g\n", (await lab.SshAsync("sudo -n sha256sum /srv/g")).Out);
    }

    [Fact]
    public async Task A_detached_unit_outlives_its_session_and_is_forgotten_only_when_it_went_well()
    {
        await using var lab = await LabUnderTest.StartAsync();
        const string Start = "sudo -n systemd-run --unit=ops-1 -p StandardOutput=file:/tmp/out sh -c 'echo begun; sleep 30; echo ended; exit 3'";

        Assert.Equal(0, (await lab.SshAsync(Start)).Status);
        Assert.Equal(1, (await lab.SshAsync(Start)).Status);
        await LabUnderTest.UntilAsync(async () => (await lab.SshAsync("systemctl show -p ActiveState --value ops-1")).Out == "failed\n");
        Assert.Equal("Result=exit-code\nExecMainStatus=3\n", (await lab.SshAsync("systemctl show -p Result -p ExecMainStatus ops-1")).Out);
        Assert.Equal("begun\nended\n", (await lab.SshAsync("cat /tmp/out")).Out);
        Assert.Equal(0, (await lab.SshAsync("sudo -n systemctl reset-failed ops-1")).Status);
        Assert.Equal("LoadState=not-found\n", (await lab.SshAsync("systemctl show -p LoadState ops-1")).Out);

        Assert.Equal(0, (await lab.SshAsync("sudo -n systemd-run --wait --unit=ops-2 true")).Status);
        Assert.Equal("LoadState=not-found\n", (await lab.SshAsync("systemctl show -p LoadState ops-2")).Out);
        Assert.Equal(0, (await lab.SshAsync("sudo -n systemd-run --wait --unit=ops-3 --remain-after-exit true")).Status);
        Assert.Equal("SubState=exited\n", (await lab.SshAsync("systemctl show -p SubState ops-3")).Out);
    }

    [Fact]
    public async Task Looking_is_no_write()
    {
        await using var lab = await LabUnderTest.StartAsync();

        await lab.SshAsync("cat /etc/os-release; ls /; lsblk -J; systemctl is-active sshd; sudo -n virsh list; sudo -n dnf check-update; sudo -n chmod 0600 /root/.ssh/authorized_keys; rm -f /nope; mkdir -p /tmp");

        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }
}

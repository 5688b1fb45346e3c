namespace PlatformOps.Lab.Tests.Hosts;

public sealed class SshTests
{
    [Fact]
    public async Task Root_is_open_on_some_hosts_only_and_the_user_is_on_all()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("root\n", (await lab.SshAsync("id -un", "root", "hv01.lab.example")).Out);
        Assert.Equal("auth", (await lab.SshAsync("id -un", "root", "hv02.lab.example")).Refusal);
        Assert.Equal("ops\n", (await lab.SshAsync("id -un", "ops", "hv02.lab.example")).Out);
        Assert.Equal("auth", (await lab.SshAsync("id -un", "nobody")).Refusal);
        Assert.Equal("auth", (await lab.SshAsync("id -un", key: null)).Refusal);
        Assert.Equal("auth", (await lab.SshAsync("id -un", key: "ssh-ed25519 AAAA other")).Refusal);
    }

    [Fact]
    public async Task Appending_the_key_opens_root_unless_the_modes_are_too_wide()
    {
        await using var lab = await LabUnderTest.StartAsync();
        const string Host = "hv02.lab.example";

        await lab.SshAsync("sudo -n sh -c 'cat >> /root/.ssh/authorized_keys && chmod 0666 /root/.ssh/authorized_keys'", host: Host, stdin: lab.PublicKey + "\n");
        Assert.Equal("auth", (await lab.SshAsync("true", "root", Host)).Refusal);
        await lab.SshAsync("sudo -n chmod 0600 /root/.ssh/authorized_keys", host: Host);
        Assert.Equal(0, (await lab.SshAsync("true", "root", Host)).Status);
    }

    [Fact]
    public async Task Connections_fail_in_their_own_ways()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("unknown-host", (await lab.SshAsync("true", host: "nowhere.lab.example")).Refusal);
        await lab.SetHostAsync("hv01.lab.example", """{"reachable":false}""");
        Assert.Equal("timeout", (await lab.SshAsync("true")).Refusal);
        await lab.AddFaultAsync("""{"service":"ssh","target":"hv02*","effect":"ssh-refused","count":1}""");
        Assert.Equal("refused", (await lab.SshAsync("true", host: "hv02.lab.example")).Refusal);
        await lab.AddFaultAsync("""{"service":"ssh","target":"hv02*","effect":"ssh-auth","count":1}""");
        Assert.Equal("auth", (await lab.SshAsync("true", host: "hv02.lab.example")).Refusal);
        Assert.Equal(0, (await lab.SshAsync("true", host: "hv02.lab.example")).Status);
    }

    [Fact]
    public async Task A_dropped_connection_has_no_status_although_the_command_ran()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"ssh","call":"touch","effect":"ssh-drop","count":1}""");

        var dropped = await lab.SshAsync("touch /tmp/x && echo done");

        Assert.Null(dropped.Status);
        Assert.Null(dropped.Refusal);
        Assert.Equal("/tmp/x\n", (await lab.SshAsync("ls /tmp/x")).Out);
    }

    [Fact]
    public async Task A_hanging_command_ends_when_the_client_goes()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"ssh","effect":"ssh-hang","count":1}""");
        using var impatient = new HttpClient { BaseAddress = lab.Server.Address, Timeout = TimeSpan.FromMilliseconds(200) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.PostAsync("lab/ssh/run",
            new StringContent(new JsonObject { ["host"] = "hv01", ["user"] = "ops", ["publicKey"] = lab.PublicKey, ["command"] = "true" }.ToJsonString()), TestContext.Current.CancellationToken));

        Assert.Equal(0, (await lab.SshAsync("true")).Status);
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_and_lets_reads_pass()
    {
        await using var lab = await LabUnderTest.StartAsync();
        await lab.AddFaultAsync("""{"service":"ssh","target":"hv01*","effect":"disk-full"}""");

        var write = await lab.SshAsync("echo x | tee /tmp/x");

        Assert.Equal(1, write.Status);
        Assert.Contains("No space left on device", write.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.SshAsync("cat /etc/os-release")).Status);
        Assert.Equal(0, (await lab.SshAsync("echo x | tee /tmp/x", host: "hv02.lab.example")).Status);
    }

    [Fact]
    public async Task The_host_key_is_the_one_in_known_hosts()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var known = await File.ReadAllLinesAsync(Path.Combine(lab.Server.Folder, "known_hosts"), TestContext.Current.CancellationToken);

        var key = (string)(await lab.SendAsync("GET", "lab/ssh/hostkey?host=hv01.lab.example&port=22")).Json["key"]!;

        Assert.Equal($"hv01.lab.example {key}", known[0]);
        Assert.StartsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI", key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reboot_refuses_for_a_while_and_gives_a_new_boot_id()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var before = (await lab.SshAsync("cat /proc/sys/kernel/random/boot_id")).Out;

        await lab.SshAsync("sudo -n shutdown -r now");
        await LabUnderTest.UntilAsync(async () =>
        {
            var after = await lab.SshAsync("cat /proc/sys/kernel/random/boot_id");
            return after.Status == 0 && after.Out != before;
        });

        Assert.Contains((await lab.NowAsync("writes")).AsArray(), write => (string)write!["call"]! == "shutdown");
    }

    [Fact]
    public async Task A_reinstalled_host_has_another_key_system_and_no_root_key()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var before = (await lab.SendAsync("GET", "lab/ssh/hostkey?host=hv01.lab.example")).Text;

        await lab.SetHostAsync("hv01.lab.example", """{"reinstall":{"osVersion":"9.5"}}""");

        Assert.NotEqual(before, (await lab.SendAsync("GET", "lab/ssh/hostkey?host=hv01.lab.example")).Text);
        Assert.Equal("auth", (await lab.SshAsync("true", "root")).Refusal);
        Assert.Equal("9.5\n", (await lab.SshAsync(". /etc/os-release && echo $VERSION_ID")).Out);
        Assert.NotEqual(0, (await lab.SshAsync("cat /var/lib/nova/compute_id")).Status);
        Assert.Contains("xfs", (await lab.SshAsync("lsblk -J -o NAME,FSTYPE /dev/nvme0n1")).Out, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.SshAsync("findmnt /var/lib/nova/instances")).Status);
    }
}

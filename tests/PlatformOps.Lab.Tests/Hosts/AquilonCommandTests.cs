namespace PlatformOps.Lab.Tests.Hosts;

public sealed class AquilonCommandTests
{
    private const string Client = "aquilon.lab.example";
    private const string Environment = "env AQHOST=aquilon.lab.example AQSERVICE=aqd PATH=/opt/aquilon/bin:/var/quattor/bin:/usr/bin ";

    [Fact]
    public async Task Aq_is_on_its_client_host_alone_and_wants_a_ticket_and_the_right_broker()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(127, (await lab.SshAsync(Environment + "aq status", host: "hv01.lab.example")).Status);
        Assert.Equal(127, (await lab.SshAsync("aq status", host: Client)).Status);
        var anonymous = await lab.SshAsync(Environment + "aq status", host: Client);
        Assert.Equal((1, "Error: BadStatusLine(\"''\",): gss_init_sec_context: No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_1000)\n"), (anonymous.Status, anonymous.Error));

        await LoginAsync(lab);
        Assert.Contains("Connected as: ops@LAB.EXAMPLE [aqd_admin]", (await lab.SshAsync(Environment + "aq status", host: Client)).Out, StringComparison.Ordinal);
        Assert.Equal("Failed to connect to nosuch: Unknown host.\n", (await lab.SshAsync(Environment + "aq status --aqhost nosuch", host: Client)).Error);
        Assert.Contains("Server ops/aquilon.lab.example@LAB.EXAMPLE not found", (await lab.SshAsync("/opt/aquilon/bin/aq status", host: Client)).Error, StringComparison.Ordinal);
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Fact]
    public async Task Tickets_are_taken_by_password_on_standard_input_and_expire()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(1, (await lab.SshAsync("klist -s", host: Client)).Status);
        Assert.Equal("kinit: Password incorrect while getting initial credentials\n", (await lab.SshAsync("kinit ops", host: Client, stdin: "wrong\n")).Error);
        await LoginAsync(lab);
        Assert.Equal(0, (await lab.SshAsync("klist -s", host: Client)).Status);
        var listing = (await lab.SshAsync("env TZ=UTC LC_ALL=C klist", host: Client)).Out;
        Assert.Contains("Default principal: ops@LAB.EXAMPLE", listing, StringComparison.Ordinal);
        Assert.Matches(@"\d\d/\d\d/\d\d \d\d:\d\d:\d\d  \d\d/\d\d/\d\d \d\d:\d\d:\d\d  krbtgt/LAB.EXAMPLE@LAB.EXAMPLE", listing);
        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":36001}""");
        Assert.Equal(1, (await lab.SshAsync("klist -s", host: Client)).Status);
        Assert.Equal("kinit: Ticket expired while renewing credentials\n", (await lab.SshAsync("kinit -R", host: Client)).Error);
    }

    [Fact]
    public async Task A_host_is_shown_with_its_machine_and_machines_have_names_of_two_kinds()
    {
        await using var lab = await ReadyAsync();

        var shown = (await AqAsync(lab, "show_host --hostname hv01.lab.example")).Out;

        Assert.StartsWith("Machine: system7001\n  Primary Name: hv01.lab.example [10.20.0.2]\n", shown, StringComparison.Ordinal);
        Assert.Contains("  Interface: bmc0 ", shown, StringComparison.Ordinal);
        Assert.Contains("    Network Environment: mgmt\n    Provides: hv01-ipmi.lab.example [10.30.0.2]\n", shown, StringComparison.Ordinal);
        Assert.Contains(" [boot, default_route]\n    Type: public\n", shown, StringComparison.Ordinal);
        Assert.Contains("  Operating System: rocky\n    Version: 8x-x86_64\n", shown, StringComparison.Ordinal);
        Assert.Contains("  Domain: prod_cloud\n  Build Status: ready\n", shown, StringComparison.Ordinal);
        Assert.Equal(shown, (await AqAsync(lab, "show machine --machine system7001")).Out);
        Assert.StartsWith("Machine: netbox-1002\n", (await AqAsync(lab, "show_host --hostname hv02.lab.example")).Out, StringComparison.Ordinal);
        Assert.Equal("hv01.lab.example\nhv02.lab.example\nhv03.lab.example\nhv04.lab.example\n", (await AqAsync(lab, "search_host --archetype cloud --format csv")).Out);
        Assert.Equal(3, (await AqAsync(lab, "show_machine --machine system7001 --format csv")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("show_host --hostname hv99.lab.example", 4, "Not Found: b'Host hv99.lab.example not found.'\n")]
    [InlineData("show_host --hostname hv01", 4, "Bad Request: b'FQDN \\'hv01\\' is not valid, it does not contain a domain.'\n")]
    [InlineData("show_host --hostname hv01.elsewhere", 4, "Not Found: b'DNS Domain elsewhere not found.'\n")]
    [InlineData("change_status --hostname hv01.lab.example --buildstatus build", 4, "Bad Request: b'Cannot change state to build from ready. Legal states are: almostready, decommissioned, failed, rebuild, reinstall'\n")]
    [InlineData("del_machine --machine system7001", 4, "Bad Request: b'Host hv01.lab.example is still using the machine, so the machine cannot be deleted.'\n")]
    [InlineData("del_disk --machine system7001 --disk sdz", 4, "Not Found: b'Disk sdz, machine system7001 not found.'\n")]
    [InlineData("pxeswitch --hostname hv01.lab.example --install", 4, "Bad Request: b'Invalid hosts in list:\\nHost hv01.lab.example: You should change the build status before switching the PXE link to install.'\n")]
    [InlineData("del_interface_address --machine system7001 --interface bmc0 --ip 10.30.0.2", 4, "Bad Request: b'The specified address lives in network environment mgmt, not in network environment internal.  Use the --network_environment option to select the correct environment.'\n")]
    public async Task What_the_broker_refuses_is_its_status_by_100_and_its_reason(string command, int status, string error)
    {
        await using var lab = await ReadyAsync();

        var reply = await AqAsync(lab, command);

        Assert.Equal((status, error, ""), (reply.Status, reply.Error, reply.Out));
        Assert.Empty((await lab.NowAsync("writes")).AsArray());
    }

    [Theory]
    [InlineData("show_nothing", 2)]
    [InlineData("show_host --colour red", 2)]
    [InlineData("manage --hostname hv01.lab.example --domain prod_cloud --sandbox ops/rl9", 2)]
    [InlineData("show_host hv01.lab.example", 2)]
    [InlineData("show_host --all x", 1)]
    public async Task What_the_client_refuses_never_reaches_the_broker(string command, int status)
    {
        await using var lab = await ReadyAsync();

        Assert.Equal(status, (await AqAsync(lab, command)).Status);
        Assert.DoesNotContain((await lab.NowAsync("counters"))["requests"]!.AsObject(), pair => pair.Key.StartsWith("aquilon ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deleting_goes_from_the_host_over_addresses_to_the_machine_and_an_import_brings_its_interfaces_back()
    {
        await using var lab = await ReadyAsync();
        Assert.Contains("prevents it from being deleted", (await AqAsync(lab, "del_host --hostname hv01.lab.example")).Error, StringComparison.Ordinal);

        Assert.Equal(0, (await AqAsync(lab, "change_status --hostname hv01.lab.example --buildstatus decommissioned")).Status);
        Assert.Equal(0, (await AqAsync(lab, "del_host --hostname hv01.lab.example")).Status);
        Assert.Equal(4, (await AqAsync(lab, "show_host --hostname hv01.lab.example")).Status);
        Assert.Contains("still provides the following addresses, delete them first: 10.30.0.2, 10.40.0.2.", (await AqAsync(lab, "del_machine --machine system7001")).Error, StringComparison.Ordinal);
        Assert.Contains("still has the following addresses configured", (await AqAsync(lab, "del_interface --machine system7001 --interface vlan100")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await AqAsync(lab, "del_interface_address --machine system7001 --interface vlan100 --ip 10.40.0.2")).Status);
        Assert.Equal(0, (await AqAsync(lab, "del_interface_address --machine system7001 --interface bmc0 --ip 10.30.0.2 --network_environment mgmt")).Status);
        Assert.Equal(0, (await AqAsync(lab, "del_machine --machine system7001")).Status);

        const string Import = "netbox2aquilon --hostname hv01.lab.example --archetype cloud --domain prod_cloud --osname rocky --osversion 9x-x86_64";
        var plan = await lab.SshAsync(Environment + Import + " --dryrun", host: Client);
        Assert.Equal(1, plan.Status);
        Assert.StartsWith("# aq add_machine --machine netbox-1001 --model hv-2022-lenovo --rack dc-b-r01\n", plan.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.SshAsync(Environment + Import, host: Client)).Status);
        var machine = await MachineAsync(lab, "hv01.lab.example");
        Assert.Equal(("netbox-1001", "build", "inventory", "rocky 9x-x86_64", null), ((string)machine["label"]!, (string)machine["buildStatus"]!, (string)machine["personality"]!, (string)machine["os"]!, (string?)machine["bootserver"]));
        Assert.Equal(["eth0", "eth1", "vlan100", "bmc0"], machine["interfaces"]!.AsArray().Select(port => (string)port!["name"]!));
        Assert.Equal(["sda"], machine["disks"]!.AsArray().Select(disk => (string)disk!));
    }

    [Fact]
    public async Task An_import_that_fails_takes_back_what_it_added()
    {
        await using var lab = await ReadyAsync();
        foreach (var command in new[] { "change_status --hostname hv01.lab.example --buildstatus failed", "del_host --hostname hv01.lab.example", "del_interface_address --machine system7001 --interface vlan100 --ip 10.40.0.2", "del_interface_address --machine system7001 --interface bmc0 --ip 10.30.0.2 --network_environment mgmt", "del_machine --machine system7001" })
            Assert.Equal(0, (await AqAsync(lab, command)).Status);
        await lab.AddFaultAsync("""{"service":"aquilon","call":"add_host","effect":"status:500"}""");

        var import = await lab.SshAsync(Environment + "netbox2aquilon --hostname hv01.lab.example --domain prod_cloud", host: Client);

        Assert.Equal(1, import.Status);
        Assert.Contains("Internal Server Error: b'", import.Error, StringComparison.Ordinal);
        Assert.Contains("attempting to undo changes", import.Error, StringComparison.Ordinal);
        Assert.DoesNotContain((await lab.NowAsync("state"))["aquilon"]!["machines"]!.AsArray(), machine => (string)machine!["label"]! == "netbox-1001");
    }

    [Fact]
    public async Task Pxe_is_switched_where_a_bootserver_is_bound_and_told()
    {
        await using var lab = await ReadyAsync();
        Assert.Equal(0, (await AqAsync(lab, "change_status --hostname hv01.lab.example --buildstatus rebuild")).Status);

        Assert.Equal(0, (await AqAsync(lab, "pxeswitch --hostname hv01.lab.example --install")).Status);
        Assert.Contains(" status for hv01.lab.example: 10.20.0.2 install since: ", (await AqAsync(lab, "pxeswitch --hostname hv01.lab.example --status")).Error, StringComparison.Ordinal);
        await lab.SendAsync("POST", "lab/aquilon/hv01.lab.example", """{"bootserver":null}""");
        Assert.Contains("Host hv01.lab.example has no bootserver.", (await AqAsync(lab, "pxeswitch --hostname hv01.lab.example --localboot")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_reached_the_broker_is_done_though_the_client_is_gone()
    {
        await using var lab = await ReadyAsync();
        await lab.AddFaultAsync("""{"service":"aquilon","call":"del_disk","effect":"reset-after-commit","count":1}""");

        var lost = await AqAsync(lab, "del_disk --machine system7001 --disk sda");

        Assert.Equal((1, "Error: IncompleteRead(0 bytes read): b''\n"), (lost.Status, lost.Error));
        Assert.Empty((await MachineAsync(lab, "hv01.lab.example"))["disks"]!.AsArray());
    }

    private static async Task<LabUnderTest> ReadyAsync()
    {
        var lab = await LabUnderTest.StartAsync();
        await LoginAsync(lab);
        return lab;
    }

    private static async Task LoginAsync(LabUnderTest lab)
    {
        var configuration = await File.ReadAllTextAsync(lab.Server.ConfigurationPath, TestContext.Current.CancellationToken);
        var aquilon = configuration[configuration.IndexOf("aquilon:", StringComparison.Ordinal)..];
        var password = aquilon.Split("password: '")[1].Split('\'')[0];
        Assert.Equal(0, (await lab.SshAsync("kinit ops", host: Client, stdin: password + "\n")).Status);
    }

    private static Task<SshReply> AqAsync(LabUnderTest lab, string command) => lab.SshAsync(Environment + "aq " + command, host: Client);

    private static async Task<JsonNode> MachineAsync(LabUnderTest lab, string hostname)
        => (await lab.NowAsync("state"))["aquilon"]!["machines"]!.AsArray().First(machine => (string?)machine!["hostname"] == hostname)!;
}

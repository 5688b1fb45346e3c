namespace PlatformOps.Lab.Tests.Clients;

/// <summary>OpenStack's Redfish library, which Ironic uses.</summary>
public sealed class SushyTests
{
    private const string Name = "hv01.lab.example";

    private const string Prelude = """
        import sys, logging, sushy
        logging.disable(logging.CRITICAL)
        url, prefix, user, password = sys.argv[1:5]
        def connect(auth):
            return sushy.Sushy(url, root_prefix=prefix, auth=auth)
        """;

    [Fact]
    public async Task It_logs_in_reads_the_system_and_restarts_it_from_the_network()
    {
        await PeerProcess.RequirePythonAsync("sushy", "python3-sushy");
        await using var lab = await LabUnderTest.StartAsync();

        var output = await PeerProcess.PythonAsync(Prelude + """

            auth = sushy.auth.SessionAuth(username=user, password=password)
            root = connect(auth)
            system, = root.get_system_collection().get_members()
            print(system.serial_number, system.power_state.value, system.boot.target.value, system.boot.enabled.value)
            print(sorted(v.value for v in system.get_allowed_reset_system_values()))
            system.set_system_boot_options(sushy.BootSource.PXE, sushy.BootSourceOverrideEnabled.ONCE, sushy.BootSourceOverrideMode.UEFI)
            system.refresh(force=True)
            print(system.boot.target.value, system.boot.enabled.value, system.boot.mode.value)
            system.reset_system(sushy.ResetType.FORCE_RESTART)
            system.refresh(force=True)
            print(system.boot.enabled.value, system.power_state.value)
            auth.close()
            """, Arguments(lab));

        Assert.Equal(
            [$"{(string)lab.Hypervisor(Name)["serial"]!} On None Disabled", "['ForceOff', 'ForceRestart', 'GracefulRestart', 'GracefulShutdown', 'On', 'PowerCycle', 'PushPowerButton']", "Pxe Once UEFI", "Disabled On"],
            output.Split('\n'));
        Assert.Equal("Pxe", await ReadAsync(lab, "bootedFrom"));
        Assert.Equal("0", await ReadAsync(lab, "bmcSessions"));
    }

    [Theory]
    [InlineData("""{"etags":"weak"}""")]
    [InlineData("""{"etags":"refused"}""")]
    [InlineData("""{"settingsResource":true}""")]
    public async Task It_finds_its_way_with_the_quirks(string quirk)
    {
        await PeerProcess.RequirePythonAsync("sushy", "python3-sushy");
        await using var lab = await LabUnderTest.StartAsync();
        await lab.SendAsync("POST", $"lab/bmc/{Name}", quirk);

        await PeerProcess.PythonAsync(Prelude + """

            system, = connect(sushy.auth.BasicAuth(username=user, password=password)).get_system_collection().get_members()
            system.set_system_boot_options(sushy.BootSource.PXE, sushy.BootSourceOverrideEnabled.ONCE)
            """, Arguments(lab));

        Assert.Equal("Pxe Once UEFI", await ReadAsync(lab, "boot"));
    }

    [Fact]
    public async Task It_understands_the_errors()
    {
        await PeerProcess.RequirePythonAsync("sushy", "python3-sushy");
        await using var lab = await LabUnderTest.StartAsync();

        var output = await PeerProcess.PythonAsync(Prelude + """

            try:
                connect(sushy.auth.SessionAuth(username=user, password="wrong"))
            except sushy.exceptions.AccessError as e:
                print(e.code)
            root = connect(sushy.auth.BasicAuth(username=user, password=password))
            try:
                root.get_system(prefix + "Systems/1")
            except sushy.exceptions.ResourceNotFoundError as e:
                print(e.detail)
            """, Arguments(lab));

        Assert.Equal(["Base.1.12.GeneralError", $"The resource at the URI '{Arguments(lab)[1]}Systems/1' was not found."], output.Split('\n'));
    }

    private static string[] Arguments(LabUnderTest lab)
        => [lab.Server.Address.AbsoluteUri, $"/bmc/{lab.Hypervisor(Name)["bmcAddress"]}/redfish/v1/", (string)lab.State["bmc"]!["username"]!, (string)lab.State["bmc"]!["password"]!];

    private static async Task<string?> ReadAsync(LabUnderTest lab, string property) => (await lab.SendAsync("GET", $"lab/hosts/{Name}")).Json[property]?.ToString();
}

using System.Text.Json.Nodes;
using PlatformOps.Bmc;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class BmcCommandTests : LabShell
{
    [Fact]
    public async Task A_hypervisors_system_is_found_where_the_inventory_says_and_compared_with_it()
    {
        await BmcAsync(Two, """{"leadsTo":"hv03.lab.example"}""");

        var systems = Run("Import-MigrationList $l | Get-BmcSystem -ThrottleLimit 2").Values.Cast<BmcSystem>().OrderBy(system => system.HypervisorName).ToList();

        Assert.Equal([true, false, true, true], systems.Select(system => system.MatchesInventory));
        Assert.Equal((One, "10.30.0.2", "On", "None"), (systems[0].HypervisorName, systems[0].BmcAddress, systems[0].PowerState, systems[0].BootTarget));
        Assert.Equal((string?)(await HypervisorAsync(One))["dmiUuid"], systems[0].Uuid.ToString());
        Assert.Equal(systems[0].SerialNumber, Assert.IsType<BmcSystem>(Assert.Single(Run("Get-BmcSystem -BmcAddress 10.30.0.2").Values)).SerialNumber);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task A_boot_device_is_set_once_whatever_its_case_and_taken_back()
    {
        await DrainAsync(One);
        var set = Assert.IsType<BmcSystem>(Assert.Single(Run($"1..2 | ForEach-Object {{ Set-BmcBootDevice {One} -Device pxe -Confirm:$false }}; Get-BmcSystem {One}").Values));
        Assert.Equal(("Pxe", "Once", "UEFI"), (set.BootTarget, set.BootEnabled, set.BootMode));
        Assert.Equal(1, await WritesAsync("bmc PATCH"));

        Assert.Empty(Run($"Exit-OpsRun; Set-BmcBootDevice {One} -Device None -Confirm:$false").Errors);
        Assert.Null((await HypervisorAsync(One))["boot"]);
    }

    [Fact]
    public async Task A_restart_boots_from_what_was_set_and_is_written_to_the_session_s_run()
    {
        await DrainAsync(One);
        var bootId = (string?)(await HostAsync(One))["bootId"];
        var restarted = Assert.Single(Run($"Set-BmcBootDevice {One} -Confirm:$false; Restart-BmcSystem {One} -Force -PassThru -Confirm:$false").Values);

        Assert.Equal(One, Assert.IsType<BmcSystem>(restarted).HypervisorName);
        Assert.Equal("Pxe", (string?)(await HypervisorAsync(One))["bootedFrom"]);
        Assert.Equal(1, await WritesAsync("bmc POST"));
        await Eventually.Is(async () => (bool)(await HostAsync(One))["up"]! && (string?)(await HostAsync(One))["bootId"] != bootId);
    }

    [Fact]
    public async Task Stop_and_Start_leave_what_is_so_already()
    {
        await DrainAsync(One);
        Assert.Equal("Off", ((BmcSystem)Assert.Single(Run($"Stop-BmcSystem {One} -Force -PassThru -Confirm:$false").Values)).PowerState);
        Assert.Equal("On", ((BmcSystem)Assert.Single(Run($"Start-BmcSystem {One} -PassThru -Confirm:$false").Values)).PowerState);
        Assert.Single(Run($"Start-BmcSystem {One} -PassThru -Confirm:$false").Values);
        Assert.Equal(2, await WritesAsync("bmc POST"));
    }

    [Fact]
    public async Task WhatIf_shows_the_differences_and_sends_no_write()
    {
        var records = Run($"Set-BmcBootDevice {One} -WhileInService -WhatIf; Restart-BmcSystem {One} -Force -WhileInService -WhatIf; Stop-BmcSystem {One} -WhileInService -WhatIf").Values.Cast<StepRecord>().ToList();

        Assert.Equal(["Pxe once (UEFI)", "restarted by force", "Off"], records.Select(record => record.After));
        Assert.All(records, record => Assert.Equal(StepOutcome.Planned, record.Outcome));
        Assert.Equal(0, await WritesAsync("bmc"));
    }

    [Fact]
    public async Task A_hypervisor_in_service_is_left_alone_unless_that_is_said_and_the_question_then_names_its_servers()
    {
        foreach (var script in new[] { $"Set-BmcBootDevice {One}", $"Restart-BmcSystem {One} -Force", $"Stop-BmcSystem {One} -Force" })
        {
            foreach (var how in (string[])["-Confirm:$false", "-WhatIf"])
            {
                var error = Assert.Single(Run($"{script} {how}").Errors);
                Assert.StartsWith("Refused,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
                Assert.Contains("nova-compute is enabled, and Nova has 2 servers on it", error.Exception.Message, StringComparison.Ordinal);
            }
        }

        var host = new AnsweringHost(2);
        using var shell = new Shell(host);
        shell.Run("param($p) Connect-PlatformOps $p", ConfigurationPath);
        Assert.Empty(shell.Run($"Restart-BmcSystem {One} -Force -WhileInService").Errors);

        Assert.Contains("restarted by force. IN SERVICE: nova-compute is enabled, and Nova has 2 servers on it: ", Assert.Single(host.Questions), StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync("bmc"));
        Assert.Empty(Run($"Restart-BmcSystem {One} -Force -WhileInService -Confirm:$false").Errors);
        Assert.Equal(1, await WritesAsync("bmc POST"));
    }

    [Fact]
    public async Task Nothing_is_done_to_a_machine_that_the_inventory_does_not_mean()
    {
        await BmcAsync(One, $$"""{"leadsTo":"{{Two}}"}""");

        foreach (var script in new[] { $"Set-BmcBootDevice {One}", $"Restart-BmcSystem {One} -Force", $"Stop-BmcSystem {One} -Force" })
            Assert.Contains($"is not {One}'s", Assert.Single(Run($"{script} -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Theory]
    [InlineData("Restart-BmcSystem hv0* -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Stop-BmcSystem -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-BmcSystem -BmcAddress '10.30.0.2/../x'", "Refused,")]
    [InlineData("Set-BmcBootDevice hv01.lab.example Floppy -Confirm:$false", "Refused,")]
    public async Task What_is_not_meant_changes_nothing(string script, string error)
    {
        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task Sessions_end_with_the_session()
    {
        Assert.Single(Run($"Get-BmcSystem {One}").Values);
        Assert.Equal(1, (int?)(await HypervisorAsync(One))["bmcSessions"]);
        Assert.Empty(Run("Disconnect-PlatformOps").Errors);
        Assert.Equal(0, (int?)(await HypervisorAsync(One))["bmcSessions"]);
    }

    [Fact]
    public void Devices_complete() => Assert.Equal(["Pxe"], Complete($"Set-BmcBootDevice {One} -Device p"));

    private Task<JsonNode> HostAsync(string name) => ReadAsync($"hosts/{name}");

    private Task BmcAsync(string name, string json) => PostAsync($"bmc/{name}", json);
}

using System.Text.Json.Nodes;
using PlatformOps.Aquilon;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class AquilonCommandTests : LabShell
{
    [Fact]
    public void Hosts_are_found_by_hypervisor_and_by_pattern_and_keep_their_tickets()
    {
        var hosts = Run("Import-MigrationList $l | Get-AquilonHost -ThrottleLimit 2").Values.Cast<AquilonHost>().OrderBy(host => host.HostName).ToList();
        Assert.Equal((4, One, One, "system7001", "MH-101"), (hosts.Count, hosts[0].HypervisorName, hosts[0].HostName, hosts[0].MachineName, hosts[0].TicketId));
        Assert.Equal([One, Two], Run("(Get-AquilonHost hv0[12]*).HostName").Values.Order());
        Assert.Equal(4, Run("Get-AquilonHost").Values.Length);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Get-AquilonHost hv99.lab.example").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_imports_a_host_anew_and_tells_its_ticket()
    {
        await DrainAsync(One);
        var records = Run($"Get-AquilonHost {One} -TicketId MH-101 | Reset-AquilonHost -Confirm:$false -FailOnError").Values.Cast<StepRecord>().ToList();

        Assert.Contains(records, record => record is { Step: "aquilon.interface.boot", Outcome: StepOutcome.Unchanged or StepOutcome.Done });
        Assert.Equal(("netbox-1001", "build"), ((string?)(await MachineAsync(One))["label"], (string?)(await MachineAsync(One))["buildStatus"]));
        Assert.Contains("aquilon.host.import", (string?)(await TicketAsync("MH-101"))["comments"]!.AsArray()[^1]!["body"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_of_a_reset_sends_no_write_and_without_an_answer_nothing_is_done()
    {
        var plan = Run($"Reset-AquilonHost {One} -WhatIf").Values.Cast<StepRecord>().ToList();
        Assert.Contains(plan, record => record is { Action: "aquilon.host.delete", Outcome: StepOutcome.Planned, After: "no host" });

        Assert.Contains("-Confirm:$false", Assert.Single(Run($"Reset-AquilonHost {One}").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync("aquilon"));
    }

    [Fact]
    public async Task A_hypervisor_in_service_is_neither_reset_nor_armed_and_a_plan_says_so()
    {
        await PostAsync($"aquilon/{One}", """{"buildStatus":"build"}""");

        foreach (var script in new[] { $"Reset-AquilonHost {One} -Confirm:$false", $"Set-AquilonBoot {One} -Boot Install -Confirm:$false", $"Set-AquilonBoot {One} -Boot Install -WhatIf" })
            Assert.Contains("our claim does not hold: nova-compute on hv01.lab.example is enabled", Assert.Single(Run(script).Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Contains(Run($"Reset-AquilonHost {One} -WhatIf").Values.Cast<StepRecord>(), record => record.Message?.Contains("would stop here: our claim does not hold", StringComparison.Ordinal) == true);

        Assert.Equal(0, await WritesAsync("aquilon"));
    }

    [Fact]
    public async Task A_record_puts_back_what_a_failed_import_left_deleted()
    {
        await DrainAsync(One);
        await FaultAsync("""{"service":"aquilon","call":"add_host","effect":"status:500","count":1}""");
        Assert.Contains("-FromRecord", Assert.Single(Run($"Reset-AquilonHost {One} -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);

        Assert.Empty(Run($"Reset-AquilonHost {One} -FromRecord -Confirm:$false").Errors);

        Assert.Equal("system7001", (string?)(await MachineAsync(One))["label"]);
    }

    [Fact]
    public async Task A_host_becomes_what_the_configuration_says_and_is_then_left_alone()
    {
        var host = Assert.IsType<AquilonHost>(Assert.Single(Run($"Set-AquilonHost {One} -PassThru -Confirm:$false").Values));
        Assert.Equal(("prod_cloud", "kayobe-prod", "9x-x86_64"), (host.Domain, host.Personality, host.OsVersion));
        Assert.Single(Run($"Set-AquilonHost {One} -PassThru -Confirm:$false").Values);
        Assert.Equal(1, await WritesAsync("aquilon"));
    }

    [Fact]
    public async Task A_named_branch_is_compiled_and_nothing_else_changes()
    {
        var host = Assert.IsType<AquilonHost>(Assert.Single(Run($"Set-AquilonHost {One} -Sandbox ops/rl9 -PassThru -Confirm:$false").Values));
        Assert.Equal(("ops/rl9", null, "hypervisor", "8x-x86_64"), (host.Sandbox, host.Domain, host.Personality, host.OsVersion));
        Assert.Equal(2, (int)(await MachineAsync(One))["compilations"]!);

        Assert.Equal("kayobe-prod", Assert.IsType<AquilonHost>(Assert.Single(Run($"Set-AquilonHost {One} -Personality kayobe-prod -PassThru -Confirm:$false").Values)).Personality);
        Assert.Equal(("ops/rl9", "rocky 8x-x86_64"), ((string?)(await MachineAsync(One))["branch"], (string?)(await MachineAsync(One))["os"]));
    }

    [Fact]
    public async Task Interfaces_disks_and_boot_are_changed_and_WhatIf_shows_them()
    {
        var plans = Run($"Remove-AquilonInterface {One} -WhatIf; Remove-AquilonDisk hv04.lab.example -WhatIf; Set-AquilonHost {One} -Sandbox ops/rl9 -WhatIf").Values.Cast<StepRecord>().ToList();
        Assert.Equal(
            ["br0, eth1, vlan100 (10.40.0.2) → removed", "sda (480 GB sata) → without sda", "domain prod_cloud → sandbox ops/rl9", "hypervisor, rocky 8x-x86_64 → hypervisor, rocky 8x-x86_64, compiled anew"],
            plans.Select(record => $"{record.Before} → {record.After}"));
        Assert.Equal(0, await WritesAsync("aquilon"));

        Assert.Equal(["bmc0", "br0", "eth0", "vlan100"], Assert.IsType<AquilonHost>(Assert.Single(Run($"Remove-AquilonInterface {One} -InterfaceName eth1 -PassThru -Confirm:$false").Values)).Interfaces.Select(port => port.Name));
        Assert.Equal(["bmc0", "br0", "eth0"], Assert.IsType<AquilonHost>(Assert.Single(Run($"Remove-AquilonInterface {One} -Keep bmc0, br0, eth0 -PassThru -Confirm:$false").Values)).Interfaces.Select(port => port.Name));
        Assert.Empty(Assert.IsType<AquilonHost>(Assert.Single(Run($"Remove-AquilonDisk {One} -DiskName sda -PassThru -Confirm:$false").Values)).Disks);
        Assert.Contains("is ready in Aquilon", Assert.Single(Run($"Set-AquilonBoot {One} -Boot Install -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Single(Run($"Set-AquilonBoot {One} -Boot LocalBoot -PassThru -Confirm:$false").Values);
    }

    [Theory]
    [InlineData("Reset-AquilonHost hv0* -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Set-AquilonBoot -Boot Install -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Remove-AquilonInterface hv01.lab.example -InterfaceName '--all' -Confirm:$false", "ParameterArgumentValidationError,")]
    [InlineData("Remove-AquilonDisk hv01.lab.example -DiskName 'sda; x' -Confirm:$false", "ParameterArgumentValidationError,")]
    [InlineData("Set-AquilonHost hv01.lab.example -Domain '--force' -Confirm:$false", "Refused,")]
    [InlineData("Set-AquilonHost aquilon.lab.example -Confirm:$false", "Refused,")]
    public async Task What_is_not_meant_changes_nothing(string script, string error)
    {
        string id;
        try
        {
            id = Assert.Single(Run(script).Errors).FullyQualifiedErrorId;
        }
        catch (System.Management.Automation.ParameterBindingException binding)
        {
            id = binding.ErrorRecord.FullyQualifiedErrorId;
        }

        Assert.StartsWith(error, id, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync("aquilon"));
    }

    [Fact]
    public void Names_complete_from_the_lab()
    {
        Assert.Equal([One, Two, "hv03.lab.example", "hv04.lab.example"], Complete("Get-AquilonHost hv"));
        Assert.Equal(["prod", "prod_cloud"], Complete("Set-AquilonHost x -Domain ").Order());
        Assert.Equal(["ops/rl9"], Complete("Set-AquilonHost x -Sandbox "));
        Assert.Equal(["hypervisor", "inventory", "kayobe-prod"], Complete("Set-AquilonHost x -Personality ").Order());
        Assert.Equal(["8x-x86_64", "9x-x86_64"], Complete("Set-AquilonHost x -OsVersion ").Order());
        Assert.Equal(["vlan100"], Complete($"Remove-AquilonInterface {One} -InterfaceName v"));
        Assert.Equal(["sda"], Complete($"Remove-AquilonDisk {One} -DiskName "));
    }

    private async Task<JsonNode> MachineAsync(string host)
        => (await ReadAsync("state"))["aquilon"]!["machines"]!.AsArray().First(machine => (string?)machine!["hostname"] == host)!;
}

using PlatformOps.Inventory;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class InventoryCommandTests : LabShell
{
    [Fact]
    public void A_hypervisors_whole_name_finds_its_device()
        => Assert.Equal("hv01", Assert.IsType<InventoryDevice>(Assert.Single(Run($"Get-InventoryDevice {One}").Values)).DeviceName);

    [Fact]
    public void A_hypervisor_is_found_by_the_names_that_it_may_have_and_keeps_its_own()
    {
        var devices = Run("Import-MigrationList $l | Get-InventoryDevice -ThrottleLimit 2").Values.Cast<InventoryDevice>().OrderBy(device => device.DeviceName).ToList();
        Assert.Equal(4, devices.Count);
        Assert.Equal((One, "hv01"), (devices[0].HypervisorName, devices[0].DeviceName));
    }

    [Fact]
    public async Task Filters_are_netbox_s_and_patterns_ours()
    {
        Assert.Equal(["hv01", "hv02"], Run("(Get-InventoryDevice hv0[12] -Status active -Role Hypervisor).DeviceName").Values.Order());
        Assert.Empty(Run("Get-InventoryDevice hv0* -Status planned").Values);
        Assert.Contains("'Hypervisor'", Assert.Single(Run("Get-InventoryDevice -Role nonsense").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("ObjectNotFound,", Assert.Single(Run("Get-InventoryDevice nosuch").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task Status_and_role_are_set_once()
    {
        var device = Assert.IsType<InventoryDevice>(Assert.Single(Run($"Set-InventoryDevice {One} -Status Planned -Role spare -PassThru -Confirm:$false").Values));
        Assert.Equal(("planned", "Spare", One), (device.Status, device.Role, device.HypervisorName));
        Assert.Equal(("planned", "spare"), ((string?)(await DeviceAsync("hv01"))["status"], (string?)(await DeviceAsync("hv01"))["role"]));
        Assert.Single(Run($"Set-InventoryDevice {One} -Status planned -Role Spare -PassThru -Confirm:$false").Values);
        Assert.Equal(2, await WritesAsync("netbox PATCH"));
    }

    [Fact]
    public async Task What_is_found_under_a_short_name_is_changed_under_the_full_one_only()
    {
        foreach (var how in (string[])["-WhatIf", "-Confirm:$false"])
            Assert.EndsWith($"give the full one, such as {One}.", Assert.Single(Run($"Get-InventoryDevice hv01 | Set-InventoryDevice -Status planned {how}").Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync("netbox"));
        Assert.Empty(Run($"'{One}' | Get-InventoryDevice | Set-InventoryDevice -Status planned -Confirm:$false").Errors);
        Assert.Equal(1, await WritesAsync("netbox PATCH"));
    }

    [Fact]
    public async Task WhatIf_shows_both_differences_and_sends_no_write()
    {
        var records = Run($"Set-InventoryDevice {One} -Status planned -Role spare -WhatIf; Add-InventoryJournalEntry {One} note -WhatIf").Values.Cast<StepRecord>().ToList();
        Assert.Equal(["active → planned", "Hypervisor → Spare", "no entry → entry written"], records.Select(record => $"{record.Before} → {record.After}"));
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public async Task A_note_is_written_once_in_a_session()
    {
        Assert.Empty(Run($"1..2 | ForEach-Object {{ Add-InventoryJournalEntry {One} 'DIMM B3 replaced.' -Kind Success -Confirm:$false }}").Errors);
        var entry = Assert.Single((await ReadAsync("state"))["netbox"]!["journal"]!.AsArray())!;
        Assert.Equal("success", (string?)entry["kind"]);
        Assert.StartsWith("DIMM B3 replaced.", (string?)entry["comments"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Set-InventoryDevice hv01.lab.example -Confirm:$false", "InvalidArgument,")]
    [InlineData("Set-InventoryDevice hv0* -Status planned -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Get-Process -Id $PID | Set-InventoryDevice -Status planned -Confirm:$false", "ParameterArgumentTransformationError,")]
    [InlineData("Set-InventoryDevice hv01.lab.example -Role nonsense -Confirm:$false", "ObjectNotFound,")]
    public async Task What_is_not_meant_changes_nothing(string script, string error)
    {
        Assert.StartsWith(error, Assert.Single(Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, await WritesAsync());
    }

    [Fact]
    public void A_status_that_netbox_does_not_have_is_answered_with_those_that_it_has()
        => Assert.Contains("Every NetBox has active, decommissioning, failed,", Assert.Single(Run($"Set-InventoryDevice {One} -Status sleeping -Confirm:$false").Errors).Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Roles_sites_tags_and_devices_complete_from_the_lab()
    {
        Assert.Contains("spare", Complete("Set-InventoryDevice x -Role s"));
        Assert.Equal(["hv01", "hv02", "hv03", "hv04"], Complete("Get-InventoryDevice -DeviceName hv"));
        Assert.Equal(["planned"], Complete("Set-InventoryDevice x -Status p"));
    }
}

using System.Text.Json;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Aquilon;

/// <summary>Deleting a host and importing it anew: on a lab, whole, and cut at every place.</summary>
public sealed class AquilonResetTests
{
    private const string Reset = "aquilon/reset";

    [Fact]
    public async Task A_reset_saves_a_record_deletes_in_order_and_imports_what_the_inventory_has()
    {
        await using var lab = await AquilonLab.StartAsync();

        var records = await lab.RunAsync(Reset);

        Assert.All(records, record => Assert.True(record.Outcome is StepOutcome.Done or StepOutcome.Passed or StepOutcome.Unchanged, record.Message));
        Assert.Equal(
            [
                "change_status hv01.lab.example", "del_host hv01.lab.example",
                "del_interface_address system7001", "del_interface system7001", "del_interface system7001", "del_interface system7001", "del_interface system7001", "del_interface_address system7001", "del_interface system7001",
                "del_machine system7001",
                "add_machine netbox-1001", "add_interface netbox-1001", "update_interface netbox-1001", "add_interface netbox-1001", "add_interface netbox-1001", "add_interface netbox-1001", "add_host hv01.lab.example",
                "add_interface_address netbox-1001", "add_interface_address netbox-1001",
            ],
            await lab.WritesAsync());
        var machine = await lab.MachineAsync();
        Assert.Equal(("netbox-1001", "build", "rocky 9x-x86_64", "prod_cloud"), (machine.GetProperty("label").GetString(), machine.GetProperty("buildStatus").GetString(), machine.GetProperty("os").GetString(), machine.GetProperty("branch").GetString()));
        // br0 was Aquilon's alone; the others are the inventory's, and back.
        Assert.Equal(["eth0", "eth1", "vlan100", "bmc0"], AquilonLab.InterfacesOf(machine));
    }

    [Fact]
    public async Task The_record_is_its_owners_and_tells_how_to_restore()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.RunAsync(Reset);

        var path = Assert.Single(Directory.EnumerateFiles(Path.Combine(lab.Session.Store.StateFolder, "aquilon", "hv01.lab.example")));
        using var record = JsonDocument.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        Assert.StartsWith("Machine: system7001\n  Primary Name: hv01.lab.example [10.20.0.2]", record.RootElement.GetProperty("showHost").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Machine: system7001\n", record.RootElement.GetProperty("showMachine").GetString(), StringComparison.Ordinal);
        var restore = record.RootElement.GetProperty("restore").EnumerateArray().Select(line => line.GetString()!).ToList();
        Assert.StartsWith("aq add_machine --machine system7001 --model hv-2022-lenovo --vendor lenovo --rack dc-b-r01 --serial ", restore[0], StringComparison.Ordinal);
        Assert.Contains("aq add_interface --machine system7001 --interface br0 --iftype bridge", restore);
        Assert.Contains("aq add_host --hostname hv01.lab.example --machine system7001 --archetype cloud --domain prod_cloud --ip 10.20.0.2 --personality hypervisor --osname rocky --osversion 8x-x86_64", restore);
        Assert.Contains("aq add_interface_address --machine system7001 --interface bmc0 --ip 10.30.0.2 --fqdn hv01-ipmi.lab.example --network_environment mgmt", restore);
        Assert.Equal("aq change_status --hostname hv01.lab.example --buildstatus ready", restore[^1]);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_plan_reads_and_sends_nothing()
    {
        await using var lab = await AquilonLab.StartAsync();

        var plan = await lab.PlanAsync(Reset);

        Assert.Equal(["ready → decommissioned", "on machine system7001, ready → no host"], plan.Where(record => record.Action is "aquilon.buildstatus" or "aquilon.host.delete").Select(record => $"{record.Before} → {record.After}"));
        Assert.StartsWith("[lab] machine in Aquilon on hv01.lab.example: system7001 with hv01.lab.example, interfaces bmc0, br0, eth0, eth1, vlan100", plan.Single(record => record.Action == "aquilon.machine.delete").Message, StringComparison.Ordinal);
        var import = plan.Single(record => record.Action == "aquilon.host.import");
        Assert.Equal((StepOutcome.Unknown, "cannot be told before the changes planned above: now on machine system7001, ready"), (import.Outcome, import.Message));
        Assert.Empty(await lab.WritesAsync());
        Assert.False(Directory.Exists(Path.Combine(lab.Session.Store.StateFolder, "aquilon")));
    }

    [Fact]
    public async Task Without_a_record_of_this_run_nothing_is_deleted()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { buildStatus = "build" });

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonHost(), new DeleteAquilonHostParameters()));

        Assert.Contains("this run has no record of it", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    public static TheoryData<string, string> BrokenImports => new()
    {
        { """{"models":["xma-hv-2022-a100"]}""", "Aquilon does not know the model hv-2022-lenovo" },
        { """{"addresses":["10.40.0.2"]}""", "the address 10.40.0.2 is used by other-10-40-0-2" },
    };

    [Theory, MemberData(nameof(BrokenImports))]
    public async Task A_host_that_could_not_be_imported_again_is_not_deleted(string aquilon, string reason)
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { buildStatus = "build" });
        await lab.ApplyAsync(new SaveAquilonRecord(), new Core.Changes.NoParameters());
        await lab.SetAsync(JsonDocument.Parse(aquilon).RootElement);

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonHost(), new DeleteAquilonHostParameters()));

        Assert.Contains($"is not deleted in Aquilon, because it could not be imported again: {reason}", error.Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Failed, (await lab.CheckAsync(new CheckAquilonImport(), new ImportAquilonHostParameters())).Outcome);
        Assert.Empty(await lab.WritesAsync());
    }

    [Theory]
    [InlineData("aquilon.domain", "nowhere", "Aquilon does not know the domain nowhere")]
    [InlineData("aquilon.os-version", "10x-x86_64", "Aquilon does not know the operating system rocky")]
    [InlineData("aquilon.archetype", "grid", "Aquilon does not know the archetype grid")]
    [InlineData("aquilon.boot-interface", "eth7", "it would add no interface eth7")]
    public async Task What_an_import_names_must_be_known_before_anything_is_changed(string key, string value, string reason)
    {
        await using var lab = await AquilonLab.StartAsync((key, value));

        var records = await lab.RunAsync(Reset);

        Assert.Equal(("aquilon.import", StepOutcome.Failed), (records[^1].Step, records[^1].Outcome));
        Assert.Contains(reason, records[^1].Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task Members_of_clusters_and_hosts_in_other_statuses_are_refused_with_what_to_do()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.ApplyAsync(new SaveAquilonRecord(), new Core.Changes.NoParameters());

        Assert.Contains("is ready in Aquilon, and hosts are deleted only when they are decommissioned", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonHost(), new DeleteAquilonHostParameters()))).Message, StringComparison.Ordinal);
        await lab.SetAsync(1, new { buildStatus = "build", cluster = "cl1" });
        Assert.Contains("aq uncluster --hostname hv01.lab.example --cluster cl1", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonHost(), new DeleteAquilonHostParameters()))).Message, StringComparison.Ordinal);
        Assert.Contains("has the host hv01.lab.example on it", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonMachine(), new DeleteAquilonMachineParameters()))).Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_host_that_somebody_moved_since_its_record_was_taken_is_not_deleted()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.ApplyAsync(new SaveAquilonRecord(), new Core.Changes.NoParameters());
        await using (var other = lab.Open(new Dictionary<string, object>()))
        {
            var request = new Core.Runbooks.RunRequest { Phases = [new("aquilon", other.Runbooks.Get(Reset))], Targets = [AquilonLab.Target(1)], Identity = other.Identity("other") };
            await foreach (var _ in other.Runner().RunAsync(request, TestContext.Current.CancellationToken))
            {
            }
        }

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeleteAquilonHost(), new DeleteAquilonHostParameters()));

        Assert.Contains("this run's record tells of hv01.lab.example on machine system7001, and now it is on netbox-1001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_that_fails_leaves_the_way_back_and_the_run_goes_on_when_the_cause_is_mended()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.FaultAsync("add_host", "status:500", count: null);

        var failed = (await lab.RunAsync(Reset))[^1];
        Assert.Equal(("aquilon.host.import", StepOutcome.Failed), (failed.Step, failed.Outcome));
        Assert.Contains("How it was before is in ", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Reset-AquilonHost -FromRecord", failed.Message, StringComparison.Ordinal);
        Assert.False(await lab.HasMachineAsync("netbox-1001"));

        await lab.ClearFaultsAsync();
        var resumed = await lab.ResumeAsync();
        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
        Assert.Equal("netbox-1001", (await lab.MachineAsync()).GetProperty("label").GetString());
        Assert.Single(await lab.WritesAsync(), write => write == "del_host hv01.lab.example");
        Assert.DoesNotContain(resumed, record => record.Action == "aquilon.host.delete" && record.Outcome == StepOutcome.Done);
    }

    [Fact]
    public async Task What_a_failed_run_deleted_a_new_run_imports_and_restores()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.FaultAsync("add_host", "status:500", count: 1);
        await lab.RunAsync(Reset);

        var restored = await lab.RunAsync("aquilon/restore");
        Assert.Equal(StepOutcome.Done, restored[^1].Outcome);
        var machine = await lab.MachineAsync();
        Assert.Equal(("system7001", "hypervisor", "rocky 8x-x86_64"), (machine.GetProperty("label").GetString(), machine.GetProperty("personality").GetString(), machine.GetProperty("os").GetString()));
        Assert.Equal(["bmc0", "br0", "eth0", "eth1", "vlan100"], AquilonLab.InterfacesOf(machine).Order(StringComparer.Ordinal));
        Assert.Equal(["sda"], machine.GetProperty("disks").EnumerateArray().Select(disk => disk.GetString()!));

        // Once more, and another run goes on where this one stops.
        await lab.FaultAsync("add_host", "status:500", count: 1);
        await lab.RunAsync(Reset);
        var again = await lab.RunAsync(Reset);
        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
        Assert.Equal(StepOutcome.Unchanged, again.Single(record => record.Step == "aquilon.buildstatus").Outcome);
        Assert.Equal("netbox-1001", (await lab.MachineAsync()).GetProperty("label").GetString());
    }

    [Fact]
    public async Task What_is_restored_is_how_it_was_before_the_first_import_or_the_record_that_is_named()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.RunAsync(Reset);
        var first = lab.LastRun.RunId;
        await lab.SetAsync(1, new { personality = "kayobe-prod" });
        // Asked for by name, it is done once more; this time the import fails.
        await lab.FaultAsync("add_host", "status:500", count: 1);
        var failed = (await lab.RunAsync(Reset))[^1];
        var second = lab.LastRun.RunId;

        Assert.Contains($"{first}.json", failed.Message, StringComparison.Ordinal);
        var store = lab.Session.Get<AquilonRecordStore>();
        Assert.Equal([(second, true), (first, false)], store.All(AquilonLab.Name(1)).Select(record => (record.RunId, record.IsOfImport)));
        var plan = await lab.PlanAsync("aquilon/restore");
        Assert.Contains("machine system7001, hypervisor, rocky 8x-x86_64", plan[^1].After, StringComparison.Ordinal);
        await lab.RunAsync("aquilon/restore");
        Assert.Equal(("system7001", "hypervisor"), ((await lab.MachineAsync()).GetProperty("label").GetString(), (await lab.MachineAsync()).GetProperty("personality").GetString()));

        await lab.FaultAsync("add_host", "status:500", count: 1);
        await lab.RunAsync(Reset);
        var unknown = await lab.RunAsync("aquilon/restore", inputs: new Dictionary<string, string> { ["record"] = "20250101-000000-abcdef" });
        Assert.Contains("Get-AquilonRecord hv01.lab.example lists those that there are", unknown[^1].Message, StringComparison.Ordinal);
        await lab.RunAsync("aquilon/restore", inputs: new Dictionary<string, string> { ["record"] = second });
        Assert.Equal(("netbox-1001", "kayobe-prod"), ((await lab.MachineAsync()).GetProperty("label").GetString(), (await lab.MachineAsync()).GetProperty("personality").GetString()));
    }

    [Fact]
    public async Task Aq_itself_imports_the_inventorys_interfaces_onto_the_machine_of_the_record()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.import", "aq"));

        await lab.RunAsync(Reset);

        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
        var machine = await lab.MachineAsync();
        Assert.Equal(("system7001", "kayobe-prod", "rocky 9x-x86_64"), (machine.GetProperty("label").GetString(), machine.GetProperty("personality").GetString(), machine.GetProperty("os").GetString()));
        Assert.Equal(["bmc0", "eth0", "eth1", "vlan100"], AquilonLab.InterfacesOf(machine).Order(StringComparer.Ordinal));
        Assert.Contains("--interface bmc0 --ip 10.30.0.2 --fqdn hv01-ipmi.lab.example --network_environment mgmt", (await lab.WriteDetailsAsync("add_interface_address"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aq_itself_takes_back_what_it_added_where_one_command_fails()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.import", "aq"));
        // The second auxiliary address, the last command of all.
        await lab.FaultAsync("add_interface_address", "status:500", after: 1);

        var failed = (await lab.RunAsync(Reset))[^1];

        Assert.Equal("aquilon.host.import", failed.Step);
        Assert.Contains("What was added before was taken back.", failed.Message, StringComparison.Ordinal);
        Assert.False(await lab.HasMachineAsync("system7001"));
        Assert.Equal(["del_interface_address system7001", "del_host hv01.lab.example", "del_interface system7001", "del_interface system7001", "del_interface system7001", "del_interface system7001", "del_machine system7001"], (await lab.WritesAsync()).TakeLast(7));
    }

    [Fact]
    public async Task A_host_that_another_made_anew_meanwhile_is_not_deleted_again()
    {
        await using var lab = await AquilonLab.StartAsync();
        using var killed = new CancellationTokenSource();
        await lab.FaultAsync("*aq del_host *", "ssh-hang", service: "ssh");
        var running = lab.RunAsync(Reset, stop: killed.Token);
        await UntilAsync(() => lab.Session.Store.List().FirstOrDefault() is { } run && lab.Session.Store.Entries(run.RunId).OfType<Core.Ledger.Intent>().Any(intent => intent.Action == "aquilon.host.delete"));
        await killed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await lab.ClearFaultsAsync();
        await lab.SetAsync(1, new { buildStatus = "build", personality = "inventory" });

        var resumed = await lab.ResumeAsync();

        Assert.Equal(("aquilon.host.delete", StepOutcome.Unknown), (resumed[^1].Step, resumed[^1].Outcome));
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("del_", StringComparison.Ordinal));
        await lab.ResolveAsync("aquilon.host.delete", StepDecision.NotHappened);
        await lab.ResumeAsync();
        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
    }

    [Theory]
    [InlineData("*aq del_host *")]
    [InlineData("*aq del_machine *")]
    [InlineData("*netbox2aquilon --hostname hv01.lab.example * 9x-x86_64")]
    public async Task A_killed_run_goes_on_from_where_it_was(string command)
    {
        await using var lab = await AquilonLab.StartAsync();
        using var killed = new CancellationTokenSource();
        await lab.FaultAsync(command, "ssh-hang", service: "ssh");
        var action = command.Contains("del_host", StringComparison.Ordinal) ? "aquilon.host.delete" : command.Contains("del_machine", StringComparison.Ordinal) ? "aquilon.machine.delete" : "aquilon.host.import";
        var running = lab.RunAsync(Reset, stop: killed.Token);
        await UntilAsync(() => lab.Session.Store.List().FirstOrDefault() is { } run && lab.Session.Store.Entries(run.RunId).OfType<Core.Ledger.Intent>().Any(intent => intent.Action == action));
        await killed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await lab.ClearFaultsAsync();

        await lab.ResumeAsync();

        Assert.Equal(RunState.Succeeded, lab.LastRun.State);
        Assert.Single(await lab.WritesAsync(), write => write == "del_host hv01.lab.example");
        Assert.Single(await lab.WritesAsync(), write => write == "add_host hv01.lab.example");
    }

    [Fact]
    public async Task A_machine_that_somebody_elses_import_left_is_not_touched()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.FaultAsync("add_host", "status:500", count: 1);
        await lab.RunAsync(Reset);
        File.Delete(Path.Combine(lab.Session.Store.StateFolder, "aquilon", "hv01.lab.example", "importing"));
        await AddMachineByHandAsync(lab);

        var records = await lab.RunAsync(Reset);

        Assert.Equal("aquilon.import", records[^1].Step);
        Assert.Contains("the machine netbox-1001 is there without a host, from an import that failed", records[^1].Message, StringComparison.Ordinal);
        Assert.True(await lab.HasMachineAsync("netbox-1001"));
    }

    private static async Task AddMachineByHandAsync(AquilonLab lab)
        => await lab.Session.Get<AquilonClient>().ChangeAsync(["add_machine", "--machine", "netbox-1001", "--model", "hv-2022-lenovo", "--rack", "dc-b-r01"], TestContext.Current.CancellationToken);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience.Long);
        while (!condition())
            await Task.Delay(10, deadline.Token);
    }
}

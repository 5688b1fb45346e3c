using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

public sealed class PreDrainTests
{
    [Fact]
    public async Task Nothing_is_told_to_another_hypervisors_ticket_whoever_was_away_when_it_was_looked_at()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.FaultAsync(new { service = "jira", call = "*", effect = "status:503", count = 4 });

        var records = await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1) with { TicketId = "MH-105" });

        Assert.Contains(records, record => record.Outcome == StepOutcome.Warning && record.Message.Contains("does not name hv01.lab.example", StringComparison.Ordinal));
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("jira", StringComparison.Ordinal));
        Assert.Empty((await lab.TicketAsync("MH-105")).GetProperty("comments").EnumerateArray());
    }

    [Fact]
    public async Task What_was_taken_back_is_told_to_the_ticket_once()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1));
        var before = await CommentsAsync();

        var records = await lab.UndoAsync();
        await lab.UndoAsync();

        Assert.Contains(records, record => record is { Phase: "Undo", Step: "ticket.comment", Outcome: StepOutcome.Done });
        var comment = Assert.Single((await CommentsAsync()).Skip(before.Count));
        Assert.StartsWith("h3. Undo of hv01.lab.example: ", comment, StringComparison.Ordinal);
        Assert.Contains("openstack.compute-service.disable|Undone", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("Resume-OpsRun", comment, StringComparison.Ordinal);

        async Task<List<string>> CommentsAsync()
            => [.. (await lab.TicketAsync("MH-101")).GetProperty("comments").EnumerateArray().Select(one => one.GetProperty("body").GetString()!)];
    }

    [Fact]
    public async Task It_takes_the_hypervisor_out_of_scheduling_with_our_claim_and_tells_the_ticket()
    {
        await using var lab = await PhaseLab.StartAsync();

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.All(records, record => Assert.True(record.Outcome is StepOutcome.Done or StepOutcome.Passed, $"{record.Step} {record.Outcome}: {record.Message}"));
        var host = await lab.HostAsync(1);
        Assert.True(host.GetProperty("serviceDisabled").GetBoolean());
        Assert.Matches(@"^RL9 reinstall \d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d - ab \[ops:\d{8}-\d{6}-[0-9a-f]{6} \S+ MH-101\]$", host.GetProperty("disabledReason").GetString());
        Assert.DoesNotContain(host.GetProperty("updates").EnumerateObject(), update => update.Name == "qemu-kvm");
        Assert.Equal(
            ["jira POST /issue/{key}/attachments MH-101", "jira POST /issue/{key}/attachments MH-101", "jira POST /issue/{key}/comment MH-101", "nova PUT /os-services/{id} hv01.lab.example", "ssh dnf hv01.lab.example"],
            (await lab.WritesAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_dossier_holds_what_later_phases_need_and_hangs_on_the_ticket()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        var dossier = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;

        Assert.False(string.IsNullOrEmpty(dossier.Host.SerialNumber));
        Assert.False(string.IsNullOrEmpty(dossier.Host.Uuid));
        Assert.False(string.IsNullOrEmpty(dossier.Host.BootId));
        Assert.False(string.IsNullOrEmpty(dossier.Host.ComputeId));
        Assert.NotEmpty(dossier.Host.Disks!);
        Assert.NotEmpty(dossier.Host.Nics!);
        Assert.NotEmpty(dossier.Compute.Aggregates);
        Assert.Equal(dossier.Host.SerialNumber, dossier.Device.SerialNumber);
        var ticket = (await lab.TicketAsync("MH-101"));
        Assert.Contains(ticket.GetProperty("attachments").EnumerateArray(), file => file.ToString().Contains("dossier", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_sends_no_write()
    {
        await using var lab = await PhaseLab.StartAsync();

        var plan = await lab.PlanAsync("Setup,PreDrain", PhaseLab.Target(1), PhaseLab.Target(3));

        Assert.Contains(plan, record => record is { Action: "openstack.compute-service.disable", Outcome: StepOutcome.Planned, Before: "enabled" });
        Assert.Empty(await lab.WritesAsync());
    }

    [Theory]
    [InlineData("rocky", "9.4", "runs rocky 9.4, not rocky 8")]
    [InlineData("centos", "8.5", "runs centos 8.5, not rocky 8")]
    public async Task Distribution_and_version_are_both_compared_before_anything_is_changed(string id, string version, string evidence)
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { osId = id, osVersion = version });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.Contains(evidence, records.Single(record => record.Outcome == StepOutcome.Failed).Message, StringComparison.Ordinal);
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Theory]
    [InlineData("planned", "netbox.device.exists")]
    [InlineData("decommissioning", "netbox.device.exists")]
    [InlineData("active", "openstack.compute-service.disable")]
    [InlineData("offline", "openstack.compute-service.disable")]
    public async Task A_device_that_is_neither_active_nor_offline_is_left_in_service(string status, string reached)
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetDeviceAsync(1, new { status });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.Contains(reached, records.Select(record => record.Step));
        Assert.Equal(reached != "netbox.device.exists", (await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Fact]
    public async Task One_that_its_group_has_no_room_for_is_left_in_service_and_nothing_is_done_to_it()
    {
        await using var lab = await PhaseLab.StartAsync();
        await using var session = lab.Open(new Dictionary<string, object> { ["targets.max-unavailable"] = 1 });
        (await PhaseLab.RunAsync(session, "PreDrain", PhaseLab.Target(1))).AreWell();
        await lab.ForgetWritesAsync();

        var failed = (await PhaseLab.RunAsync(session, "PreDrain", PhaseLab.Target(3))).Failed();

        Assert.Equal("openstack.room", failed.Step);
        Assert.All(await lab.WritesAsync(), write => Assert.StartsWith("jira ", write, StringComparison.Ordinal));
    }

    // The two are the only ones of their zone.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_plan_of_several_counts_on_none_that_it_takes_out_of_service_before_as_the_run_does(int throttle)
    {
        await using var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 8, Speed = 3600 });
        var runner = lab.Session.Runner(MigrationRun.Ticket(lab.Session));
        var request = MigrationRun.Request(lab.Session, ["PreDrain"], [PhaseLab.Target(1), PhaseLab.Target(3)], lab.Session.Identity("PreDrain")) with { ThrottleLimit = throttle };
        List<StepRecord> told = [], run = [];

        await foreach (var record in runner.PlanAsync(request, TestContext.Current.CancellationToken))
            told.Add(record);
        await foreach (var record in runner.RunAsync(request, TestContext.Current.CancellationToken))
            run.Add(record);

        Assert.Single(told, record => record is { Step: "openstack.compute-service.disable", Outcome: StepOutcome.Planned });
        Assert.Single(run, record => record is { Step: "openstack.compute-service.disable", Outcome: StepOutcome.Done });
        Assert.Contains(told, record => record is { Outcome: StepOutcome.Failed or StepOutcome.Unknown } && record.Message.Contains("nowhere to go", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_with_another_serial_than_NetBox_has_is_refused()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = "SOMEBODYELSE\n" } });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        var refused = records.Single(record => record.Outcome == StepOutcome.Failed);
        Assert.Equal("hypervisor.dossier", refused.Step);
        Assert.Contains("SOMEBODYELSE", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("nova", StringComparison.Ordinal) || write.StartsWith("ssh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_drops_while_the_dossier_is_taken_is_told_as_that_and_changes_nothing()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.FaultAsync(new { service = "ssh", call = "*product_serial*", effect = "ssh-drop" });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        var failed = records.Single(record => record.Step == "hypervisor.dossier");
        Assert.NotEqual(StepOutcome.Done, failed.Outcome);
        Assert.Contains("The connection dropped while reading 'cat -- /sys/class/dmi/id/product_serial' on hv01.lab.example", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("nova", StringComparison.Ordinal) || write.StartsWith("ssh", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kernel panics, bob", "disabled by a person")]
    [InlineData("RL9 - cd [ops:20260101-000000-beef carol MH-101]", "claimed by carol")]
    public async Task What_another_person_disabled_is_refused_and_can_be_taken_over_with_a_reason(string reason, string says)
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = reason });

        var refused = (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).Single(record => record.Outcome == StepOutcome.Failed);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(reason, (await lab.HostAsync(1)).GetProperty("disabledReason").GetString());

        var taken = await lab.TakeOverAsync("PreDrain", "carol is on leave", PhaseLab.Target(1));
        Assert.Equal(StepOutcome.Done, taken.Single(record => record.Action == "openstack.compute-service.disable").Outcome);
    }

    [Fact]
    public async Task A_runbook_that_takes_over_a_claim_tells_its_ticket_once()
    {
        await using var lab = await PhaseLab.StartAsync();
        // The phase fails after the take-over, and ends a second time when it is resumed.
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = "RL9 - cd [ops:20260101-000000-beef carol MH-103]", repositoriesBroken = true });

        await lab.TakeOverAsync("PreDrain", "carol is on leave", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { repositoriesBroken = false });
        await lab.ResumeAsync();

        foreach (var ticket in (string[])["MH-103", "MH-101"])
        {
            var comment = Assert.Single((await lab.TicketAsync(ticket)).GetProperty("comments").EnumerateArray(), one => one.ToString().Contains("carol had claimed", StringComparison.Ordinal));
            Assert.Contains("carol is on leave", comment.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PreDrain,Drain")]
    [InlineData("Drain")]
    public async Task What_was_taken_over_is_what_stood_there_then_and_a_later_claim_is_anothers(string phases)
    {
        const string Bob = "bob goes on - bo [ops:20261120-101010-abcd bob MH-101]";
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = "RL9 - cd [ops:20260101-000000-beef carol MH-103]" });
        Assert.Contains(await lab.TakeOverAsync(phases, "carol is on leave", PhaseLab.Target(1)), record => record is { Phase: "Drain", Outcome: StepOutcome.Waiting });
        // The phase may wait for days: it is told now.
        Assert.Contains("carol had claimed", (await lab.TicketAsync("MH-103")).GetProperty("comments").ToString(), StringComparison.Ordinal);
        Assert.Empty(PhaseLab.Problems((await lab.ResumeAsync()).Where(record => record.Outcome != StepOutcome.Waiting)));
        await lab.SetHostAsync(1, new { disabledReason = Bob });

        // However often.
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var refused = (await lab.ResumeAsync()).Single(record => record.Outcome == StepOutcome.Failed);
            Assert.Contains("claimed by bob for MH-101", refused.Message, StringComparison.Ordinal);
            Assert.Equal(Bob, (await lab.HostAsync(1)).GetProperty("disabledReason").GetString());
        }

        await using var other = lab.Open();
        var run = other.Store.List().First().RunId;
        var taken = new List<StepRecord>();
        await foreach (var record in other.Runner(MigrationRun.Ticket(other)).ResumeAsync(run, new ResumeOptions(SessionScope.Person) { TakeOverReason = "bob, too" }, TestContext.Current.CancellationToken))
            taken.Add(record);
        Assert.Contains(taken, record => record is { Outcome: StepOutcome.Done, Before: { } before } && before.Contains("bob goes on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PreDrain")]
    [InlineData("Drain")]
    public async Task A_take_over_that_was_cut_before_its_result_is_no_leave_to_take_over_what_came_since(string phase)
    {
        const string Dave = "dave goes on - da [ops:20261120-101010-abcd dave MH-101]";
        const string Carol = "RL9 - cd [ops:20260101-000000-beef carol MH-103]";
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = Carol });
        await lab.TakeOverAsync(phase, "carol is on leave", PhaseLab.Target(1));
        lab.CutBehind(entry => entry is Intent { Action: "openstack.compute-service.disable" or "openstack.compute-service.claim" });
        await lab.SetHostAsync(1, new { disabledReason = Dave });

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            Assert.Contains("claimed by dave for MH-101", (await lab.ResumeAsync()).Single(record => record.Outcome == StepOutcome.Failed).Message, StringComparison.Ordinal);
            Assert.Equal(Dave, (await lab.HostAsync(1)).GetProperty("disabledReason").GetString());
        }

        // What was to be taken over is, as if nothing had been cut.
        await lab.SetHostAsync(1, new { disabledReason = Carol });
        Assert.Contains(await lab.ResumeAsync(), record => record is { Outcome: StepOutcome.Done, Before: { } before } && before.Contains("carol", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_claim_that_is_found_ours_after_it_was_cut_ends_the_take_over()
    {
        const string Dave = "dave goes on - da [ops:20261120-101010-abcd dave MH-101]";
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = "RL9 - cd [ops:20260101-000000-beef carol MH-103]" });
        await lab.TakeOverAsync("Drain", "carol is on leave", PhaseLab.Target(1));
        lab.CutBehind(entry => entry is Intent { Action: "openstack.compute-service.claim" });
        Assert.Contains(await lab.ResumeAsync(), record => record is { Action: "openstack.compute-service.claim", Outcome: StepOutcome.Done });
        await lab.SetHostAsync(1, new { disabledReason = Dave });

        Assert.Contains("claimed by dave for MH-101", (await lab.ResumeAsync()).Single(record => record.Outcome == StepOutcome.Failed).Message, StringComparison.Ordinal);
        Assert.Equal(Dave, (await lab.HostAsync(1)).GetProperty("disabledReason").GetString());
    }

    [Fact]
    public async Task Our_own_claim_of_an_earlier_run_is_kept()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var reason = (await lab.HostAsync(1)).GetProperty("disabledReason").GetString();

        var again = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.Equal(StepOutcome.Unchanged, again.Single(record => record.Action == "openstack.compute-service.disable").Outcome);
        Assert.Equal(reason, (await lab.HostAsync(1)).GetProperty("disabledReason").GetString());
    }

    [Fact]
    public async Task One_hypervisor_that_fails_does_not_stop_the_others()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(3, new { reachable = false });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1), PhaseLab.Target(3), PhaseLab.Target(6));

        Assert.Equal(["hv03.lab.example"], records.Where(record => record.Outcome == StepOutcome.Failed).Select(record => record.Target).Distinct());
        Assert.True((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
        Assert.True((await lab.HostAsync(6)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Fact]
    public async Task Hypervisors_that_go_at_the_same_time_do_not_count_on_each_other()
    {
        // Two hosts of a zone may be out of service; four ask at once.
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 10, VirtualMachines = 10, Speed = 3600 });
        await using var session = lab.Open(new Dictionary<string, object> { ["targets.max-unavailable"] = 2 });

        await PhaseLab.RunAsync(session, "PreDrain", PhaseLab.Target(1), PhaseLab.Target(3), PhaseLab.Target(7), PhaseLab.Target(9));

        var state = await lab.HostsAsync();
        Assert.Equal(2, state.Count(host => host.GetProperty("serviceDisabled").GetBoolean()));
    }

    [Fact]
    public async Task An_enable_is_taken_back_only_while_another_may_be_out_of_service()
    {
        await using var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 10, VirtualMachines = 10, Speed = 3600 });
        await using var session = lab.Open(new Dictionary<string, object> { ["targets.max-unavailable"] = 1 });
        await ApplyAsync(1, new DisableComputeService(), new DisableComputeServiceParameters("memory errors"));
        var enabled = await ApplyAsync(1, new EnableComputeService(), new EnableComputeServiceParameters());
        await ApplyAsync(3, new DisableComputeService(), new DisableComputeServiceParameters("memory errors"));

        foreach (var planOnly in (bool[])[true, false])
        {
            var kept = Assert.Single(await UndoAsync(planOnly));
            Assert.Equal(StepOutcome.Skipped, kept.Outcome);
            Assert.Contains("left as it is: hv01.lab.example stays in service: ", kept.Message, StringComparison.Ordinal);
        }

        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());

        await ApplyAsync(3, new EnableComputeService(), new EnableComputeServiceParameters());
        Assert.Equal(StepOutcome.Undone, Assert.Single(await UndoAsync(planOnly: false)).Outcome);
        Assert.True((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());

        // A run of its own for each.
        async Task<StepRecord> ApplyAsync(int number, Change change, object parameters)
        {
            var record = await session.Effects.RunAsync(change, MigrationRun.TargetOf(PhaseLab.Target(number)), parameters, null, TestContext.Current.CancellationToken);
            await session.Effects.ExitAsync();
            return record;
        }

        async Task<List<StepRecord>> UndoAsync(bool planOnly)
        {
            List<StepRecord> records = [];
            await foreach (var record in session.Runner().UndoAsync(enabled.RunId, new UndoOptions(SessionScope.Person) { Target = enabled.Target, PlanOnly = planOnly }, TestContext.Current.CancellationToken))
                records.Add(record);
            return records;
        }
    }

    [Fact]
    public async Task A_failed_update_shows_name_resolution_and_repositories_in_the_ticket()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { repositoriesBroken = true });

        var failed = (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).Single(record => record.Outcome == StepOutcome.Failed);

        Assert.Equal("host.package", failed.Step);
        Assert.Contains("/etc/resolv.conf", failed.Message, StringComparison.Ordinal);
        Assert.Contains("nameserver", failed.Message, StringComparison.Ordinal);
        var comment = (await lab.TicketAsync("MH-101")).GetProperty("comments")[0].ToString();
        Assert.Contains("nameserver", comment, StringComparison.Ordinal);
        Assert.Contains("Resume-OpsRun", comment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MH-999", "MH-999")]
    [InlineData("MH-102", "does not name hv01.lab.example")]
    public async Task A_ticket_that_does_not_exist_or_is_another_hosts_stops_everything(string key, string says)
    {
        await using var lab = await PhaseLab.StartAsync();

        var records = await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1) with { TicketId = key });

        var refused = Assert.Single(records);
        Assert.Equal(StepOutcome.Failed, refused.Outcome);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
        Assert.Contains(says, Assert.Single(await lab.PlanAsync("PreDrain", PhaseLab.Target(1) with { TicketId = key })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_services_call_the_hypervisor_is_recorded()
    {
        await using var lab = await PhaseLab.StartAsync();

        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        var store = lab.Session.Store;
        var begun = Assert.Single(store.Entries(store.Ids().First()).OfType<Core.Ledger.TargetStarted>());
        Assert.Equal(
            [("hypervisor", "hv01.lab.example"), ("netbox", "hv01"), ("nova", "hv01.lab.example"), ("ticket", "MH-101")],
            begun.Names.Select(name => (name.Key, name.Value)).Order());
    }

    [Fact]
    public async Task A_run_that_holds_the_hypervisor_by_another_of_its_names_keeps_us_out()
    {
        await using var lab = await PhaseLab.StartAsync();
        using var held = await lab.Session.Store.Ledger.TakeLockAsync("hypervisor:hv01", new Core.Ledger.LockOwner("r0", "bob", "ops2", 9), TestContext.Current.CancellationToken);

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.IsType<TargetLockedException>(Assert.Single(records).Error);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_plan_lists_what_the_ticket_would_be_told()
    {
        await using var lab = await PhaseLab.StartAsync();

        var plan = await lab.PlanAsync("PreDrain", PhaseLab.Target(1));

        Assert.Equal(
            ["[lab] attachment of the ticket MH-101: would be written", "[lab] attachment of the ticket MH-101: would be written", "[lab] comment on the ticket MH-101: would be written"],
            plan.Where(record => record.Step.StartsWith("ticket.", StringComparison.Ordinal)).Select(record => record.Message));
    }

    [Fact]
    public async Task Each_operation_is_told_where_the_configuration_says_so()
    {
        await using var lab = await PhaseLab.StartAsync();
        await using var session = lab.Open(new Dictionary<string, object> { ["migration.ticket-comments"] = "operation" });

        var records = await PhaseLab.RunAsync(session, "PreDrain", PhaseLab.Target(1));

        var comments = (await lab.TicketAsync("MH-101")).GetProperty("comments").EnumerateArray().Select(comment => comment.ToString()).ToList();
        Assert.Equal(records.Count(record => record.Number > 0) + 1, comments.Count);
        Assert.Contains("openstack.compute-service.disable done", comments[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_ticket_could_not_be_told_is_told_when_the_run_is_resumed()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.FaultAsync(new { service = "jira", effect = "status:404" });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.ClearFaultsAsync();
        Assert.Equal(RunState.Succeeded, lab.Session.Store.List().First().State);

        await lab.ResumeAsync();
        await lab.ResumeAsync();

        var ticket = await lab.TicketAsync("MH-101");
        Assert.Equal((1, 2), (ticket.GetProperty("comments").GetArrayLength(), ticket.GetProperty("attachments").GetArrayLength()));
        Assert.Single(await lab.WritesAsync(), write => write.StartsWith("nova", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_service_that_is_down_does_not_hide_the_error_nor_fail_the_phase()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.FaultAsync(new { service = "jira", effect = "status:404" });
        await lab.SetHostAsync(3, new { osVersion = "9.4" });

        var records = await lab.RunAsync("PreDrain", PhaseLab.Target(1), PhaseLab.Target(3));

        Assert.Contains(records, record => record is { Target: "hv01.lab.example", Step: "ticket.comment", Outcome: StepOutcome.Warning });
        var run = lab.Session.Store.List().First();
        Assert.Equal([RunState.Succeeded, RunState.Failed], run.Targets.Select(target => target.State));
        Assert.Contains("runs rocky 9.4", run.Targets[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nova", "PUT /os-services/*", "reset-after-commit")]
    [InlineData("jira", "POST /issue/*/comment", "reset-after-commit")]
    [InlineData("nova", "PUT /os-services/*", "status:503")]
    [InlineData("ssh", "*", "ssh-drop")]
    public async Task What_is_cut_in_the_middle_is_resumed_and_happens_once(string service, string call, string effect)
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.FaultAsync(new { service, call, effect, count = 1 });

        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.ClearFaultsAsync();
        if (lab.Session.Store.List().First().State != RunState.Succeeded)
            await lab.ResumeAsync();

        Assert.Equal(RunState.Succeeded, lab.Session.Store.List().First().State);
        var writes = await lab.WritesAsync();
        // What may be repeated was, where nobody knew: the state is what counts.
        Assert.InRange(writes.Count(write => write.StartsWith("nova PUT", StringComparison.Ordinal)), 1, effect == "reset-after-commit" ? 2 : 1);
        Assert.Single(lab.Session.Store.Entries(lab.Session.Store.List().First().RunId).OfType<Core.Ledger.Intent>(), intent => intent.Action == "openstack.compute-service.disable");
        Assert.Single(writes, write => write.StartsWith("ssh dnf", StringComparison.Ordinal));
        var ticket = (await lab.TicketAsync("MH-101"));
        Assert.InRange(ticket.GetProperty("comments").GetArrayLength(), 1, 2);
        Assert.Equal(ticket.GetProperty("comments").GetArrayLength(), writes.Count(write => write.EndsWith("/comment MH-101", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_without_a_ticket_changes_no_ticket()
    {
        await using var lab = await PhaseLab.StartAsync();

        await lab.RunAsync("PreDrain", PhaseLab.Target(1) with { TicketId = null });

        Assert.Equal(RunState.Succeeded, lab.Session.Store.List().First().State);
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("jira", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_reaches_the_journal_the_log_or_the_ticket()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1), PhaseLab.Target(2));

        var secrets = File.ReadLines(lab.Lab.ConfigurationPath)
            .Select(line => line.Trim().Split(": ", 2))
            .Where(pair => pair is ["password" or "api-token", _])
            .Select(pair => pair[1].Trim('\''))
            .ToList();
        var state = (await lab.StateAsync()).ToString();
        // The lab's state has them all: they are spelled right here.
        Assert.True(secrets.Count >= 3 && secrets.TrueForAll(secret => state.Contains(secret, StringComparison.Ordinal)));
        var files = string.Concat(Directory.EnumerateFiles(lab.Session.Store.StateFolder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.Contains("hv01.lab.example", files, StringComparison.Ordinal);
        var tickets = (await lab.TicketAsync("MH-101")).ToString() + await lab.TicketAsync("MH-102");
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, files + tickets, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_service_that_is_down_does_not_fail_a_target_that_is_resumed()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { repositoriesBroken = true });
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { repositoriesBroken = false });
        await lab.FaultAsync(new { service = "jira", effect = "status:404" });

        await lab.ResumeAsync();

        Assert.Equal(RunState.Succeeded, lab.Session.Store.List().First().State);
    }

    [Fact]
    public async Task A_run_that_is_taken_over_carries_the_new_owners_claim()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { repositoriesBroken = true });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.SetHostAsync(1, new { repositoriesBroken = false });
        await using var other = lab.Open();

        await foreach (var record in other.Runner(MigrationRun.Ticket(other)).ResumeAsync(other.Store.List().First().RunId, new Core.Runbooks.ResumeOptions("bob") { TakeOverReason = "on leave" }, TestContext.Current.CancellationToken))
            Assert.True(record.Outcome is StepOutcome.Passed or StepOutcome.Done or StepOutcome.Unchanged, $"{record.Step} {record.Outcome} {record.Message}");

        Assert.Contains(" bob MH-101]", (await lab.HostAsync(1)).GetProperty("disabledReason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_enables_the_hypervisor_again()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        await foreach (var record in lab.Session.Runner().UndoAsync(lab.Session.Store.List().First().RunId, new Core.Runbooks.UndoOptions(Core.Sessions.SessionScope.Person), TestContext.Current.CancellationToken))
            Assert.NotEqual(StepOutcome.Failed, record.Outcome);

        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
    }
}

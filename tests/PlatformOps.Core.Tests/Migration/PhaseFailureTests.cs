using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What a phase that fails leaves: its on-failure steps, and none where the hypervisor was never its own.</summary>
public sealed class PhaseFailureTests
{
    [Theory]
    [InlineData("PreReinstall", "openstack.compute-service.claim")]
    [InlineData("PostReinstall", "openstack.compute-service.claim")]
    [InlineData("Adoption", "host.os")]
    public async Task What_another_armed_is_left_as_it_is_where_the_phase_was_refused(string phase, string step)
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();

        var records = await lab.RunAsAsync("bob", phase, PhaseLab.Target(1));

        Assert.Equal(step, records.Failed().Step);
        Assert.DoesNotContain(records, record => record.Step.StartsWith("on-failure/", StringComparison.Ordinal));
        Assert.Equal(("install", "Ready For Reinstall"), (await lab.NetworkBootAsync(1), await lab.StatusAsync(1)));
        // The ticket is told that bob was refused.
        Assert.Contains((await lab.TicketAsync("MH-101")).GetProperty("comments").EnumerateArray(), comment => comment.ToString().Contains("by bob", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PreReinstall_that_fails_disarms_names_the_silences_and_moves_the_ticket_and_is_done_again()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        // Its last step, behind what arms the installer.
        await lab.FaultAsync(new { service = "jira", call = "POST /issue/*/transitions", effect = "status:400", after = 1, count = 1 });

        var records = await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        Assert.Equal("ticket.done", records.Failed().Step);
        Assert.Equal(StepOutcome.Done, records.Single(record => record.Step == "aquilon.install").Outcome);
        Assert.Equal(
            [("aquilon.boot", StepOutcome.Done), ("alertmanager.alerts.report", StepOutcome.Reported), ("ticket.transition", StepOutcome.Done)],
            records.Where(record => record.Step.StartsWith("on-failure/", StringComparison.Ordinal)).Select(record => (record.Action, record.Outcome)));
        Assert.Equal(2, records.Single(record => record.Action == "alertmanager.alerts.report").Message.Split("/#/silences/").Length - 1);
        Assert.Equal(("boot", "Pre Bios Failed"), (await lab.NetworkBootAsync(1), await lab.StatusAsync(1)));

        (await lab.ResumeAsync()).AreWell();
        Assert.Equal(("install", "Ready For Reinstall"), (await lab.NetworkBootAsync(1), await lab.StatusAsync(1)));
    }

    [Theory]
    [InlineData(null, "Working On Post Reinstall")]
    [InlineData("Backlog", "Backlog")]
    public async Task PostReinstall_that_fails_stays_disarmed_and_moves_the_ticket_where_a_status_is_named_for_it(string? failed, string left)
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await lab.SetHostAsync(1, new { bootMode = "bios" });
        await lab.ReinstallAsync(1);
        await using var session = lab.Open(failed is null ? null : new Dictionary<string, object> { ["migration.statuses.post-reinstall-failed"] = failed });

        var records = await PhaseLab.RunAsync(session, "PostReinstall", PhaseLab.Target(1));

        Assert.Equal("host.efi", records.Failed().Step);
        Assert.Equal(failed is null ? StepOutcome.Skipped : StepOutcome.Done, records.Single(record => record.Step == "on-failure/ticket.transition").Outcome);
        Assert.Equal(("boot", left), (await lab.NetworkBootAsync(1), await lab.StatusAsync(1)));
    }

    [Fact]
    public async Task Adoption_that_fails_moves_the_ticket_keeps_the_hypervisor_out_of_service_and_is_done_again()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await lab.ReinstallAsync(1);
        (await lab.RunAsync("PostReinstall", PhaseLab.Target(1))).AreWell();
        await lab.SetKayobeAsync(new { trouble = new Dictionary<string, string> { ["hv01.lab.example"] = "failed" } });

        var records = await lab.RunAsync("Adoption", PhaseLab.Target(1));

        Assert.Equal("kayobe.host.configure", records.Failed().Step);
        Assert.Equal(StepOutcome.Done, records.Single(record => record.Step == "on-failure/ticket.transition").Outcome);
        Assert.Equal("Adoption Failed", await lab.StatusAsync(1));
        Assert.Contains("[ops:", (await lab.HostAsync(1)).GetProperty("disabledReason").GetString(), StringComparison.Ordinal);

        await lab.SetKayobeAsync(new { trouble = new { } });
        (await lab.ResumeAsync()).AreWell();
        Assert.Equal("Ready For Test", await lab.StatusAsync(1));
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
    }
}

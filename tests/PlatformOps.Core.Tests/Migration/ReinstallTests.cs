using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What counts as reinstalled, and what is disarmed when.</summary>
public sealed class ReinstallTests
{
    [Fact]
    public async Task A_machine_that_was_restarted_while_it_was_drained_is_not_taken_for_reinstalled()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        await lab.RestartAsync(1);

        var records = await lab.RunAsync("PreReinstall,PostReinstall", PhaseLab.Target(1));

        var wait = Assert.Single(records, record => record.Outcome == StepOutcome.Waiting);
        Assert.Equal("hypervisor.reinstalled", wait.Step);
        Assert.Contains("was not restarted since", wait.Message, StringComparison.Ordinal);
        Assert.Equal("install", await lab.NetworkBootAsync(1));
    }

    [Fact]
    public async Task One_that_was_restarted_from_its_disk_is_waited_for_and_stays_armed()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await lab.RestartAsync(1);

        var wait = Assert.Single(await lab.RunAsync("PostReinstall", PhaseLab.Target(1)), record => record.Outcome == StepOutcome.Waiting);

        Assert.Matches("^If it is not being installed now, .* was started anew .* and runs rocky 8", wait.Message);
        Assert.Equal("install", await lab.NetworkBootAsync(1));
        await lab.ReinstallAsync(1);
        (await lab.ResumeAsync()).AreWell();
        Assert.Equal("boot", await lab.NetworkBootAsync(1));
    }

    [Fact]
    public async Task A_resumed_run_tells_a_reinstall_by_the_boot_that_it_armed_the_installer_in()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        await lab.FaultAsync(new { service = "aquilon", call = "*pxeswitch*", effect = "status:500" });
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).Failed();
        await lab.ClearFaultsAsync();
        await lab.RestartAsync(1);

        (await lab.ResumeAsync()).AreWell();

        Assert.Equal((await lab.HostAsync(1)).GetProperty("bootId").GetString(), lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!.ArmedBootId);
    }

    [Fact]
    public async Task One_that_was_never_handed_to_the_installer_is_not_waited_for_nor_told_to_be_booted()
    {
        await using var lab = await PhaseLab.StartAsync();
        (await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1))).AreWell();
        await lab.ForgetWritesAsync();

        var records = await lab.RunAsync("PostReinstall", PhaseLab.Target(1));
        var status = await new MigrationStatusReader(lab.Session).ReadAsync("hv01.lab.example", "MH-101", TestContext.Current.CancellationToken);

        Assert.Equal("hypervisor.armed", records.Failed().Step);
        Assert.Contains("was never handed to the installer", records.Failed().Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.WritesAsync(), write => !write.StartsWith("jira ", StringComparison.Ordinal));
        Assert.DoesNotContain("boot it", status.NextAction + status.WaitingFor, StringComparison.Ordinal);
        Assert.Equal("Backlog", await lab.StatusAsync(1));
    }

    [Fact]
    public async Task What_came_to_an_armed_one_since_is_not_to_be_wiped()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await lab.SetHostAsync(1, new { leakedAllocations = 1 });

        Assert.Equal("openstack.hypervisor.empty", (await lab.RunAsync("PostReinstall", PhaseLab.Target(1))).Failed().Step);
    }

    [Theory]
    [InlineData("PreReinstall,PostReinstall")]
    [InlineData("PostReinstall")]
    public async Task A_hypervisor_that_is_waited_for_is_silenced_anew_by_each_resume(string phases)
    {
        await using var lab = await PhaseLab.DrainedAsync();
        if (phases == "PostReinstall")
            (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        Assert.Contains(await lab.RunAsync(phases, PhaseLab.Target(1)), record => record.Outcome == StepOutcome.Waiting);
        // Days go by.
        var alertmanager = lab.Session.Get<AlertmanagerClient>();
        foreach (var silence in await alertmanager.NamingAsync("hv01.lab.example", TestContext.Current.CancellationToken))
            await alertmanager.PostAsync(new SilenceRequest(silence.SilenceId, silence.Matchers, silence.StartsAt, DateTimeOffset.UtcNow.AddHours(2), silence.CreatedBy, silence.Comment), silence, TestContext.Current.CancellationToken);

        var records = await lab.ResumeAsync();

        Assert.Equal(("alertmanager.silence", StepOutcome.Done), records.Where(record => record.Outcome == StepOutcome.Done).Select(record => (record.Step, record.Outcome)).Single());
        await using var other = lab.Open();
        var silences = await other.Get<AlertmanagerClient>().NamingAsync("hv01.lab.example", TestContext.Current.CancellationToken);
        Assert.Equal(2, silences.Count);
        Assert.All(silences, silence => Assert.True(silence.EndsAt > DateTimeOffset.UtcNow.AddHours(70), $"{silence.EndsAt:O}"));
    }

    [Fact]
    public async Task Where_nobody_could_tell_a_restart_afterwards_nothing_is_armed()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string?> { ["/proc/sys/kernel/random/boot_id"] = null } });

        var refused = (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).Failed();

        Assert.Equal("hypervisor.dossier.boot", refused.Step);
        Assert.NotEqual("install", await lab.NetworkBootAsync(1));
    }

    [Fact]
    public async Task One_that_came_back_with_another_system_than_wanted_is_not_disarmed()
    {
        await using var lab = await PhaseLab.DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        // Its host key is another, so the wait does not look inside.
        await lab.ReinstallAsync(1, "8.10");

        Assert.Equal("host.os", (await lab.RunAsync("PostReinstall", PhaseLab.Target(1))).Failed().Step);
        Assert.Equal("install", await lab.NetworkBootAsync(1));
    }
}

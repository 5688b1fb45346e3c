using PlatformOps.Core.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What counts as reinstalled, and what is disarmed when.</summary>
public sealed class ReinstallTests
{
    [Fact]
    public async Task A_machine_that_was_restarted_while_it_was_drained_is_not_taken_for_reinstalled()
    {
        await using var lab = await DrainedAsync();
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
        await using var lab = await DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await lab.RestartAsync(1);

        var wait = Assert.Single(await lab.RunAsync("PostReinstall", PhaseLab.Target(1)), record => record.Outcome == StepOutcome.Waiting);

        Assert.Matches("was started anew .* but not installed: it runs rocky 8", wait.Message);
        Assert.Equal("install", await lab.NetworkBootAsync(1));
        await lab.ReinstallAsync(1);
        (await lab.ResumeAsync()).AreWell();
        Assert.Equal("boot", await lab.NetworkBootAsync(1));
    }

    [Fact]
    public async Task A_resumed_run_tells_a_reinstall_by_the_boot_that_it_armed_the_installer_in()
    {
        await using var lab = await DrainedAsync();
        await lab.FaultAsync(new { service = "aquilon", call = "*pxeswitch*", effect = "status:500" });
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).Failed();
        await lab.ClearFaultsAsync();
        await lab.RestartAsync(1);

        (await lab.ResumeAsync()).AreWell();

        Assert.Equal((await lab.HostAsync(1)).GetProperty("bootId").GetString(), lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!.ArmedBootId);
    }

    [Fact]
    public async Task Where_nobody_could_tell_a_restart_afterwards_nothing_is_armed()
    {
        await using var lab = await DrainedAsync();
        await lab.SetHostAsync(1, new { files = new Dictionary<string, string?> { ["/proc/sys/kernel/random/boot_id"] = null } });

        var refused = (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).Failed();

        Assert.Equal("hypervisor.dossier.boot", refused.Step);
        Assert.NotEqual("install", await lab.NetworkBootAsync(1));
    }

    [Fact]
    public async Task One_that_came_back_with_another_system_than_wanted_is_not_disarmed()
    {
        await using var lab = await DrainedAsync();
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        // Its host key is another, so the wait does not look inside.
        await lab.ReinstallAsync(1, "8.10");

        Assert.Equal("host.os", (await lab.RunAsync("PostReinstall", PhaseLab.Target(1))).Failed().Step);
        Assert.Equal("install", await lab.NetworkBootAsync(1));
    }

    private static async Task<PhaseLab> DrainedAsync()
    {
        var lab = await PhaseLab.StartAsync();
        (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
        await lab.MoveServersAwayAsync(1);
        return lab;
    }
}

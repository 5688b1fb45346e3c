using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

public sealed class WholeMigrationTests
{
    [Fact]
    public async Task A_plan_of_all_phases_stops_at_nothing_that_its_own_steps_mend()
    {
        await using var lab = await PhaseLab.StartAsync();

        var plan = await lab.PlanAsync("Setup,PreDrain,Drain,PreReinstall,PostReinstall,Adoption,Finish", PhaseLab.Target(1));

        Assert.Empty(plan.Where(record => record.WouldStop || record.Outcome is StepOutcome.Failed or StepOutcome.Warning).Select(record => $"{record.Phase} {record.Step}: {record.Message}"));
        foreach (var (phase, step) in ((string, string)[])[("PreReinstall", "openstack.hypervisor.empty"), ("PostReinstall", "host.os"), ("Adoption", "host.os")])
            Assert.StartsWith("cannot be told before the changes planned above: ", plan.Single(record => record.Phase == phase && record.Step == step).Message, StringComparison.Ordinal);
        // Without the drain nobody moves its servers away.
        Assert.Contains(await lab.PlanAsync("PreDrain,PreReinstall", PhaseLab.Target(1)), record => record is { Phase: "PreReinstall", Step: "openstack.hypervisor.empty", WouldStop: true });

        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.Session.Effects.RunAsync(new SilenceAlerts(), MigrationRun.TargetOf(PhaseLab.Target(1)), new SilenceAlertsParameters(Duration: TimeSpan.FromHours(20)), null, TestContext.Current.CancellationToken);
        var later = await lab.PlanAsync("Drain,PreReinstall,PostReinstall,Adoption,Finish", PhaseLab.Target(1));
        foreach (var step in (string[])["openstack.compute-service.in-service", "alertmanager.silence.none"])
            Assert.StartsWith("cannot be told before the changes planned above: ", later.Single(record => record.Phase == "Finish" && record.Step == step).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hypervisor_goes_from_its_dossier_to_service_again()
    {
        await using var lab = await PhaseLab.StartAsync();
        var target = PhaseLab.Target(1);

        (await lab.RunAsync("Setup,PreDrain", target)).AreWell();
        Assert.Contains(await lab.RunAsync("Drain", target), record => record.Outcome == StepOutcome.Waiting);
        await lab.MoveServersAwayAsync(1);
        (await lab.ResumeAsync()).AreWell();
        (await lab.RunAsync("PreReinstall", target)).AreWell();
        await lab.SetHostAsync(1, new { reinstall = new { osVersion = "9.5" } });
        (await lab.RunAsync("PostReinstall", target)).AreWell();
        (await lab.RunAsync("Adoption", target)).AreWell();
        (await lab.RunAsync("Finish", target)).AreWell();
    }

    [Fact]
    public async Task A_hypervisor_that_was_never_taken_out_of_service_is_not_finished()
    {
        await using var lab = await PhaseLab.StartAsync();

        var records = await lab.RunAsync("Finish", PhaseLab.Target(1));

        Assert.Contains("has no dossier", records.Single(record => record.Outcome == StepOutcome.Failed).Message, StringComparison.Ordinal);
        Assert.Equal(["hypervisor.identity"], records.Where(record => record.Number > 0).Select(record => record.Step));
    }
}

using PlatformOps.Core.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

public sealed class WholeMigrationTests
{
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

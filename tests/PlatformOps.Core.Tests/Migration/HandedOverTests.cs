using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>A migration whose phases are done by several runs: one that is gone on with knows what the others have done.</summary>
public sealed class HandedOverTests
{
    [Fact]
    public async Task A_drain_that_waited_while_another_run_prepared_the_reinstall_tells_the_ticket_nothing_more()
    {
        await using var lab = await PhaseLab.StartAsync();
        Assert.Contains(await lab.RunAsync("PreDrain,Drain", PhaseLab.Target(1)), record => record.Outcome == StepOutcome.Waiting);
        var waiting = lab.Session.Store.List().First().RunId;
        await lab.MoveServersAwayAsync(1);
        (await lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        var (prepared, status) = (lab.Session.Store.List().First().RunId, await lab.StatusAsync(1));
        await lab.ForgetWritesAsync();

        var left = Assert.Single(await ResumeAsync(lab, waiting));

        Assert.Equal(("Drain", StepOutcome.Skipped), (left.Phase, left.Outcome));
        Assert.StartsWith($"left out: PreReinstall, which comes after Drain, was done by run {prepared} since", left.Message, StringComparison.Ordinal);
        Assert.Equal(status, await lab.StatusAsync(1));
        Assert.Empty(await lab.WritesAsync());
        Assert.Equal(RunState.Succeeded, lab.Session.Store.Describe(waiting).State);
    }

    [Fact]
    public async Task What_the_run_that_had_a_phase_handed_over_changed_is_no_drift()
    {
        await using var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 6, VirtualMachines = 0, Speed = 36000 });
        (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
        Assert.Contains(await lab.RunAsync("PreReinstall,PostReinstall,Adoption", PhaseLab.Target(1)), record => record.Outcome == StepOutcome.Waiting);
        var waiting = lab.Session.Store.List().First().RunId;
        await lab.ReinstallAsync(1);
        (await lab.RunAsync("PostReinstall", PhaseLab.Target(1))).AreWell();

        var records = await ResumeAsync(lab, waiting);

        Assert.Empty(PhaseLab.Problems(records));
        Assert.Equal(("PostReinstall", StepOutcome.Skipped), (records[0].Phase, records[0].Outcome));
        Assert.All(records.Skip(1), record => Assert.Equal("Adoption", record.Phase));
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
        Assert.Equal(RunState.Succeeded, lab.Session.Store.Describe(waiting).State);
    }

    private static async Task<List<StepRecord>> ResumeAsync(PhaseLab lab, string runId)
    {
        await using var other = lab.Open();
        var records = new List<StepRecord>();
        await foreach (var record in other.Runner(MigrationRun.Ticket(other)).ResumeAsync(runId, new ResumeOptions(SessionScope.Person), TestContext.Current.CancellationToken))
            records.Add(record);
        return records;
    }
}

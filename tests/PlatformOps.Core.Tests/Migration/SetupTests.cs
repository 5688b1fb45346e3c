using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

public sealed class SetupTests
{
    [Fact]
    public async Task Root_gets_our_key_once_through_the_normal_account()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(2, new { rootAccess = false });

        var first = await lab.RunAsync("Setup", PhaseLab.Target(2));
        var second = await lab.RunAsync("Setup", PhaseLab.Target(2));

        Assert.Equal(StepOutcome.Done, first.Single(record => record.Step == "host.root-access").Outcome);
        Assert.Equal(StepOutcome.Unchanged, second.Single(record => record.Step == "host.root-access").Outcome);
        Assert.True((await lab.HostAsync(2)).GetProperty("rootAccess").GetBoolean());
        Assert.Single(await lab.WritesAsync(), write => write.StartsWith("ssh tee", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Noops_changes_nothing()
    {
        await using var lab = await PhaseLab.StartAsync();

        var records = await lab.RunAsync("Noops", PhaseLab.Target(1) with { TicketId = null });

        Assert.Equal(StepOutcome.Passed, Assert.Single(records).Outcome);
        Assert.Contains("openstack Nova 2.96 as admin", records[0].Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }
}

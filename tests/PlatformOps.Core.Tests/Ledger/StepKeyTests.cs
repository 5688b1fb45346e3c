using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Tests.Ledger;

public sealed class StepKeyTests
{
    [Fact]
    public void Names_are_what_journals_and_tickets_hold()
    {
        Assert.Equal("batch 2", StepKey.OfBatch(2));
        Assert.Equal("on-failure/light.dim", StepKey.OfFailure("light.dim"));
        Assert.Equal(["tell", "tell#2"], [StepKey.OfAttempt("tell", 1), StepKey.OfAttempt("tell", 2)]);
        Assert.Equal("hv1/P2/run.approval", new StepKey("hv1", "P2", "run.approval").ToApproval());
    }

    [Theory]
    [InlineData("tell", 1)]
    [InlineData("tell#12", 12)]
    [InlineData("tell#", 1)]
    [InlineData("tell#-2", 1)]
    [InlineData("#2", 1)]
    public void The_attempt_is_what_stands_behind_the_last_hash(string name, int attempt) => Assert.Equal(attempt, StepKey.AttemptOf(name));

    [Fact]
    public void A_step_of_on_failure_is_known_by_its_name()
    {
        Assert.True(StepKey.IsOnFailure(StepKey.OfFailure("light.dim")));
        Assert.False(StepKey.IsOnFailure("light.dim"));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class StepRecordsTests
{
    [Fact]
    public void No_text_of_a_record_holds_a_secret()
    {
        using var world = new RunWorld();
        world.Redactor.Add("hunter2hunter2");
        var end = new StepEnd(StepOutcome.Done, "is hunter2hunter2") { Before = "was hunter2hunter2", After = "is hunter2hunter2" };

        var record = StepRecords.From(TestRun.Identity(), new ActionTarget("hypervisor", "hv1"), "Phase", "step", "action", StepKind.Change, 1, end, world.Time.GetUtcNow(), world.Scope);

        Assert.Equal(("was ***", "is ***", "is ***"), (record.Before, record.After, record.Message));
    }
}

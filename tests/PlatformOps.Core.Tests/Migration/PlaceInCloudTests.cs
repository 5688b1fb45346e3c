using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>Whether Nova and Placement have the hypervisor as its dossier has it.</summary>
public sealed class PlaceInCloudTests : IAsyncLifetime
{
    private PhaseLab _lab = null!;

    public async ValueTask InitializeAsync()
    {
        _lab = await PhaseLab.StartAsync();
        (await _lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task As_it_was() => Assert.Equal(StepOutcome.Passed, (await LookAsync()).Outcome);

    [Fact]
    public async Task Another_record_has_lost_what_the_old_one_had()
        => await FailsAsync("has another record .* than before \\(99999999-", was => was with { ServiceId = "99999999-2222-4333-8444-555555555555" });

    [Fact]
    public async Task An_aggregate_is_missing()
        => await FailsAsync("rack-of-old", was => was with { Aggregates = [.. was.Aggregates, new AggregateMembership(99, null, "rack-of-old")] });

    [Fact]
    public async Task Its_zone_is_another()
        => await FailsAsync("zone-of-old", was => was with { AvailabilityZone = "zone-of-old" });

    [Fact]
    public async Task A_trait_that_people_gave_it_is_missing()
        => await FailsAsync("CUSTOM_OF_OLD", was => was with { CustomTraits = [.. was.CustomTraits, "CUSTOM_OF_OLD"] });

    private async Task FailsAsync(string says, Func<ComputeDossier, ComputeDossier> was)
    {
        _lab.Rewrite(dossier => dossier with { Compute = was(dossier.Compute) });
        var answer = await LookAsync();
        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Matches(says, answer.Evidence);
    }

    private Task<CheckResult> LookAsync() => _lab.CheckAsync(new CheckCompute(), new NoParameters());
}

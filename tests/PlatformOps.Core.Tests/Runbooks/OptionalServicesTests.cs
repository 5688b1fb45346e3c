using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class OptionalServicesTests : IDisposable
{
    private const string Head = "runbook: r\ntarget: hypervisor\noptional-services: [radio]\nsteps:\n";

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_step_whose_service_the_site_has_not_is_skipped_with_that_reason_and_nothing_is_asked_for_it()
    {
        _world.Absent.Add("radio");

        var records = await _world.RunAsync(Head + "  - change: light.remote\n    when: \"${fact.gpu}\"\n  - change: light.switch\n", "hv1");

        Assert.Equal([("light.remote", StepOutcome.Skipped), ("light.switch", StepOutcome.Done)], records.Select(record => (record.Step, record.Outcome)));
        Assert.Equal("skipped: the configuration has no section radio", records[0].Message);
        Assert.Equal(0, _world.Catalog.FactReads);
    }

    [Fact]
    public async Task What_a_site_does_not_have_counts_as_left_out_by_nobody()
    {
        _world.Absent.Add("radio");

        var records = await _world.RunAsync(Head + "  - change: light.remote\n  - change: light.smash\n", "hv1");

        Assert.Equal(StepOutcome.Done, records.Single(record => record.Step == "light.smash").Outcome);
    }

    [Fact]
    public async Task Where_the_site_has_it_the_step_runs()
        => Assert.Equal(StepOutcome.Done, Assert.Single(await _world.RunAsync(Head + "  - change: light.remote\n", "hv1")).Outcome);

    // The section may be gone by a slip: what was begun is not passed over.
    [Fact]
    public async Task A_step_in_doubt_is_settled_whether_or_not_its_section_is_there()
    {
        await _world.KilledAsync(_world.Request(Head + "  - change: light.remote\n  - change: light.switch\n", "hv1"), "hv1", "light.remote", happened: true);
        _world.Absent.Add("radio");

        var records = await _world.ResumeAsync();

        Assert.DoesNotContain(records, record => record.Outcome == StepOutcome.Skipped);
        Assert.Equal(("light.remote", StepOutcome.Done), (records[0].Step, records[0].Outcome));
    }

    [Fact]
    public void What_is_needed_is_what_is_there_and_what_the_runbook_cannot_do_without()
    {
        var optional = _world.Reader.Read(Head + "  - change: light.remote\n", "r.yaml");
        var needed = _world.Reader.Read(RunWorld.Head + "  - change: light.remote\n", "r.yaml");

        Assert.Equal((1, 0, 1), (optional.Needs.Count, optional.NeedsAt(_ => false).Count, needed.NeedsAt(_ => false).Count));
    }

    [Theory]
    [InlineData("optional-services: [radoi]", "no step needs 'radoi'. Did you mean 'radio'?")]
    [InlineData("optional-services: [{ radio: true }]", "each is the name of a service")]
    [InlineData("optional-services: radio", "is a list")]
    public void Only_a_service_that_a_step_needs_can_be_optional(string line, string message)
    {
        var error = Assert.ThrowsAny<SourceException>(() => _world.Reader.Read($"runbook: r\ntarget: t\n{line}\nsteps:\n  - change: light.remote\n", "site.yaml"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("site.yaml:3:", error.Message, StringComparison.Ordinal);
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class PlanSummaryTests : IDisposable
{
    private const string Adopt = RunWorld.Head + "  - change: light.dim\n  - change: test.batch-beside\n  - check: test.check\n    name: late\n";

    private const string Smash = RunWorld.Head + "  - change: test.batch-smash\n    when: \"${target.name} != hv1\"\n  - change: light.dim\n";

    private readonly RunWorld _world = new() { Policy = new TargetPolicy { Environment = "test", Targets = new() { Max = 50 } } };

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task It_says_what_cannot_be_taken_back_then_who_else_is_worked_on_then_each_phase_then_how_far_each_comes()
        => Assert.Equal(
            [
                "CANNOT BE TAKEN BACK in P1: light.smash",
                "WORKS ON MORE THAN THESE: P2 test.batch-beside on the neighbours",
                "P1: 2 × light.switch, light.smash",
                "P2: 2 × light.dim; 1 × test.batch-beside",
                "hv1, hv2: 3 changes each",
            ],
            await SummaryAsync(_world.Phases([RunWorld.Head + "  - change: light.switch\n  - change: light.smash\n", Adopt], "hv1", "hv2")));

    [Fact]
    public async Task Twenty_of_which_the_same_is_to_be_said_are_one_line()
    {
        _world.Catalog.Check = target => target is "hv03" or "hv20" ? CheckResult.Failed("dark") : CheckResult.Passed("fine");
        var lines = await SummaryAsync(_world.Request(RunWorld.Simple, [.. Enumerable.Range(1, 20).Select(number => $"hv{number:00}")]));
        Assert.Equal(["Phase: 18 × light.switch, light.dim", "hv01, hv02, hv04 … hv19 (18): 2 changes each", "hv03, hv20: 0 changes each, would stop at Phase test.check"], lines);
    }

    [Fact]
    public async Task Who_has_less_to_change_shares_the_line_all_the_same()
    {
        _world.House.Light("hv2", "light.dim").IsOn = true;
        Assert.Equal(["Phase: 3 × light.switch; 2 × light.dim", "hv1 … hv3 (3): 1 to 2 changes each"], await SummaryAsync(_world.Request(RunWorld.Simple, "hv1", "hv2", "hv3")));
    }

    [Fact]
    public async Task A_target_is_told_by_the_first_thing_that_it_would_not_get_past()
    {
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        Assert.Equal(["P1: 1 × light.switch", "P2: nothing that a target comes to, as things are", "P3: nothing to change", "hv1: 1 change, would stop at P1 test.check"], await SummaryAsync(_world.Phases([RunWorld.Head + "  - change: light.switch\n  - check: test.check\n  - report: test.report\n", RunWorld.Head + "  - change: light.dim\n", RunWorld.Head + "  - check: test.check\n"], "hv1")));
    }

    [Fact]
    public async Task What_none_comes_to_is_not_told_as_if_it_were_done()
    {
        const string Guarded = RunWorld.Head + "  - check: test.check\n  - change: light.smash\n";
        _world.Catalog.Check = target => target == "hv1" ? CheckResult.Failed("dark") : CheckResult.Passed("fine");
        Assert.Equal("CANNOT BE TAKEN BACK in P1, but as things are no target comes so far: light.smash", (await SummaryAsync(_world.Phases([Guarded], "hv1")))[0]);
        Assert.Equal("CANNOT BE TAKEN BACK in P1: light.smash", (await SummaryAsync(_world.Phases([Guarded], "hv1", "hv2")))[0]);
        // Behind a wait it may have changed.
        Assert.Equal("CANNOT BE TAKEN BACK in P2: light.smash", (await SummaryAsync(_world.Phases([RunWorld.Head + "  - wait: test.wait\n", Guarded], "hv1")))[0]);
    }

    [Fact]
    public void Each_destructive_step_of_our_own_says_in_words_what_cannot_be_taken_back()
    {
        var changes = Core.Sessions.Registrations.Runbooks().List().Runbooks.Values.SelectMany(book => book.Steps).Where(step => step.IsDestructive).Select(step => (Change)step.Action).ToList();
        Assert.NotEmpty(changes);
        // One of which not all parameters are known yet.
        Assert.DoesNotContain(changes, change => change.Name == "host.compute-id");
        Assert.Empty(changes.Where(change => change.Loss is null).Select(change => change.Name).Distinct());
    }

    [Fact]
    public async Task Behind_a_wait_no_stop_is_told()
    {
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        Assert.Equal("hv1: 0 changes, may wait at P1 test.wait", (await SummaryAsync(_world.Phases([RunWorld.Head + "  - wait: test.wait\n", RunWorld.Head + "  - check: test.check\n"], "hv1")))[^1]);
    }

    [Fact]
    public async Task A_check_that_may_fail_stops_nothing()
    {
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        var request = _world.Request(RunWorld.Head + "  - check: test.check\n    optional: true\n  - change: light.dim\n", "hv1");
        Assert.Equal("hv1: 1 change", (await SummaryAsync(request))[^1]);
        Assert.Equal((StepOutcome.Warning, "dark"), (await _world.PlanAsync(request)).Where(record => record.Step == "test.check").Select(record => (record.Outcome, record.Message)).Single());
    }

    [Fact]
    public async Task What_a_batch_stops_at_stops_each_of_it_and_is_counted_once_for_each_batch()
    {
        _world.Catalog.Check = target => target == "hv3" ? CheckResult.Failed("dark") : CheckResult.Passed("fine");
        var lines = await SummaryAsync(_world.Request(Adopt, "hv1", "hv2", "hv3") with { BatchSize = 2 });
        Assert.Equal("Phase: 3 × light.dim; 2 × test.batch-beside", lines[1]);
        Assert.Equal(["hv1, hv2: 1 change each", "hv3: 1 change, would stop at Phase late"], lines.Skip(2));
    }

    [Fact]
    public async Task What_a_batch_does_is_planned_for_those_whom_its_condition_lets_through()
    {
        var request = _world.Request(Smash, "hv1", "hv2", "hv3");

        Assert.Equal([("hv1", StepOutcome.Skipped, ""), ("hv2", StepOutcome.Planned, "hv2, hv3")], await BatchRowsAsync(request));
        Assert.Equal(["CANNOT BE TAKEN BACK in Phase: test.batch-smash", "Phase: 1 × test.batch-smash; 3 × light.dim", "hv1 … hv3 (3): 1 change each"], await SummaryAsync(request));
        Assert.Contains("The batch on hv2 and 1 more: ", (await _world.PlanAsync(request)).Single(row => row.Members.Length > 0).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_refused_is_not_counted_on_for_what_the_others_do_together()
    {
        _world.Policy = _world.Policy with { Targets = _world.Policy.Targets with { Protected = ["hv1"] } };
        Assert.Equal([("hv2", StepOutcome.Planned, "hv2, hv3")], await BatchRowsAsync(_world.Request(Adopt, "hv1", "hv2", "hv3")));
    }

    [Fact]
    public async Task Each_batch_is_planned_with_its_targets()
        => Assert.Equal([("hv1", StepOutcome.Planned, "hv1, hv2"), ("hv3", StepOutcome.Planned, "hv3")], await BatchRowsAsync(_world.Request(Adopt, "hv1", "hv2", "hv3") with { BatchSize = 2 }));

    [Fact]
    public async Task Each_of_a_batch_is_asked_for_what_must_hold_and_who_would_be_refused_is_told_alone()
    {
        _world.Catalog.Check = target => target == "hv1" ? CheckResult.Failed("dark") : CheckResult.Passed("fine");
        var request = _world.Request(RunWorld.Head + "  - change: test.batch-smash\n    guard: [test.check]\n", "hv1", "hv2", "hv3");

        Assert.Equal([("hv1", StepOutcome.Unknown, ""), ("hv2", StepOutcome.Planned, "hv2, hv3")], await BatchRowsAsync(request));
        Assert.Equal(["Phase: 1 × test.batch-smash", "hv1: 0 changes, would stop at Phase test.batch-smash", "hv2, hv3: 0 changes each"], (await SummaryAsync(request)).Skip(1));
    }

    [Fact]
    public async Task Who_is_asked_about_alone_is_asked_with_what_is_done_for_it_and_others()
    {
        var request = _world.Request(Smash, "hv1", "hv2", "hv3");
        var plan = await _world.PlanAsync(request);

        Assert.Equal(["CANNOT BE TAKEN BACK in Phase: test.batch-smash", "Phase: 1 × test.batch-smash, light.dim", "hv3: 1 change"], PlanSummary.Of(request, [request.Targets[2]], plan));
        Assert.Equal(["Phase: 1 × light.dim", "hv1: 1 change"], PlanSummary.Of(request, [request.Targets[0]], plan));
    }

    [Fact]
    public async Task Whether_a_run_would_get_past_it_does_not_hang_on_words()
    {
        _world.Catalog.Check = _ => CheckResult.Unknown("would stop here, too");
        var rows = await _world.PlanAsync(_world.Request(RunWorld.Head + "  - check: test.check\n    name: early\n  - change: light.dim\n  - check: test.check\n", "hv1"));
        Assert.Equal([true, false, false], rows.Select(row => row.WouldStop));
        Assert.StartsWith("cannot be told before the changes planned above", rows[2].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("light.switch", "")]
    [InlineData("the sun", "")]
    [InlineData("the moon", "would stop here: dark")]
    public async Task What_a_planned_step_makes_another_stops_no_check_behind_it(string looksAt, string stop)
    {
        (_world.Catalog.LooksAt, _world.Catalog.Brings) = ([looksAt], ["the sun"]);
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        var rows = await _world.PlanAsync(_world.Request(RunWorld.Head + "  - check: test.check\n    name: before\n  - change: light.switch\n  - wait: test.wait\n  - check: test.check\n  - check: test.check\n    name: optional\n    optional: true\n", "hv1"));

        Assert.Equal((StepOutcome.Failed, "would stop here: dark", true), Told("before"));
        var open = (StepOutcome.Unknown, "cannot be told before the changes planned above: now dark", false);
        Assert.Equal(stop.Length == 0 ? open : (StepOutcome.Failed, stop, true), Told("test.check"));
        Assert.Equal(stop.Length == 0 ? open : (StepOutcome.Warning, "dark", false), Told("optional"));

        (StepOutcome, string, bool) Told(string step) => rows.Where(row => row.Step == step).Select(row => (row.Outcome, row.Message, row.WouldStop)).Single();
    }

    [Fact]
    public async Task Many_of_which_each_is_another_case_are_counted()
    {
        _world.Policy = _world.Policy with { Targets = _world.Policy.Targets with { Protected = ["hv*"] } };
        var lines = await SummaryAsync(_world.Request(RunWorld.Simple, [.. Enumerable.Range(1, 20).Select(number => $"hv{number:00}")]));
        Assert.Equal(10, lines.Count);
        Assert.StartsWith("hv01: would be refused: ", lines[1], StringComparison.Ordinal);
        Assert.Equal("… and 12 more targets", lines[^1]);
    }

    [Fact]
    public async Task Going_on_is_about_what_is_still_to_come_and_where_its_targets_are()
    {
        var request = _world.Phases([RunWorld.Head + "  - change: light.smash\n", RunWorld.Head + "  - wait: test.wait\n  - change: test.batch-smash\n  - change: test.batch-beside\n"], "hv1", "hv2", "hv3");
        _world.Catalog.IsOver = _ => false;
        await _world.RunAsync(request with { ThrottleLimit = 3 });

        Assert.Equal(
            [
                "CANNOT BE TAKEN BACK in P2: test.batch-smash",
                "WORKS ON MORE THAN THESE: P2 test.batch-beside on the neighbours",
                "P2: 1 × test.batch-smash, test.batch-beside",
                "hv1 … hv3 (3): Waiting at P2 test.wait; 0 changes each, may wait at P2 test.wait",
            ],
            await ResumeAsync());
    }

    [Fact]
    public async Task Going_on_after_a_failure_tells_where_it_failed_and_not_what_was_left_out_or_done_or_put_back()
    {
        var request = _world.Request(RunWorld.Head + "  - change: light.smash\n    when: \"${target.name} == another\"\n  - change: light.arm\n  - change: light.switch\n  - check: test.check\n  - change: light.dim\non-failure:\n  - change: light.switch\n    with: { to: \"off\" }\n", "hv1", "hv2");
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        await _world.RunAsync(request);

        // What on-failure put back is made again.
        Assert.Equal(["Phase: 2 × light.switch", "hv1, hv2: Failed at Phase test.check; 1 change each, would stop at Phase test.check"], await ResumeAsync());
    }

    [Fact]
    public async Task Going_on_says_the_cautions_of_what_is_to_come_whoever_began_it()
    {
        _world.Catalog.IsOver = _ => false;
        await _world.RunAsync(RunWorld.Head + "  - wait: test.wait\n  - change: light.cut\n", "hv1");

        Assert.Equal(["hv1: IN SERVICE: 2 servers", "Phase: 1 × light.cut", "hv1: Waiting at Phase test.wait; 1 change, may wait at Phase test.wait"], await ResumeAsync());
    }

    [Fact]
    public async Task Going_on_past_an_approval_waits_for_it_no_more()
    {
        await _world.RunAsync(RunWorld.Head + "  - wait: run.approval\n    name: person\n    with: { ask: \"go?\" }\n  - change: light.smash\n", "hv1");

        Assert.Equal("hv1: Waiting at Phase person; 1 change, may wait at Phase person", (await ResumeAsync())[^1]);
        Assert.Equal(
            ["CANNOT BE TAKEN BACK in Phase: light.smash", "You approve: hv1/Phase/person", "Phase: 1 × light.smash", "hv1: Waiting at Phase person; 1 change"],
            await ResumeAsync(approves: true));
    }

    [Fact]
    public async Task Going_on_does_not_list_what_another_run_has_done_since_nor_whom_it_leaves_out()
    {
        _world.PhaseOrder = ["P1", "P2", "P3"];
        string[] phases = [RunWorld.Head + "  - change: light.switch\n", RunWorld.Head + "  - change: light.smash\n", RunWorld.Head + "  - change: light.dim\n"];
        var request = _world.Phases(phases, "hv1", "hv2");
        _world.Catalog.Check = _ => CheckResult.Failed("dark");
        await _world.RunAsync(_world.Phases([RunWorld.Head + "  - check: test.check\n", .. phases.Skip(1)], "hv1", "hv2"));
        _world.Catalog.Check = _ => CheckResult.Passed("fine");
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await AnotherAsync("r2", request with { Targets = [request.Targets[0]], Phases = [new RunbookPhase("P1", _world.Reader.Read(RunWorld.Head + "  - check: test.check\n", "1.yaml")), request.Phases[1]] });
        await AnotherAsync("r3", request with { Targets = [request.Targets[1]], Phases = [request.Phases[2]] });

        Assert.Equal(
            ["P3: 1 × light.dim", "hv1: Failed at P1 test.check; 1 change", "hv2: Failed at P1 test.check; left out: P3, which comes after P1, was done by run r3 since. A new run does P1 again"],
            await ResumeAsync());
    }

    [Fact]
    public async Task Who_else_is_worked_on_is_in_the_plan_and_in_the_record()
    {
        var request = _world.Request(Adopt, "hv1");
        Assert.Equal("called, on the neighbours", (await _world.PlanAsync(request)).Single(record => record.Step == "test.batch-beside").After);
        await _world.RunAsync(request);
        Assert.Equal("called, on the neighbours", Assert.Single(_world.Store.History("r1").Targets.Values.SelectMany(target => target.Steps), step => step.Key.Step == "test.batch-beside").Made!.DesiredText);
    }

    private async Task<IEnumerable<(string Target, StepOutcome Outcome, string Members)>> BatchRowsAsync(RunRequest request)
        => (await _world.PlanAsync(request)).Where(row => row.Step.StartsWith("test.batch", StringComparison.Ordinal)).OrderBy(row => row.Target).Select(row => (row.Target, row.Outcome, string.Join(", ", row.Members)));

    private Task<List<StepRecord>> AnotherAsync(string runId, RunRequest request) => _world.RunAsync(request with { Identity = TestRun.Identity(runId) });

    private async Task<IReadOnlyList<string>> ResumeAsync(bool approves = false)
    {
        var options = new ResumeOptions("alice") { Approve = approves };
        var request = _world.Runner.PlanResume("r1", options);
        var plan = await RunWorld.CollectAsync(_world.Runner.PlanAsync(request, options, TestContext.Current.CancellationToken));
        return PlanSummary.OfResume(request, _world.Store.Describe("r1"), _world.Store.History("r1"), approves, plan);
    }

    private async Task<IReadOnlyList<string>> SummaryAsync(RunRequest request) => PlanSummary.Of(request, request.Targets, await _world.PlanAsync(request));
}

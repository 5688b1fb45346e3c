using PlatformOps.Core.Changes;
using PlatformOps.Core.Reports;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A run that is gone on with tells what it took: every attempt at a step, in the order in which they were made.</summary>
public sealed class AttemptTests : IDisposable
{
    private const string Proved = RunWorld.Head + "  - check: test.check\n  - change: light.smash\n  - change: light.dim\n";

    private readonly RunWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_check_that_failed_before_the_resume_is_told_before_what_passed_after_it()
    {
        await RefusedThenCutAsync();
        await _world.ResumeAsync();

        Assert.Equal(
            [("test.check", StepOutcome.Failed, 1), ("test.check", StepOutcome.Passed, 2), ("light.smash", StepOutcome.Done, 2), ("light.dim", StepOutcome.Interrupted, 2), ("test.check", StepOutcome.Passed, 3), ("light.dim", StepOutcome.Done, 3)],
            Attempts());
    }

    [Fact]
    public async Task A_step_has_one_record_in_the_order_of_the_runbook_with_what_it_took_before()
    {
        await RefusedThenCutAsync();
        await _world.ResumeAsync();

        var steps = StepRecords.From("r1", _world.Store.History("r1"), isUnderWay: false).ToList();

        Assert.Equal([("test.check", StepOutcome.Passed), ("light.smash", StepOutcome.Done), ("light.dim", StepOutcome.Done)], steps.Select(step => (step.Step, step.Outcome)));
        Assert.Equal([(StepOutcome.Failed, "17 servers"), (StepOutcome.Passed, "fine")], steps[0].EarlierAttempts.Select(attempt => (attempt.Outcome, attempt.Message)));
        Assert.True(steps[0].EarlierAttempts[0].StartedAt < steps[0].EarlierAttempts[1].StartedAt && steps[0].EarlierAttempts[1].StartedAt < steps[0].StartedAt);
        Assert.Empty(steps[1].EarlierAttempts);
        Assert.Equal((StepOutcome.Interrupted, "interrupted (off → on)"), Assert.Single(steps[2].EarlierAttempts.Select(attempt => (attempt.Outcome, attempt.Message))));
    }

    [Fact]
    public async Task An_effect_that_was_found_done_after_an_interruption_is_told_at_both_times()
    {
        await _world.KilledAsync(_world.Request(RunWorld.Head + "  - change: light.switch\n", "hv1"), "hv1", "light.switch", happened: true);
        await _world.ResumeAsync();

        Assert.Equal([("light.switch", StepOutcome.Interrupted, 1), ("light.switch", StepOutcome.Done, 2)], Attempts());
    }

    [Fact]
    public async Task What_was_done_and_taken_back_is_told_as_both()
    {
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n", "hv1");
        await _world.UndoAsync();

        Assert.Equal([("light.switch", StepOutcome.Done, 1), ("light.switch", StepOutcome.Undone, 2)], Attempts());
    }

    [Fact]
    public async Task What_is_left_out_again_at_each_resume_is_told_once()
    {
        _world.Catalog.Facts["gpu"] = "false";
        _world.Catalog.Check = _ => CheckResult.Failed("17 servers");
        await _world.RunAsync(RunWorld.Head + "  - change: light.switch\n    when: ${fact.gpu}\n  - check: test.check\n", "hv1");
        await _world.ResumeAsync();

        Assert.Equal([("test.check", StepOutcome.Failed, 1), ("light.switch", StepOutcome.Skipped, 2), ("test.check", StepOutcome.Failed, 2)], Attempts());
    }

    [Fact]
    public async Task Reports_show_what_failed_and_when_the_run_was_taken_up_again()
    {
        await RefusedThenCutAsync();
        await _world.ResumeAsync();

        var report = RunReport.Read(_world.Store, "r1", _world.Time);

        Assert.Empty(report.Troubles());
        var html = report.Render(ReportFormat.Html);
        Ordered(html[html.IndexOf("<h2>Steps</h2>", StringComparison.Ordinal)..], "17 servers", "Failed: hv1 failed", "Taken up again by alice", "light.smash", "light.dim", "Interrupted: the process", "Taken up again by alice", "light.dim");
        Assert.Equal(2, html.Split("<line ").Length - 1);
        Ordered(report.Render(ReportFormat.Markdown), "17 servers", "Taken up again by alice", "light.smash", "Interrupted", "Taken up again by alice", "light.dim");
        Ordered(report.Render(ReportFormat.Json), "17 servers", "\"light.smash\"", "\"light.dim\"", "\"takenUp\"", "\"Failed\"", "\"Interrupted\"");
    }

    private List<(string Step, StepOutcome Outcome, int Process)> Attempts()
        => [.. StepRecords.Attempts("r1", _world.Store.History("r1"), isUnderWay: false).Select(attempt => (attempt.Step.Step, attempt.Step.Outcome, attempt.Process))];

    // The proof fails; in the second process it holds, and that one dies in the last effect.
    private async Task RefusedThenCutAsync()
    {
        _world.Catalog.Check = _ => CheckResult.Failed("17 servers");
        await _world.RunAsync(Proved, "hv1");
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        _world.Catalog.Check = _ => CheckResult.Passed("fine");
        var dim = _world.House.Light("hv1", "light.dim");
        dim.OnApply = _world.Die;
        await _world.DiesAsync(() => _world.ResumeAsync());
        dim.OnApply = null;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
    }

    private static void Ordered(string text, params string[] parts)
    {
        var at = 0;
        foreach (var part in parts)
        {
            at = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"no '{part}' where it should be");
            at += part.Length;
        }
    }
}

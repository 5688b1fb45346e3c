using PlatformOps.PowerShell.Formatting;
using PlatformOps.Runs;

namespace PlatformOps.Cmdlets.Tests.Formatting;

public sealed class StepViewTests
{
    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(12, "12.0s")]
    [InlineData(99.9, "99.9s")]
    [InlineData(100, "1m40s")]
    [InlineData(3599, "59m59s")]
    [InlineData(11_220, "3h07m")]
    [InlineData(187_200, "2d04h")]
    public void Durations_take_at_most_seven_characters(double seconds, string text) =>
        Assert.Equal(text, StepView.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("hv01.lab.example", 80, "hv01")]
    [InlineData("hv01.lab.example", 160, "hv01.lab.example")]
    [InlineData("10.0.0.1", 80, "10.0.0.1")]
    [InlineData("hv01", 80, "hv01")]
    public void A_target_is_shortened_on_a_narrow_screen_only(string target, int width, string shown) =>
        Assert.Equal(shown, StepView.Target(target, width));

    [Theory]
    [InlineData("hv01.lab.example", 16, "hv01.lab.example")]
    [InlineData("hv01.lab.example", 15, "hv01")]
    [InlineData("192.168.100.100", 10, "192.168.100.100")]
    [InlineData(null, 16, "")]
    public void A_host_is_shown_whole_where_it_fits(string? name, int columns, string shown) =>
        Assert.Equal(shown, StepView.Host(name, columns));

    [Theory]
    [InlineData("hypervisor/pre-drain", "rocky 8.10", 80, "pre-drain\nopenstack.compute-service.disable:\nrocky 8.10")]
    [InlineData("PreDrain", "rocky 8.10", 160, "PreDrain openstack.compute-service.disable: rocky 8.10")]
    [InlineData(null, "rocky 8.10", 160, "openstack.compute-service.disable: rocky 8.10")]
    [InlineData("PreDrain", "", 160, "PreDrain openstack.compute-service.disable")]
    public void A_step_is_told_in_one_column(string? phase, string message, int width, string shown) =>
        Assert.Equal(shown, StepView.Told(
            new StepRecord
            {
                RunId = "r1", Target = "hv1", TargetKind = "hypervisor", Phase = phase, Step = "openstack.compute-service.disable", Action = "x", Kind = StepKind.Check, Outcome = StepOutcome.Failed,
                StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Message = message,
            },
            width));

    [Theory]
    [InlineData("host.os", 80, "PreDrain host.os: rocky 8.10 is what\nit was before it was drained")]
    [InlineData("openstack.hypervisor.empty", 80, "PreDrain openstack.hypervisor.empty:\nrocky 8.10 is what it was before it\nwas drained")]
    [InlineData("openstack.compute-service.in-service", 80, "PreDrain\nopenstack.compute-service.in-service:\nrocky 8.10 is what it was before it\nwas drained")]
    [InlineData("host.os", 160, "PreDrain host.os: rocky 8.10 is what it was before it was drained")]
    public void What_passed_is_shown_with_its_evidence(string step, int width, string shown) =>
        Assert.Equal(shown, StepView.Told(Record(step, StepOutcome.Passed, "rocky 8.10 is what it was before it was drained"), width));

    [Fact]
    public void Of_long_evidence_of_what_passed_two_lines_are_shown() => Assert.Equal(
        "PreDrain host.os: one two three four\none two three four one two three four\none two three four one two three fou…",
        StepView.Told(Record("host.os", StepOutcome.Passed, string.Join(' ', Enumerable.Repeat("one two three four", 9))), 80));

    [Theory]
    [InlineData("hv01.lab.example", 16, "hv01.lab.example")]
    [InlineData("nosuch.lab.example", 16, "nosuch.lab\n.example")]
    [InlineData("a-very-long-first-label.example", 16, "a-very-long-first-label.example")]
    [InlineData(null, 16, "")]
    public void A_host_that_does_not_fit_goes_on_below(string? name, int columns, string shown) => Assert.Equal(shown, StepView.WholeHost(name, columns));

    [Fact]
    public void Colours_are_in_the_view_and_only_where_the_host_has_them()
    {
        Assert.Equal("Failed", StepView.Outcome(StepOutcome.Failed, colours: false));
        Assert.Equal("\u001b[31mFailed\u001b[0m", StepView.Outcome(StepOutcome.Failed, colours: true));
    }

    [Theory]
    [InlineData(StepOutcome.Done)]
    [InlineData(StepOutcome.Unchanged)]
    [InlineData(StepOutcome.Skipped)]
    [InlineData(StepOutcome.Reported)]
    [InlineData(StepOutcome.Waiting)]
    public void What_says_why_is_whole(StepOutcome outcome) => Assert.Equal(
        "PreDrain host.os: left as it is,\nbecause somebody changed it since",
        StepView.Told(Record("host.os", outcome, "left as it is, because somebody changed it since"), 80));

    [Fact]
    public void A_list_tells_what_a_step_took_before_a_line_for_each_attempt()
    {
        var passed = Record("host.os", StepOutcome.Passed, "rocky 9.6");
        Assert.Null(StepView.EarlierAttempts(passed));
        Assert.Equal(
            "1970-01-01T00:00:00Z Failed: rocky 8.10\n1970-01-01T00:00:00Z Unknown: no answer",
            StepView.EarlierAttempts(passed with { EarlierAttempts = [Record("host.os", StepOutcome.Failed, "rocky 8.10"), Record("host.os", StepOutcome.Unknown, "no answer")] }));
    }

    private static StepRecord Record(string step, StepOutcome outcome, string message) => new()
    {
        RunId = "r1", Target = "hv1", TargetKind = "hypervisor", Phase = "PreDrain", Step = step, Action = "x", Kind = StepKind.Check, Outcome = outcome,
        StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.Zero, Message = message,
    };

    [Fact]
    public void Targets_of_which_something_is_unknown_or_drifted_are_counted_by_that()
    {
        var run = new OpsRun
        {
            RunId = "r1", Name = "PreDrain", State = RunState.Failed, Environment = "lab", StartedBy = "alice", Machine = "ops1", StartedAt = DateTimeOffset.UnixEpoch, Path = "/runs/r1",
            Targets =
            [
                Target(RunState.Failed, StepOutcome.Unknown), Target(RunState.Succeeded, null), Target(RunState.Failed, StepOutcome.Failed), Target(RunState.Failed, StepOutcome.Drifted),
                Target(RunState.Succeeded, null), Target(RunState.Interrupted, null),
            ],
        };

        Assert.Equal("1 Interrupted, 2 Succeeded, 1 Failed, 1 Unknown, 1 Drifted", StepView.Targets(run));
        Assert.Equal("Drifted", StepView.State(run.Targets[3], colours: false));

        static TargetRun Target(RunState state, StepOutcome? outcome) => new() { Target = "hv1", State = state, Outcome = outcome };
    }

    [Fact]
    public void What_a_server_sent_cannot_move_the_cursor() =>
        Assert.Equal("a b[31mc", StepView.OneLine("a\r\nb\u001b[31mc\u0007"));
}

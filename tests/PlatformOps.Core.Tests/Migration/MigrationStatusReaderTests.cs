using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Sessions;
using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

public sealed class MigrationStatusReaderTests
{
    [Fact]
    public async Task A_run_whose_journal_is_damaged_is_told_and_hides_no_other()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var good = lab.Session.Store.Ids().Single();
        await lab.RunAsync("Noops", PhaseLab.Target(2));
        var damaged = lab.Session.Store.Ids().Single(runId => runId != good);
        var journal = Path.Combine(lab.Session.Store.FolderOf(damaged), "journal");
        var bytes = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 4] ^= 1;
        await File.WriteAllBytesAsync(journal, bytes, TestContext.Current.CancellationToken);

        var status = await new MigrationStatusReader(lab.Session).ReadAsync("hv01.lab.example", null, TestContext.Current.CancellationToken);

        Assert.Equal((good, "PreDrain"), (status.RunId, status.Phase));
        Assert.Contains(damaged, Assert.Single(status.Unknown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hypervisor_is_silenced_until_the_first_of_its_silences_ends_and_only_where_it_has_all()
    {
        await using var lab = await PhaseLab.StartAsync();
        var target = new ActionTarget(ActionTarget.Hypervisor, "hv01.lab.example", "MH-101");
        async Task<DateTimeOffset?> UntilAsync() => (await new MigrationStatusReader(lab.Session).ReadAsync("hv01.lab.example", null, TestContext.Current.CancellationToken)).SilencedUntil;
        Task SilenceAsync(string? matcher, int hours) => lab.Session.Effects.RunAsync(new SilenceAlerts(), target, new SilenceAlertsParameters(matcher, Duration: TimeSpan.FromHours(hours)), null, TestContext.Current.CancellationToken);

        await SilenceAsync("hostname=\"hv01.lab.example\"", 90);
        Assert.Null(await UntilAsync());
        await SilenceAsync(null, 20);
        Assert.InRange(await UntilAsync() ?? default, DateTimeOffset.UtcNow.AddHours(19.9), DateTimeOffset.UtcNow.AddHours(20.1));
    }

    [Theory]
    [InlineData("Draining", "Drain", "move its 2 servers away", "Begun")]
    [InlineData("Drained", "Drain", "move its 2 servers away")]
    [InlineData("Working On Pre Bios", "PreReinstall", "see how far PreReinstall came (claimed by carol in run r0), and go on with it")]
    [InlineData("Pre Bios Failed", "PreReinstall", "mend what failed (MH-101 tells it), then Invoke-MigrationStep -Step PreReinstall")]
    [InlineData("Ready For Reinstall", "PreReinstall", "reinstall it, then Invoke-MigrationStep -Step PostReinstall")]
    [InlineData("Working On Post Reinstall", "PostReinstall", "see how far PostReinstall came (claimed by carol in run r0), and go on with it")]
    [InlineData("Ready For Adoption", "PostReinstall", "adopt it: Invoke-MigrationStep -Step Adoption")]
    [InlineData("Working On Adoption", "Adoption", "see how far Adoption came (claimed by carol in run r0), and go on with it")]
    [InlineData("Adoption Failed", "Adoption", "mend what failed (MH-101 tells it), then Invoke-MigrationStep -Step Adoption")]
    [InlineData("Ready For Test", "Adoption", "test it, then Invoke-MigrationStep -Step Finish")]
    [InlineData("Backlog", "PreDrain", "move its 2 servers away")]
    public async Task The_tickets_status_tells_the_phase_how_it_went_and_what_is_next(string status, string phase, string next, string? state = null)
    {
        await using var lab = await ClaimedAsync();
        await MoveAsync(lab, status);

        var answer = await ReadAsync(lab);

        Assert.Equal((phase, next), (answer.Phase, answer.NextAction));
        Assert.Equal(state ?? (status.StartsWith("Working", StringComparison.Ordinal) ? "Begun" : status.EndsWith("Failed", StringComparison.Ordinal) ? "Failed" : "Done"), answer.PhaseState);
    }

    [Theory]
    [InlineData("Draining", "Invoke-MigrationStep -Step Drain")]
    [InlineData("Drained", "prepare the reinstall: Invoke-MigrationStep -Step PreReinstall")]
    [InlineData("Backlog", "Invoke-MigrationStep -Step Drain")]
    public async Task An_empty_hypervisor_goes_on(string status, string next)
    {
        await using var lab = await ClaimedAsync();
        await lab.MoveServersAwayAsync(1);
        await MoveAsync(lab, status);

        Assert.Equal(next, (await ReadAsync(lab)).NextAction);
    }

    [Fact]
    public async Task A_status_that_a_site_names_for_a_failed_reinstall_is_one()
    {
        await using var lab = await ClaimedAsync();
        await using var session = lab.Open(new Dictionary<string, object> { ["migration.statuses.post-reinstall-failed"] = "Backlog" });

        Assert.Equal("mend what failed (MH-101 tells it), then Invoke-MigrationStep -Step PostReinstall", (await ReadAsync(lab, session)).NextAction);
    }

    [Theory]
    [InlineData("Backlog", "Invoke-MigrationStep -Step Setup, PreDrain")]
    [InlineData("Done", "nothing: its ticket is done")]
    public async Task One_in_service_is_begun_with_unless_its_ticket_is_done(string status, string next)
    {
        await using var lab = await PhaseLab.StartAsync();
        await MoveAsync(lab, status);

        Assert.Equal(("None", next), ((await ReadAsync(lab)).Phase, (await ReadAsync(lab)).NextAction));
    }

    [Theory]
    [InlineData("nova", "GET /servers/detail", "look again: how many servers are on it is not known")]
    [InlineData("nova", "GET /os-services", "look again: Nova did not answer")]
    [InlineData("jira", "*", "look again: Jira did not answer")]
    public async Task What_nobody_told_is_no_answer(string service, string call, string next)
    {
        await using var lab = await ClaimedAsync();
        await MoveAsync(lab, "Drained");
        await lab.FaultAsync(new { service, call, effect = "status:404" });

        var answer = await ReadAsync(lab);

        Assert.NotEmpty(answer.Unknown);
        Assert.Equal(next, answer.NextAction);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_to_be_corrected()
    {
        await using var lab = await PhaseLab.StartAsync();

        Assert.Equal("correct the name: Nova and NetBox know no such hypervisor", (await new MigrationStatusReader(lab.Session).ReadAsync("nix.lab.example", null, TestContext.Current.CancellationToken)).NextAction);
    }

    [Fact]
    public async Task A_failed_run_that_began_later_and_did_less_hides_nothing_that_was_done_since()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain,Drain", PhaseLab.Target(1));
        var first = lab.Session.Store.Ids().Single();
        var waiting = await ReadAsync(lab);
        Assert.Equal($"move its {waiting.ServerCount} servers away, then Resume-OpsRun {first}", waiting.NextAction);
        await lab.SetHostAsync(1, new { osId = "centos" });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        // The second was refused: it left nothing to go on with.
        Assert.Equal((first, waiting.NextAction), ((await ReadAsync(lab)).RunId, (await ReadAsync(lab)).NextAction));

        await lab.SetHostAsync(1, new { osId = "rocky" });
        await lab.MoveServersAwayAsync(1);
        await using (var other = lab.Open())
        {
            await foreach (var record in other.Runner(MigrationRun.Ticket(other)).ResumeAsync(first, new ResumeOptions(SessionScope.Person), TestContext.Current.CancellationToken))
                Assert.True(record.Outcome is not StepOutcome.Failed, record.Message);
        }

        var answer = await ReadAsync(lab);
        Assert.Equal((first, "Drain", "prepare the reinstall: Invoke-MigrationStep -Step PreReinstall"), (answer.RunId, answer.Phase, answer.NextAction));
    }

    [Fact]
    public async Task Who_was_refused_at_the_first_step_has_nothing_to_resume()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { osId = "centos" });
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));

        Assert.Equal("mend what it was refused for (PreDrain host.os: hv01.lab.example runs centos 8.10, not rocky 8), then Invoke-MigrationStep -Step Setup, PreDrain", (await ReadAsync(lab)).NextAction);
    }

    [Theory]
    [InlineData(false, "ask who disabled it and why")]
    [InlineData(true, "correct the name: Nova and NetBox know no such hypervisor")]
    public async Task Whom_a_resume_cannot_help_is_told_what_helps(bool isUnknown, string next)
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = "bob: memory test" });
        var target = isUnknown ? new MigrationTarget { HypervisorName = "nix.lab.example" } : PhaseLab.Target(1);
        await lab.RunAsync("PreDrain", target);

        var answer = await new MigrationStatusReader(lab.Session).ReadAsync(target.HypervisorName, target.TicketId, TestContext.Current.CancellationToken);

        Assert.Equal((RunState.Failed, next), (answer.RunState, answer.NextAction));
    }

    [Fact]
    public async Task Who_was_refused_a_later_phase_goes_on_with_what_is_next()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.RunAsync("PostReinstall", PhaseLab.Target(1));

        Assert.StartsWith("move its 2 servers away (refused: PostReinstall hypervisor.armed: ", (await ReadAsync(lab)).NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_in_the_middle_of_its_work_is_told_and_gone_on_with()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        var next = (await ReadAsync(lab)).NextAction;

        Assert.StartsWith("mend what failed (PreReinstall openstack.hypervisor.empty: ", next, StringComparison.Ordinal);
        Assert.EndsWith($"), then Resume-OpsRun {lab.Session.Store.Ids().First()}", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_could_not_tell_is_nothing_to_decide()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.MoveServersAwayAsync(1);
        await lab.FaultAsync(new { service = "placement", call = "*", effect = "status:404" });
        await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        Assert.StartsWith("mend what failed (PreReinstall openstack.hypervisor.empty: ", (await ReadAsync(lab)).NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_taken_back_is_not_to_be_resumed()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        await lab.UndoAsync();

        Assert.Equal(("None", "Invoke-MigrationStep -Step Setup, PreDrain"), ((await ReadAsync(lab)).Phase, (await ReadAsync(lab)).NextAction));
    }

    [Fact]
    public async Task Without_a_ticket_our_own_runs_tell_how_far_it_is()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.MoveServersAwayAsync(1);
        await lab.RunAsync("PreDrain,Drain", PhaseLab.Target(1) with { TicketId = null });

        var answer = await ReadAsync(lab);

        Assert.Equal(("Drain", "prepare the reinstall: Invoke-MigrationStep -Step PreReinstall"), (answer.Phase, answer.NextAction));
    }

    [Fact]
    public async Task One_that_is_in_service_is_not_to_be_reinstalled_next()
    {
        await using var lab = await PhaseLab.StartAsync();
        await MoveAsync(lab, "Ready For Reinstall");

        Assert.Equal("ask who enabled it and why: it is in service, and PreReinstall is done", (await ReadAsync(lab)).NextAction);
    }

    // Taken out of service from another machine: this ledger knows of nothing.
    private static async Task<PhaseLab> ClaimedAsync()
    {
        var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { serviceDisabled = true, disabledReason = "RL9 [ops:r0 carol MH-101]" });
        return lab;
    }

    // It is in the Backlog from the start.
    private static Task MoveAsync(PhaseLab lab, string status)
        => status == "Backlog" ? Task.CompletedTask : lab.Session.Get<JiraClient>().TransitionAsync("MH-101", status, "[ops:test]", TestContext.Current.CancellationToken);

    private static Task<MigrationStatus> ReadAsync(PhaseLab lab, SessionScope? session = null)
        => new MigrationStatusReader(session ?? lab.Session).ReadAsync("hv01.lab.example", "MH-101", TestContext.Current.CancellationToken);
}

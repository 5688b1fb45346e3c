using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.Alertmanager;

public sealed class SilenceAlertsTests : IAsyncLifetime
{
    private const string OfHost = "hostname=\"hv01.lab.example\"";

    // As the lab's state shows it, without escapes of its own.
    private const string OfInstance = "instance=~\"hv01\\.lab\\.example(:[0-9]+)?\"";
    private const string AsWritten = "instance=~\"hv01\\\\.lab\\\\.example(:[0-9]+)?\"";

    private static readonly string Me = Claim.NameOf(SessionScope.Person);
    private AlertLab _lab = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SilenceAlerts Silence => new();

    public async ValueTask InitializeAsync() => _lab = await AlertLab.StartAsync();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_hypervisor_gets_two_silences_for_72_hours_with_person_ticket_and_run()
    {
        var record = await _lab.RunAsync(Silence, target: AlertLab.Three);

        var silences = await _lab.ActiveAsync();
        Assert.Equal(["hostname=\"hv03.lab.example\"", "instance=~\"hv03\\.lab\\.example(:[0-9]+)?\""], silences.Select(silence => silence.Matchers));
        Assert.All(silences, silence =>
        {
            Assert.Equal((SessionScope.Person, $"RL9 Reinstall {DateTime.UtcNow:yyyy-MM-dd} - ab [ops:{_lab.Session.Effects.RunId} {Me} MH-103]"), (silence.CreatedBy, silence.Comment));
            Assert.InRange(silence.EndsAt, DateTimeOffset.UtcNow.AddHours(71.9), DateTimeOffset.UtcNow.AddHours(72.1));
        });
        Assert.Equal(StepOutcome.Done, record.Outcome);
        Assert.Equal(("not silenced", $"silenced until {silences[0].EndsAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"), (record.Before, record.After));
    }

    [Fact]
    public async Task The_plan_tells_which_alerts_match_and_sends_nothing()
    {
        Assert.EndsWith("(matching now: FilesystemAlmostFull)", (await _lab.PlanAsync(Silence, target: AlertLab.Three)).After, StringComparison.Ordinal);
        Assert.EndsWith("(no alert matches now)", (await _lab.PlanAsync(Silence)).After, StringComparison.Ordinal);
        Assert.Empty(await _lab.WritesAsync());
    }

    [Fact]
    public async Task Again_and_in_another_run_nothing_is_sent()
    {
        await _lab.RunAsync(Silence);
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(Silence)).Outcome);
        _lab.Session = _lab.Open();
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(Silence)).Outcome);
        Assert.Equal(["POST", "POST"], await _lab.WritesAsync());
    }

    [Fact]
    public async Task A_later_phase_extends_in_place_and_keeps_what_the_comment_says()
    {
        await _lab.RunAsync(Silence, new SilenceAlertsParameters(Duration: TimeSpan.FromHours(10), Comment: "memory errors"));
        var before = await _lab.ActiveAsync();
        _lab.Session = _lab.Open();

        await _lab.RunAsync(Silence);

        var after = await _lab.ActiveAsync();
        Assert.Equal(before.Select(silence => (silence.Id, silence.Comment)), after.Select(silence => (silence.Id, silence.Comment)));
        Assert.All(after, silence => Assert.InRange(silence.EndsAt, DateTimeOffset.UtcNow.AddHours(71.9), DateTimeOffset.UtcNow.AddHours(72.1)));
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(Silence, new SilenceAlertsParameters(Duration: TimeSpan.FromHours(5)))).Outcome);
        Assert.Equal(4, (await _lab.WritesAsync()).Count);
    }

    [Fact]
    public async Task In_window_mode_silences_last_as_long_as_the_window()
    {
        _lab.Session = _lab.Open(("alertmanager.silence-mode", "window"), ("alertmanager.comment-template", "until ${window.end} for ${host} by ${person}"));
        var end = _lab.Session.Configuration.Maintenance.EndOf(DateTimeOffset.UtcNow);

        await _lab.RunAsync(Silence);

        Assert.All(await _lab.ActiveAsync(), silence =>
        {
            Assert.InRange(silence.EndsAt, end.AddMinutes(-1), end.AddMinutes(1));
            Assert.StartsWith($"until {end:yyyy-MM-dd} for hv01.lab.example by {SessionScope.Person} [ops:", silence.Comment, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_window_that_begins_later_makes_silences_that_begin_later_and_one_that_is_over_none()
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(2), DateTimeOffset.UtcNow.AddDays(9));
        await _lab.RunAsync(Silence, new SilenceAlertsParameters(From: from, Until: until));
        Assert.Equal(["pending", "pending"], (await _lab.SilencesAsync()).Select(silence => silence.State));
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(Silence, new SilenceAlertsParameters(From: from, Until: until))).Outcome);

        // Wanted at once, those that begin later are replaced.
        await _lab.RunAsync(Silence);
        Assert.Equal(["expired", "expired", "active", "active"], (await _lab.SilencesAsync()).Select(silence => silence.State));

        var error = await Assert.ThrowsAsync<RefusedException>(() => _lab.RunAsync(Silence, new SilenceAlertsParameters(Until: DateTimeOffset.UtcNow.AddHours(-1)), target: "hv02.lab.example"));
        Assert.Contains("over before it begins", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(2)]
    public async Task A_server_whose_clock_differs_silences_at_once(int hours)
    {
        // The lab's clock goes forward only: behind is a session whose own is ahead.
        if (hours > 0)
            await _lab.AdvanceAsync(TimeSpan.FromHours(hours));
        var time = new ShiftedTime(hours < 0 ? TimeSpan.FromHours(-hours) : TimeSpan.Zero);
        _lab.Session = SessionOpening.Open(_lab.Session.Configuration.Path, null, null, time).Scope;

        Assert.Equal(StepOutcome.Done, (await _lab.RunAsync(Silence)).Outcome);
        Assert.Equal(2, (await _lab.ActiveAsync()).Count);
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(Silence)).Outcome);
    }

    [Theory]
    [InlineData("status:400")]
    [InlineData("status:500")]
    [InlineData("status:503")]
    [InlineData("reset")]
    [InlineData("html")]
    public async Task Where_the_second_cannot_be_made_the_first_is_taken_back(string effect)
    {
        await _lab.FaultAsync("POST /silences", effect, after: 1);
        // The gate looks for a while at what nobody knows: that passes by itself here.
        _lab.Session = SessionOpening.Open(_lab.Session.Configuration.Path, null, null, new FakeTimeProvider(DateTimeOffset.UtcNow) { AutoAdvance = TimeSpan.FromSeconds(10) }).Scope;

        await Assert.ThrowsAnyAsync<OpsException>(() => _lab.RunAsync(Silence));

        Assert.Equal((OfHost, "expired"), Assert.Single((await _lab.SilencesAsync()).Select(silence => (silence.Matchers, silence.State))));
        await _lab.ClearFaultsAsync();
        Assert.Equal(StepOutcome.Done, (await _lab.RunAsync(Silence)).Outcome);
        Assert.Equal(2, (await _lab.ActiveAsync()).Count);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_named_with_its_page()
    {
        await _lab.FaultAsync("POST /silences", "status:400", after: 1);
        await _lab.FaultAsync("DELETE /silence/{id}", "status:403");

        var error = await Assert.ThrowsAsync<StepFailedException>(() => _lab.RunAsync(Silence));

        var live = Assert.Single(await _lab.ActiveAsync());
        Assert.Contains($"still live: {_lab.AddressOf("alertmanager")}/#/silences/{live.Id}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_second_cannot_be_extended_the_first_ends_when_it_did()
    {
        await _lab.RunAsync(Silence, new SilenceAlertsParameters(Duration: TimeSpan.FromHours(10)));
        var before = await _lab.ActiveAsync();
        await _lab.FaultAsync("POST /silences", "status:400", after: 1, count: 1);

        await Assert.ThrowsAsync<ServiceException>(() => _lab.RunAsync(Silence));

        Assert.Equal(before, await _lab.ActiveAsync());
    }

    [Theory]
    [InlineData(0, "reset-after-commit")]
    [InlineData(1, "reset-after-commit")]
    [InlineData(0, "truncate")]
    [InlineData(1, "garbage")]
    public async Task What_was_made_without_an_answer_is_found_and_not_made_again(int after, string effect)
    {
        await _lab.FaultAsync("POST /silences", effect, after, count: 1);

        Assert.Equal(StepOutcome.Done, (await _lab.RunAsync(Silence)).Outcome);

        Assert.Equal([OfHost, OfInstance], (await _lab.SilencesAsync()).Select(silence => silence.Matchers));
        Assert.Equal(["POST", "POST"], await _lab.WritesAsync());
    }

    [Fact]
    public async Task Behind_a_cluster_nothing_is_made_twice_because_it_is_not_shown_yet()
    {
        await using var lab = await AlertLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 0, AlertmanagerReadLag = TimeSpan.FromSeconds(0.3) }, new HastyTimeProvider());

        var first = await lab.RunAsync(Silence);
        var second = await lab.RunAsync(Silence, new SilenceAlertsParameters(Duration: TimeSpan.FromHours(80)));
        await lab.RunAsync(new ExpireSilences());

        Assert.Equal((StepOutcome.Done, StepOutcome.Done), (first.Outcome, second.Outcome));
        Assert.Equal(["POST", "POST", "POST", "POST", "DELETE", "DELETE"], await lab.WritesAsync());
        Assert.Equal(["expired", "expired"], (await lab.SilencesAsync()).Select(silence => silence.State));
    }

    [Fact]
    public async Task An_outcome_that_is_not_known_is_found_out_behind_a_cluster_too()
    {
        await using var lab = await AlertLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 0, AlertmanagerReadLag = TimeSpan.FromSeconds(0.3) }, new HastyTimeProvider());
        await lab.FaultAsync("POST /silences", "reset-after-commit", after: 1, count: 1);

        Assert.Equal(StepOutcome.Done, (await lab.RunAsync(Silence)).Outcome);

        Assert.Equal(["POST", "POST"], await lab.WritesAsync());
        Assert.Equal(2, (await lab.ActiveAsync()).Count);
    }

    [Fact]
    public async Task What_another_silenced_for_long_enough_is_not_doubled_but_told()
    {
        await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(10), "fan, ask bob");

        var record = await _lab.RunAsync(Silence);

        Assert.Equal([OfHost, OfInstance], (await _lab.ActiveAsync()).Select(silence => silence.Matchers));
        Assert.Contains("by bob (\"fan, ask bob\")", record.After, StringComparison.Ordinal);

        await _lab.SilenceAsync(AsWritten, TimeSpan.FromDays(20), "RL9 [ops:r0 carol MH-101]", "carol");
        await _lab.RunAsync(new ExpireSilences());
        var unchanged = await _lab.RunAsync(Silence);
        Assert.Equal(StepOutcome.Unchanged, unchanged.Outcome);
        Assert.Contains("by carol (\"RL9 [ops:r0 carol MH-101]\")", unchanged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_silenced_for_too_short_or_differently_does_not_count()
    {
        await _lab.SilenceAsync(OfHost, TimeSpan.FromHours(5), "short");
        await _lab.SilenceAsync($"{OfHost}, job=\"node\"", TimeSpan.FromDays(10), "narrower");
        await _lab.SilenceAsync("hostname=~\"hv01.*\"", TimeSpan.FromDays(10), "wider");

        var record = await _lab.RunAsync(Silence);

        Assert.Contains("by bob (\"short\")", record.Before, StringComparison.Ordinal);
        Assert.Equal(["bob", "bob", "bob", SessionScope.Person, SessionScope.Person], (await _lab.ActiveAsync()).Select(silence => silence.CreatedBy));
    }

    [Fact]
    public async Task Taking_over_writes_our_claim_into_the_same_silence_and_tells_the_ticket()
    {
        var id = await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(10), "RL9 [ops:r0 bob MH-101]");
        var record = await _lab.RunAsync(Silence, takeOver: "bob is on leave");

        var taken = (await _lab.ActiveAsync()).Single(silence => silence.Id == id);
        Assert.EndsWith($" {Me} MH-101]", taken.Comment, StringComparison.Ordinal);
        Assert.InRange(taken.EndsAt, DateTimeOffset.UtcNow.AddDays(9.9), DateTimeOffset.UtcNow.AddDays(10.1));
        Assert.Equal(2, (await _lab.ActiveAsync()).Count);

        Assert.Empty(await _lab.Session.Effects.TellTakeOverAsync(record, new ActionTarget(ActionTarget.Hypervisor, AlertLab.One, "MH-101"), "bob is on leave", Token));
        Assert.Contains("bob had claimed for MH-101", (await _lab.TicketAsync("MH-101")).GetProperty("comments")[0].GetProperty("body").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_expires_what_was_made_and_leaves_what_another_has()
    {
        await _lab.SilenceAsync(OfHost, TimeSpan.FromHours(5), "short");
        await _lab.RunAsync(Silence);

        Assert.Equal(StepOutcome.Undone, Assert.Single(await UndoAsync()).Outcome);

        Assert.Equal("bob", Assert.Single(await _lab.ActiveAsync()).CreatedBy);
    }

    [Fact]
    public async Task Undo_of_an_extension_puts_the_old_end_back()
    {
        await _lab.RunAsync(Silence, new SilenceAlertsParameters(Duration: TimeSpan.FromHours(10)));
        var before = await _lab.ActiveAsync();
        await _lab.Session.Effects.ExitAsync();
        await _lab.RunAsync(Silence);

        Assert.Equal(StepOutcome.Undone, Assert.Single(await UndoAsync()).Outcome);

        Assert.Equal(before, await _lab.ActiveAsync());
    }

    [Fact]
    public async Task Undo_of_a_take_over_gives_it_back()
    {
        var id = await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(10), "RL9 [ops:r0 bob MH-101]");
        var before = (await _lab.ActiveAsync()).Single();
        await _lab.RunAsync(Silence, takeOver: "bob is on leave");

        Assert.Equal(StepOutcome.Undone, Assert.Single(await UndoAsync()).Outcome);

        Assert.Equal(before, Assert.Single(await _lab.ActiveAsync()));
        Assert.Equal(id, before.Id);
    }

    [Fact]
    public async Task What_somebody_changed_since_is_not_undone()
    {
        await _lab.RunAsync(Silence);
        await _lab.ExpireAsync((await _lab.ActiveAsync())[0].Id);

        Assert.Equal(StepOutcome.Drifted, Assert.Single(await UndoAsync()).Outcome);
        Assert.Single(await _lab.ActiveAsync());
    }

    [Fact]
    public async Task Ours_are_expired_all_of_them_and_no_others_and_twice_is_fine()
    {
        await _lab.RunAsync(Silence);
        await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(1), $"made by hand [ops:r9 {Me} MH-101]");
        await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(1), "ask bob");
        await _lab.RunAsync(Silence, target: AlertLab.Three);

        var first = await _lab.RunAsync(new ExpireSilences());
        var second = await _lab.RunAsync(new ExpireSilences());

        Assert.Equal((StepOutcome.Done, StepOutcome.Unchanged), (first.Outcome, second.Outcome));
        Assert.Contains("by bob (\"ask bob\")", second.Message, StringComparison.Ordinal);
        Assert.Equal(["bob", SessionScope.Person, SessionScope.Person], (await _lab.ActiveAsync()).Select(silence => silence.CreatedBy));
    }

    [Fact]
    public async Task What_could_not_be_expired_is_named_and_the_others_are_gone()
    {
        await _lab.RunAsync(Silence);
        await _lab.FaultAsync("DELETE /silence/{id}", "status:403", count: 1);

        var error = await Assert.ThrowsAsync<StepFailedException>(() => _lab.RunAsync(new ExpireSilences()));

        Assert.Contains($"Still live: {_lab.AddressOf("alertmanager")}/#/silences/{Assert.Single(await _lab.ActiveAsync()).Id}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silence_by_its_id_is_changed_or_ended_by_its_owner_or_whoever_takes_it_over()
    {
        var foreign = await _lab.SilenceAsync(OfHost, TimeSpan.FromDays(1), "ask bob");
        await _lab.RunAsync(Silence, new SilenceAlertsParameters(Matcher: "job=\"node\"", Until: DateTimeOffset.UtcNow.AddDays(1)));
        var mine = (await _lab.ActiveAsync()).Single(silence => silence.CreatedBy != "bob");
        var end = DateTimeOffset.UtcNow.AddDays(2);

        Assert.Contains("ask bob", (await Assert.ThrowsAsync<RefusedException>(() => _lab.RunAsync(new ChangeSilence(), new ChangeSilenceParameters(foreign, end)))).Message, StringComparison.Ordinal);
        Assert.Contains("ask bob", (await Assert.ThrowsAsync<RefusedException>(() => _lab.RunAsync(new ExpireSilences(), new ExpireSilencesParameters(Id: foreign)))).Message, StringComparison.Ordinal);
        await _lab.RunAsync(new ChangeSilence(), new ChangeSilenceParameters(mine.Id, end, "longer"));
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(new ChangeSilence(), new ChangeSilenceParameters(mine.Id, end, "longer"))).Outcome);
        await _lab.RunAsync(new ChangeSilence(), new ChangeSilenceParameters(foreign, end), takeOver: "bob agreed");

        var changed = (await _lab.ActiveAsync()).ToDictionary(silence => silence.Id);
        Assert.StartsWith("longer [ops:", changed[mine.Id].Comment, StringComparison.Ordinal);
        Assert.Equal(mine.Comment[mine.Comment.IndexOf("[ops:", StringComparison.Ordinal)..], changed[mine.Id].Comment[7..]);
        Assert.StartsWith("ask bob [ops:", changed[foreign].Comment, StringComparison.Ordinal);
        Assert.All(changed.Values, silence => Assert.InRange(silence.EndsAt, end.AddSeconds(-1), end.AddSeconds(1)));

        await _lab.RunAsync(new ExpireSilences(), new ExpireSilencesParameters(Id: mine.Id));
        Assert.Equal(StepOutcome.Unchanged, (await _lab.RunAsync(new ExpireSilences(), new ExpireSilencesParameters(Id: mine.Id))).Outcome);
        Assert.Contains("does not come back", (await Assert.ThrowsAsync<RefusedException>(() => _lab.RunAsync(new ChangeSilence(), new ChangeSilenceParameters(mine.Id, end)))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => _lab.RunAsync(new ExpireSilences(), new ExpireSilencesParameters(Id: Guid.NewGuid().ToString())));
    }

    [Fact]
    public async Task After_an_interruption_only_what_is_missing_is_made()
    {
        Change change = Silence;
        var (context, parameters) = (_lab.Context(), new SilenceAlertsParameters());
        var before = await change.ObserveAsync(context, parameters, Token);
        await _lab.SilenceAsync(OfHost, TimeSpan.FromHours(72), $"RL9 [ops:r0 {Me} MH-101]", SessionScope.Person);
        var half = await change.ObserveAsync(context, parameters, Token);
        Assert.Equal(ProbeAnswer.NotHappened, await change.ProbeAsync(context, parameters, before, half, Token));

        await change.ApplyAsync(context, parameters, half, Token);

        var whole = await change.ObserveAsync(context, parameters, Token);
        Assert.Equal(ProbeAnswer.Happened, await change.ProbeAsync(context, parameters, before, whole, Token));
        Assert.Equal([OfHost, OfInstance], (await _lab.ActiveAsync()).Select(silence => silence.Matchers));
    }

    [Fact]
    public async Task A_silence_that_ran_out_still_holds_and_one_that_was_taken_away_does_not()
    {
        Change change = Silence;
        var parameters = new SilenceAlertsParameters(Until: DateTimeOffset.UtcNow.AddHours(2));
        await _lab.RunAsync(Silence, parameters);
        var after = await change.ObserveAsync(_lab.Context(), parameters, Token);
        Assert.True(change.StillHolds(_lab.Context(), parameters, after, after));

        await _lab.AdvanceAsync(TimeSpan.FromHours(3));
        var gone = await change.ObserveAsync(_lab.Context(), parameters, Token);
        Assert.False(change.StillHolds(_lab.Context(), parameters, after, gone));
        _lab.Session = SessionOpening.Open(_lab.Session.Configuration.Path, null, null, new ShiftedTime(TimeSpan.FromHours(3))).Scope;
        Assert.True(change.StillHolds(_lab.Context(), parameters, after, gone));
    }

    [Fact]
    public async Task What_alerts_call_a_machine_is_held_against_the_rules_too()
    {
        await File.AppendAllTextAsync(_lab.Session.Configuration.Path, "host-identity:\n  alertmanager: 'gpu-${name}'\n", Token);
        _lab.Session = _lab.Open();
        await _lab.RunAsync(Silence);
        Assert.Equal("hostname=\"gpu-hv01\"", (await _lab.ActiveAsync())[0].Matchers);

        await File.WriteAllTextAsync(_lab.Session.Configuration.Path, (await File.ReadAllTextAsync(_lab.Session.Configuration.Path, Token)).Replace("targets:\n", "targets:\n  protected: ['gpu-*']\n", StringComparison.Ordinal), Token);
        _lab.Session = _lab.Open();
        Assert.Contains("gpu-hv01", (await Assert.ThrowsAsync<RefusedException>(() => _lab.RunAsync(new ExpireSilences()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runbook_silences_by_a_matcher_of_its_own_until_the_window_ends_and_expires_it()
    {
        var context = _lab.Context();
        var end = context.Run.WindowEnd;
        var text = """
            runbook: quiet
            target: hypervisor
            steps:
              - change: alertmanager.silence
                with: { matcher: 'instance=~"${target.fqdn}(:[0-9]+)?"', until: "${run.window.end}", comment: "for ${target.ticket}" }
              - report: alertmanager.alerts.report
              - change: alertmanager.silence.expire
                with: { matcher: 'instance=~"${target.fqdn}(:[0-9]+)?"' }
              - check: alertmanager.alerts.quiet
            """;
        var request = new RunRequest
        {
            Phases = [new RunbookPhase("Quiet", _lab.Session.Runbooks.Reader.Read(text, "quiet.yaml"))],
            Targets = [context.Target],
            Identity = _lab.Session.Identity("quiet"),
        };

        List<StepRecord> records = [];
        await foreach (var record in _lab.Session.Runner().RunAsync(request, Token))
            records.Add(record);

        Assert.Equal([StepOutcome.Done, StepOutcome.Reported, StepOutcome.Done, StepOutcome.Passed], records.Select(record => record.Outcome));
        var silence = Assert.Single(await _lab.SilencesAsync());
        Assert.Equal(("expired", "instance=~\"hv01.lab.example(:[0-9]+)?\""), (silence.State, silence.Matchers));
        Assert.StartsWith("for MH-101 [ops:", silence.Comment, StringComparison.Ordinal);
        Assert.Contains($"until {end.UtcDateTime:yyyy-MM-dd}", records[0].After, StringComparison.Ordinal);
        Assert.Contains($"/#/silences/{silence.Id}", records[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_fires_about_a_host_means_suppressed_alerts_too()
    {
        Check check = new CheckAlertsQuiet();
        Assert.Equal(StepOutcome.Passed, (await check.RunAsync(_lab.Context(), new CheckAlertsQuietParameters(), Token)).Outcome);
        await _lab.SetHostAsync(1, new { reachable = false });
        await _lab.RunAsync(Silence);

        var failed = await check.RunAsync(_lab.Context(), new CheckAlertsQuietParameters(), Token);

        Assert.Equal(StepOutcome.Failed, failed.Outcome);
        Assert.Matches(@"^1 alert fires about hv01\.lab\.example: HostDown \(critical since [0-9TZ:-]+, silenced\): hv01\.lab\.example does not answer\.$", failed.Evidence);
        var ignoring = await check.RunAsync(_lab.Context(), new CheckAlertsQuietParameters(["Host*"]), Token);
        Assert.Equal(StepOutcome.Passed, ignoring.Outcome);
        Assert.EndsWith("; not counted: HostDown", ignoring.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_is_unknown_where_the_watchdog_is_quiet_too()
    {
        Check check = new CheckAlertsQuiet();
        _lab.Session = _lab.Open(("alertmanager.watchdog", "Watchdog"));
        Assert.Equal(StepOutcome.Passed, (await check.RunAsync(_lab.Context(), new CheckAlertsQuietParameters(), Token)).Outcome);
        _lab.Session = _lab.Open(("alertmanager.watchdog", "DeadMansSwitch"));

        var answer = await check.RunAsync(_lab.Context(), new CheckAlertsQuietParameters(), Token);

        Assert.Equal(StepOutcome.Unknown, answer.Outcome);
        Assert.Contains("DeadMansSwitch, which always does, does not either", answer.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_has_alerts_and_the_silences_that_name_the_host_with_their_pages()
    {
        var wide = await _lab.SilenceAsync("hostname=~\"hv0[13].*\"", TimeSpan.FromDays(1), "rack work");
        await _lab.SilenceAsync("hostname=\"hv02.lab.example\"", TimeSpan.FromDays(1), "another");

        var text = await ((Report)new ReportAlerts()).RunAsync(_lab.Context(AlertLab.Three), new NoParameters(), Token);

        Assert.Matches(@"^Alerts about hv03\.lab\.example:\n- FilesystemAlmostFull \(warning since [0-9TZ:-]+, silenced\): /var on hv03\.lab\.example has 8 % left\.\n", text);
        Assert.EndsWith($" by bob: rack work {_lab.AddressOf("alertmanager")}/#/silences/{wide}", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split('\n').Length);
    }

    [Fact]
    public async Task No_password_is_in_the_journal_or_the_log()
    {
        await _lab.RunAsync(Silence);
        await _lab.Session.Effects.ExitAsync();
        var password = (await File.ReadAllLinesAsync(_lab.Session.Configuration.Path, Token)).SkipWhile(line => !line.StartsWith("alertmanager:", StringComparison.Ordinal)).First(line => line.Contains("password:", StringComparison.Ordinal)).Split('\'')[1];

        var files = Directory.GetFiles(_lab.Session.Configuration.StateFolder, "*", SearchOption.AllDirectories);

        Assert.True(files.Length > 1);
        Assert.All(files, file => Assert.DoesNotContain(password, File.ReadAllText(file), StringComparison.Ordinal));
    }

    // What the newest run did, taken back.
    private async Task<List<StepRecord>> UndoAsync()
    {
        var runId = _lab.Session.Effects.RunId!;
        await _lab.Session.Effects.ReleaseAsync(runId);
        List<StepRecord> records = [];
        await foreach (var record in _lab.Session.Runner().UndoAsync(runId, new UndoOptions(SessionScope.Person) { Target = AlertLab.One }, Token))
            records.Add(record);
        return records;
    }

    /// <summary>A clock that is wrong.</summary>
    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}

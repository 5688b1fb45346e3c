using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Tests.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ledger;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class EffectRunnerTests : IAsyncDisposable
{
    private readonly House _house = new();
    private readonly ScriptedSsh _ssh = new();
    private readonly TestSession _session;

    public EffectRunnerTests() => _session = new TestSession(
    [
        new FakeService("house").Makes(_ => _house),
        new FakeService("ssh").Makes(_ => new RemoteShell(_ssh, new SshTransportOptions { UserName = "ops", KnownHosts = new KnownHosts("/nonexistent", HostKeyPolicy.Strict, []) })),
    ]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private EffectRunner Effects => _session.Effects;

    private RunStore Store => _session.Scope.Store;

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Fact]
    public async Task The_first_change_opens_the_run_that_all_are_written_to()
    {
        await SwitchAsync("hv1");
        await SwitchAsync("hv2");

        var run = Assert.Single(Store.List());
        Assert.Equal(("script", RunState.Open, Effects.RunId), (run.Name, run.State, run.RunId));
        Assert.Equal(["hv1", "hv2"], run.Targets.Select(target => target.Target));
        Assert.Equal(["hv1", "hv2"], Store.Entries(run.RunId).OfType<Result>().Select(result => result.Key.Target));
        Assert.Contains("hv2", await File.ReadAllTextAsync(Path.Combine(run.Path, "run.log"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_could_not_be_written_is_let_go_and_the_next_change_opens_another_of_the_same_name()
    {
        await Effects.EnterAsync("rack 12");
        await SwitchAsync("hv1");
        var first = Effects.RunId;
        _session.Files.BeforeOperation = (operation, _) =>
        {
            if (operation != "append")
                return;
            _session.Files.BeforeOperation = null;
            throw new IOException("No space left on device");
        };

        await Assert.ThrowsAsync<LedgerException>(() => SwitchAsync("hv2"));
        _session.Time.Advance(TimeSpan.FromSeconds(1));
        await SwitchAsync("hv2");

        Assert.NotEqual(first, Effects.RunId);
        Assert.Equal([("rack 12", RunState.Open), ("rack 12", RunState.Interrupted)], Store.List().Select(run => (run.Name, run.State)));
        Assert.Equal(1, _house.Light("hv2", "light.switch").Applied);
    }

    [Fact]
    public async Task A_session_whose_run_is_broken_ends_without_a_word()
    {
        await SwitchAsync("hv1");
        _session.Files.BeforeOperation = (operation, _) =>
        {
            if (operation == "append")
                throw new IOException("No space left on device");
        };
        await Assert.ThrowsAsync<LedgerException>(() => SwitchAsync("hv2"));

        await _session.Scope.DisposeAsync();

        Assert.Equal(RunState.Succeeded, Assert.Single(Store.List()).State);
    }

    [Fact]
    public async Task Who_gave_up_before_takes_nobodys_patience_away()
    {
        using var folder = new TemporaryFolder();
        var files = new MemoryLedgerFiles();
        var away = new AwayStore(new FileLedgerStore(files, folder.Path, _session.Time));
        await using var session = new SessionScope(
            new OpsConfiguration { Path = "/etc/ops.yaml", Environment = "test", StateFolder = folder.Path, Sections = new Dictionary<Type, object>() },
            new SecretStore(new Redactor()),
            _session.Time,
            files,
            [new FakeService("house").Makes(_ => _house)],
            away);
        using var leaving = new CancellationTokenSource();
        _house.Light("hv1", "light.switch").Sending = async token =>
        {
            await leaving.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Effects.RunAsync(Change, Target("hv1"), On, null, leaving.Token));
        away.AwayForWrites = 3;

        Assert.Equal(StepOutcome.Done, (await session.Effects.RunAsync(Change, Target("hv2"), On, null, Token)).Outcome);
        Assert.Equal(0, away.AwayForWrites);
    }

    [Fact]
    public async Task A_run_that_another_session_asks_to_stop_ends_and_nothing_more_is_begun()
    {
        await SwitchAsync("hv1");
        var runId = Effects.RunId!;
        await using var other = _session.Open();
        other.Store.RequestStop(runId, RunStopMode.AfterStep);

        foreach (var name in new[] { "hv2", "hv3" })
            Assert.Contains($"Run {runId}, which this session's changes are written to, was stopped on request (AfterStep)", (await Assert.ThrowsAsync<RefusedException>(() => SwitchAsync(name))).Message, StringComparison.Ordinal);

        Assert.Equal(RunState.Stopped, other.Store.Describe(runId).State);
        Assert.Single(Store.List());
        await Effects.ExitAsync();
        await SwitchAsync("hv2");
        Assert.True(_house.Light("hv2", "light.switch").IsOn);
    }

    [Fact]
    public async Task A_run_that_is_asked_to_stop_in_the_middle_of_its_last_effect_ends_with_that()
    {
        _house.Light("hv1", "light.switch").OnApply = () => Store.RequestStop(Effects.RunId!, RunStopMode.AfterStep);

        await SwitchAsync("hv1");

        Assert.Equal(RunState.Stopped, Assert.Single(Store.List()).State);
    }

    [Fact]
    public async Task An_effect_that_is_under_way_is_given_up_where_its_run_is_to_stop_now()
    {
        _house.Light("hv1", "light.switch").Sending = async token =>
        {
            Store.RequestStop(Effects.RunId!, RunStopMode.Now);
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };

        Assert.Contains("(Now)", (await Assert.ThrowsAsync<RefusedException>(() => SwitchAsync("hv1").WaitAsync(TimeSpan.FromSeconds(60), Token))).Message, StringComparison.Ordinal);

        Assert.Equal(RunState.Stopped, Assert.Single(Store.List()).State);
    }

    [Fact]
    public async Task A_plan_opens_none()
    {
        var plan = await Effects.PlanAsync(Change, Target("hv1"), On, null, Token);

        Assert.Equal((StepOutcome.Planned, "off", "on"), (plan.Outcome, plan.Before, plan.After));
        Assert.Null(Effects.RunId);
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task What_is_refused_opens_none()
    {
        await using var session = _session.Open(new TargetRules { Protected = ["hv1"] });

        await Assert.ThrowsAsync<RefusedException>(() => session.Effects.RunAsync(Change, Target("hv1"), On, null, Token));
        await Assert.ThrowsAsync<RefusedException>(() => session.Effects.RunAsync(Change, Target("rack 12"), On, null, Token, [Target("hv2"), Target("hv1")]));
        session.KillSwitch.Set("bob", "stop");
        await Assert.ThrowsAsync<RefusedException>(() => session.Effects.RunAsync(Change, Target("hv2"), On, null, Token));

        Assert.Empty(Store.List());
        Assert.Equal(0, _house.Light("hv2", "light.switch").Applied);
    }

    [Fact]
    public async Task Enter_names_the_run_and_the_markers_of_what_is_made_in_it()
    {
        var change = new MarkedChange();
        await Effects.EnterAsync("rack 12");
        await RunAsync(change, "hv1");
        var first = await Effects.ExitAsync();
        await Effects.EnterAsync("rack 12");
        await RunAsync(change, "hv1");

        Assert.NotEqual(first, Effects.RunId);
        Assert.All(Store.List(), run => Assert.Equal("rack 12", run.Name));
        // The script that is started again finds what it made before.
        Assert.StartsWith("[ops:rack 12/hv1/test.marked-", change.Markers[0], StringComparison.Ordinal);
        Assert.Equal(change.Markers[0], change.Markers[1]);
    }

    [Fact]
    public async Task Without_a_name_a_marker_is_of_this_run_alone()
    {
        var change = new MarkedChange();
        await RunAsync(change, "hv1");
        await Effects.ExitAsync();
        await RunAsync(change, "hv1");

        Assert.NotEqual(change.Markers[0], change.Markers[1]);
        Assert.StartsWith($"[ops:{Effects.RunId}/hv1/", change.Markers[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entering_another_run_ends_the_one_before()
    {
        await Effects.EnterAsync("one");
        await SwitchAsync("hv1");
        _session.Time.Advance(TimeSpan.FromSeconds(1));
        await Effects.EnterAsync("two");
        await SwitchAsync("hv2");

        Assert.Equal([("two", RunState.Open), ("one", RunState.Succeeded)], Store.List().Select(run => (run.Name, run.State)));
        Assert.Equal("two", Effects.Name);
    }

    [Fact]
    public async Task Exit_ends_the_run_and_the_next_change_opens_another_without_a_name()
    {
        await Effects.EnterAsync("one");
        Assert.Null(await Effects.ExitAsync());

        await Effects.EnterAsync("two");
        await SwitchAsync("hv1");
        var ended = await Effects.ExitAsync();
        await SwitchAsync("hv2");

        Assert.Equal((RunState.Succeeded, "two"), (Store.Describe(ended!).State, Store.Describe(ended!).Name));
        Assert.Equal("script", Store.Describe(Effects.RunId!).Name);
    }

    [Fact]
    public async Task Changes_side_by_side_are_written_to_one_run()
    {
        var all = new Rendezvous(8);
        var targets = Enumerable.Range(1, 8).Select(n => $"hv{n}").ToList();
        foreach (var target in targets)
            _house.Light(target, "light.switch").Sending = _ => all.ArriveAsync();

        await Task.WhenAll(targets.Select(target => Task.Run(() => SwitchAsync(target), Token)));

        var run = Assert.Single(Store.List());
        Assert.Equal(targets, run.Targets.Select(target => target.Target).Order());
        Assert.Equal(8, Store.Entries(run.RunId).OfType<Result>().Count(result => result.Outcome == StepOutcome.Done));
    }

    [Fact]
    public async Task Two_changes_of_one_target_do_not_go_side_by_side()
    {
        var (begun, done) = (new TaskCompletionSource(), new TaskCompletionSource());
        _house.Light("hv1", "light.switch").Sending = _ =>
        {
            begun.SetResult();
            return done.Task;
        };
        var first = SwitchAsync("hv1");
        await begun.Task;

        Assert.Contains($"is locked by run {Effects.RunId}", (await Assert.ThrowsAsync<TargetLockedException>(() => RunAsync(new SwitchTargetLight("light.dim"), "hv1"))).Message, StringComparison.Ordinal);

        done.SetResult();
        Assert.Equal(StepOutcome.Done, (await first).Outcome);
        Assert.Equal(0, _house.Light("hv1", "light.dim").Applied);
    }

    [Fact]
    public async Task A_run_is_released_to_be_worked_on_as_a_whole_and_the_next_change_opens_another_of_its_name()
    {
        await Effects.EnterAsync("rack 12");
        await SwitchAsync("hv1");
        var runId = Effects.RunId!;

        Assert.False(await Effects.ReleaseAsync("20260101-000000-000aaa"));
        Assert.Equal(runId, Effects.RunId);
        Assert.True(await Effects.ReleaseAsync(runId));

        await using (var taken = await Store.OpenAsync(runId, "alice", TestContext.Current.CancellationToken))
            Assert.Equal(RunState.Open, Store.Describe(runId).State);
        await SwitchAsync("hv2");
        Assert.NotEqual(runId, Effects.RunId);
        Assert.Equal("rack 12", Store.Describe(Effects.RunId!).Name);
    }

    [Theory]
    [InlineData("release")]
    [InlineData("exit")]
    [InlineData("enter")]
    public async Task A_run_is_not_ended_under_a_change(string how)
    {
        await Effects.EnterAsync("rack 12");
        var (begun, done) = (new TaskCompletionSource(), new TaskCompletionSource());
        _house.Light("hv1", "light.switch").Sending = _ =>
        {
            begun.SetResult();
            return done.Task;
        };
        var change = SwitchAsync("hv1");
        await begun.Task;

        Assert.Contains("changes of it are under way", (await Assert.ThrowsAsync<TargetLockedException>(EndAsync)).Message, StringComparison.Ordinal);

        done.SetResult();
        Assert.Equal(StepOutcome.Done, (await change).Outcome);
        Assert.Equal("rack 12", Effects.Name);
        await EndAsync();
        Assert.Equal(RunState.Succeeded, Assert.Single(Store.List()).State);

        Task EndAsync() => how switch
        {
            "release" => Effects.ReleaseAsync(Effects.RunId!),
            "exit" => Effects.ExitAsync(),
            _ => Effects.EnterAsync("rack 13"),
        };
    }

    [Fact]
    public async Task A_run_with_a_failed_change_has_failed()
    {
        await SwitchAsync("hv1");
        _house.Light("hv2", "light.switch").IsBroken = true;

        await Assert.ThrowsAsync<StepFailedException>(() => SwitchAsync("hv2"));

        var run = Store.Describe((await Effects.ExitAsync())!);
        Assert.Equal((RunState.Failed, RunState.Succeeded, RunState.Failed), (run.State, run.Targets[0].State, run.Targets[1].State));
        Assert.Contains("hv2", Assert.IsType<RunEnded>(Store.Entries(run.RunId)[^1]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_failed_and_was_made_later_is_good()
    {
        var light = _house.Light("hv1", "light.switch");
        light.IsBroken = true;
        await Assert.ThrowsAsync<StepFailedException>(() => SwitchAsync("hv1"));
        light.IsBroken = false;
        await SwitchAsync("hv1");

        Assert.Equal(RunState.Succeeded, Store.Describe((await Effects.ExitAsync())!).State);
    }

    [Fact]
    public async Task A_run_with_a_change_in_doubt_has_failed()
    {
        Cut("reboot");

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => CommandAsync(_session.Scope, "hv1", "reboot"));

        var run = Store.Describe((await Effects.ExitAsync())!);
        Assert.Equal((RunState.Failed, RunState.Failed), (run.State, Assert.Single(run.Targets).State));
    }

    [Fact]
    public async Task A_run_whose_end_cannot_be_written_is_let_go_all_the_same()
    {
        await SwitchAsync("hv1");
        var runId = Effects.RunId!;
        _session.Files.BeforeOperation = (operation, _) =>
        {
            if (operation == "append")
                throw new IOException("No space left on device");
        };
        await Assert.ThrowsAsync<LedgerException>(Effects.ExitAsync);
        _session.Files.BeforeOperation = null;

        Assert.Equal(RunState.Succeeded, Store.Describe(runId).State);
        await SwitchAsync("hv2");
        Assert.NotEqual(runId, Effects.RunId);
    }

    [Fact]
    public async Task A_session_that_is_closed_ends_its_run()
    {
        var session = _session.Open();
        await session.Effects.RunAsync(Change, Target("hv1"), On, null, Token);
        var runId = session.Effects.RunId!;

        await session.DisposeAsync();

        Assert.Equal(RunState.Succeeded, Store.Describe(runId).State);
    }

    [Fact]
    public async Task Taking_over_is_for_one_change_only()
    {
        var change = new MarkedChange();
        await RunAsync(change, "hv1", takeOverReason: "bob is on leave");
        await RunAsync(change, "hv2");

        Assert.Equal(["bob is on leave", null], change.TakeOverReasons);
    }

    [Fact]
    public async Task An_interrupted_command_that_cannot_be_seen_stops_the_same_command_and_no_other()
    {
        Cut("reboot");
        await using (var killed = _session.Open())
            await Assert.ThrowsAsync<OutcomeUnknownException>(() => CommandAsync(killed, "hv1", "reboot"));
        _ssh.On("reboot").On("uptime");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => CommandAsync(_session.Scope, "hv1", "reboot"));
        Assert.Contains("was in the middle of host.command-", refused.Message, StringComparison.Ordinal);
        await CommandAsync(_session.Scope, "hv1", "uptime");
        await CommandAsync(_session.Scope, "hv2", "reboot");
        await SwitchAsync("hv1");
        // Still after all that.
        await Assert.ThrowsAsync<RefusedException>(() => CommandAsync(_session.Scope, "hv1", "reboot"));

        Assert.Equal(["root@hv1: reboot", "root@hv1: uptime", "root@hv2: reboot"], _ssh.Seen);
    }

    [Fact]
    public async Task An_interrupted_command_stops_the_same_one_until_a_person_decides()
    {
        Cut("reboot");
        var killed = _session.Open();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => CommandAsync(killed, "hv1", "reboot"));
        var runId = killed.Effects.RunId!;
        await killed.DisposeAsync();
        _ssh.On("reboot");

        var step = Assert.Single(Store.History(runId).Target("hv1").Steps);
        await _session.Scope.Runner().ResolveAsync(runId, step.Key, StepDecision.NotHappened, "it was up all the time", "alice", TestContext.Current.CancellationToken);

        await CommandAsync(_session.Scope, "hv1", "reboot");
        Assert.Equal(2, _ssh.Seen.Count);
    }

    [Fact]
    public async Task Something_destructive_in_doubt_stops_every_other_change_of_its_target_in_the_same_session_until_a_person_decides()
    {
        var smash = new SwitchTargetLight("light.smash") { Destructive = true };
        var light = _house.Light("hv1", "light.smash");
        light.IsBroken = true;
        light.OnApplied = () => throw new TimeoutException("no answer");
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => RunAsync(smash, "hv1"));
        light.OnApplied = null;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => SwitchAsync("hv1"));
        Assert.Contains($"Run {Effects.RunId} of ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("was in the middle of light.smash-", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => Effects.RunAsync(new SwitchTargetLight("light.dim"), ActionTarget.OfBatch([Target("hv1"), Target("hv2")]), On, null, Token, [Target("hv1"), Target("hv2")]));
        // The same one is looked at.
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => RunAsync(smash, "hv1"));
        await SwitchAsync("hv2");
        Assert.Equal((0, 1), (_house.Light("hv1", "light.switch").Applied, light.Applied));

        var runId = Effects.RunId!;
        await Effects.ReleaseAsync(runId);
        await _session.Scope.Runner().ResolveAsync(runId, Store.History(runId).Target("hv1").Steps.Single(step => step.IsOpen).Key, StepDecision.NotHappened, "it is whole", "alice", TestContext.Current.CancellationToken);
        Assert.Equal(StepOutcome.Done, (await SwitchAsync("hv1")).Outcome);
    }

    [Fact]
    public async Task A_command_in_doubt_stops_no_other_change_in_the_same_session()
    {
        Cut("reboot");
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => CommandAsync(_session.Scope, "hv1", "reboot"));

        Assert.Equal(StepOutcome.Done, (await SwitchAsync("hv1")).Outcome);
    }

    private static SwitchTargetLight Change { get; } = new("light.switch");

    private static SwitchTargetLight.Parameters On { get; } = new();

    private static ActionTarget Target(string name) => new(ActionTarget.Hypervisor, name);

    private Task<StepRecord> SwitchAsync(string target) => RunAsync(Change, target);

    private Task<StepRecord> RunAsync(Change change, string target, string? takeOverReason = null)
        => Effects.RunAsync(change, Target(target), change is MarkedChange ? new NoParameters() : On, takeOverReason, Token);

    private static Task<StepRecord> CommandAsync(SessionScope session, string host, string command)
        => session.Effects.RunAsync(new HostCommandChange(), new ActionTarget(ActionTarget.Host, host), new HostCommandParameters { Argv = [command] }, null, Token);

    // The connection drops while it runs.
    private void Cut(string command) => _ssh.On(command, exit: null);

    /// <summary>Never there before, and remembers in whose name it was asked for.</summary>
    private sealed class MarkedChange : Change<NoParameters, NoParameters>
    {
        public List<string> Markers { get; } = [];

        public List<string?> TakeOverReasons { get; } = [];

        public override string Name => "test.marked";

        public override string Summary => "The mark";

        protected override bool CanObserve(NoParameters parameters) => false;

        protected override Task<NoParameters> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken) => Task.FromResult(parameters);

        protected override bool IsDesired(ActionContext context, NoParameters parameters, NoParameters state) => false;

        protected override Task ApplyAsync(ActionContext context, NoParameters parameters, NoParameters before, CancellationToken cancellationToken)
        {
            Markers.Add(context.Marker);
            TakeOverReasons.Add(context.Run.TakeOverReason);
            return Task.CompletedTask;
        }

        protected override string Describe(NoParameters state) => "no mark";

        protected override string DescribeDesired(ActionContext context, NoParameters parameters, NoParameters before) => "marked";
    }
}

using System.Text;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Ssh;

/// <summary>Commands that outlive their connection, on the lab's hosts; <c>PlatformOps.Peers.Tests</c> has the same on real ones.</summary>
public sealed class DetachedRunTests
{
    private const string Root = "root";
    private const string User = "ops";

    private static readonly DetachedKey Key = DetachedKey.Of("20261120-083000-4f2a", "hv01.lab.example", "Adoption.kayobe configure");

    private readonly RecordingLog _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Users => [Root, User];

    [Fact]
    public void A_key_is_a_unit_and_folder_name_that_nothing_else_has()
    {
        Assert.Matches("^ops-20261120-083000-4f2a-hv01\\.lab\\.example-Adoption\\.kayobe_configure-[0-9a-f]{12}$", Key.Text);
        Assert.Equal(Key, DetachedKey.Of("20261120-083000-4f2a", "hv01.lab.example", "Adoption.kayobe configure"));
        Assert.NotEqual(DetachedKey.Of("a-b", "c", "d"), DetachedKey.Of("a", "b-c", "d"));
        Assert.NotEqual(DetachedKey.Of("a", "b", "é"), DetachedKey.Of("a", "b", "è"));
        Assert.Matches("^ops-[A-Za-z0-9._-]{1,196}$", DetachedKey.Of("r", new string('x', 300), "/../ $(id)\n").Text);
    }

    [Theory, MemberData(nameof(Users))]
    public async Task It_runs_for_hours_of_the_hosts_time_and_streams_as_it_goes(string user)
    {
        await using var lab = await StartAsync();
        // Each stream is in order; which of them is looked at first is not said.
        var (seen, complained) = (new StringBuilder(), new StringBuilder());
        var command = new SshCommand(["sh", "-c", "echo one; sleep 7200; echo two; cat >&2; exit 4"]) { Input = "secret"u8.ToArray(), OnOutput = o => (o.IsError ? complained : seen).Append(Encoding.UTF8.GetString(o.Data.Span)) };

        var result = await Run(lab, user).RunAsync(command, Stop);

        Assert.Equal(4, result.ExitStatus);
        Assert.Equal(("one\ntwo\n", "secret"), (seen.ToString(), complained.ToString()));
        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(result.OutputBytes.Span));
        Assert.Equal("", await OutputAsync(lab, user, "ls", "/dev/shm"));
        Assert.Equal("700\n", await OutputAsync(lab, user, "stat", "-c", "%a", $"{Home(user)}/.local/state/platformops/detached/{Key}"));
        // Of root's, systemd knows; of others only where they linger.
        Assert.Equal(user == Root ? 1 : 0, (await lab.WritesAsync()).Count(w => w == "ssh systemd-run hv01.lab.example"));
    }

    [Theory, MemberData(nameof(Users))]
    public async Task Every_connection_dropping_it_begins_once_and_loses_no_output(string user)
    {
        await using var lab = await StartAsync();
        var command = Waiting("echo 1;", "echo 2; echo 3;");
        var drops = new { service = "ssh", call = "ops-detached", effect = "ssh-drop", count = 3 };
        await lab.FaultAsync(drops);

        // The answers to its first starts, and to looks at it after it began.
        var running = Run(lab, user).RunAsync(command, Stop);
        await BegunAsync(lab, user);
        await lab.FaultAsync(drops);
        await GoAsync(lab, user);

        var result = await running;
        Assert.Equal(5, result.ExitStatus);
        Assert.Equal("1\n2\n3\n", Encoding.UTF8.GetString(result.OutputBytes.Span));
        Assert.Equal("x\n", await OutputAsync(lab, user, "cat", "/tmp/begun"));
    }

    [Theory, MemberData(nameof(Users))]
    public async Task Started_again_by_another_session_it_goes_on_and_its_result_stays(string user)
    {
        await using var lab = await StartAsync();
        var command = Waiting();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var first = Run(lab, user).RunAsync(command, cancel.Token);
        await BegunAsync(lab, user);
        await cancel.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Contains($"left running on hv01.lab.example as {Key}", cancelled.Message);

        await using var other = lab.Open();
        var run = Host(other.Get<RemoteShell>(), user).Detached(Key);
        Assert.Equal(new DetachedState(DetachedPhase.Running), await run.StateAsync(Stop));
        var second = run.RunAsync(command, Stop);
        await GoAsync(lab, user);

        Assert.Equal(5, (await second).ExitStatus);
        Assert.Equal(new DetachedState(DetachedPhase.Ended, 5), await run.StateAsync(Stop));
        Assert.Equal(5, (await run.RunAsync(command, Stop)).ExitStatus);
        Assert.Equal("x\n", await OutputAsync(lab, user, "cat", "/tmp/begun"));
        await run.ForgetAsync(Stop);
        Assert.Equal(new DetachedState(DetachedPhase.Absent), await run.StateAsync(Stop));
    }

    [Fact]
    public async Task Two_at_once_start_it_once()
    {
        await using var lab = await StartAsync();

        var both = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Run(lab, User).RunAsync(new SshCommand(["sh", "-c", "echo x >> /tmp/begun; cat"]) { Input = "in"u8.ToArray() }, Stop))));

        Assert.All(both, r => Assert.Equal("in", Encoding.UTF8.GetString(r.OutputBytes.Span)));
        Assert.Equal("x\n", await OutputAsync(lab, User, "cat", "/tmp/begun"));
    }

    [Fact]
    public async Task A_host_that_was_rebooted_meanwhile_is_unknown_and_begins_nothing_again()
    {
        await using var lab = await StartAsync();
        var running = Run(lab, Root).RunAsync(Waiting(), Stop);
        await BegunAsync(lab, Root);

        await lab.SetHostAsync(1, new { reboot = true });

        var result = await running;
        Assert.Null(result.ExitStatus);
        Assert.Equal("hv01.lab.example was rebooted while it ran", result.Lost);
        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => Run(lab, Root).ChangeAsync(Waiting(), Stop));
        Assert.Contains("hv01.lab.example was rebooted while it ran", unknown.Message);
        Assert.Equal("x\n", await OutputAsync(lab, Root, "cat", "/tmp/begun"));
    }

    [Theory, MemberData(nameof(Users))]
    public async Task Killed_or_stopped_it_is_unknown(string user)
    {
        await using var lab = await StartAsync();
        foreach (var stops in new[] { false, true })
        {
            var run = Run(lab, user);
            var running = run.RunAsync(Waiting(), Stop);
            await BegunAsync(lab, user);

            if (stops)
                Assert.Equal(new DetachedState(DetachedPhase.Lost, Lost: "it was stopped"), await run.StopAsync(Stop));
            else
                await OutputAsync(lab, user, "sh", "-c", $"read pid rest < {Home(user)}/.local/state/platformops/detached/{Key}/claim; kill -KILL -$pid");

            Assert.Contains(stops ? "it was stopped" : "left no exit status", (await running).Lost);
            Assert.Null((await run.RunAsync(Waiting(), Stop)).ExitStatus);
            Assert.Equal("x\n", await OutputAsync(lab, user, "cat", "/tmp/begun"));
            await run.ForgetAsync(Stop);
            await OutputAsync(lab, user, "rm", "/tmp/begun");
        }
    }

    [Fact]
    public async Task A_host_out_of_reach_for_longer_than_the_patience_is_unknown_and_may_still_run()
    {
        await using var lab = await StartAsync();
        var run = new RemoteHost(lab.Session.Get<RemoteShell>().Transport, new SshHost("hv01.lab.example", Root), _log).Detached(Key, TimeSpan.FromMilliseconds(1500));
        var running = run.RunAsync(Waiting(), Stop);
        await BegunAsync(lab, Root);

        await lab.SetHostAsync(1, new { reachable = false });

        var result = await running;
        Assert.Null(result.ExitStatus);
        Assert.Contains($"may still run as {Key}", result.Lost);
        await lab.SetHostAsync(1, new { reachable = true });
        Assert.Equal(DetachedPhase.Running, (await run.StateAsync(Stop)).Phase);
    }

    [Fact]
    public async Task A_host_that_is_not_reached_at_all_ran_nothing()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(1, new { reachable = false });

        await Assert.ThrowsAsync<RemoteHostException>(() => Run(lab, Root).RunAsync(Waiting(), Stop));
    }

    [Fact]
    public async Task The_log_tells_its_start_and_end_and_not_every_look_at_it()
    {
        await using var lab = await StartAsync();

        await Run(lab, Root).RunAsync(new SshCommand(["sh", "-c", "cat; sleep 600"]) { Input = "top-secret"u8.ToArray() }, Stop);

        Assert.Collection(
            _log.Lines,
            l => Assert.Equal($"hv01.lab.example: sh -c 'cat; sleep 600': started as {Key}, runs without us", l),
            l => Assert.Matches($"^hv01.lab.example: sh -c 'cat; sleep 600' as {Key}: exit 0 in [0-9.]+ s, output 10 bytes \\(sha256 [0-9a-f]{{12}}\\), no errors$", l));
    }

    [Theory]
    [InlineData("")]
    [InlineData("noise only\n")]
    [InlineData("ops-detached: ended\n")]
    [InlineData("ops-detached: ended 0 x 5 0\nshort")]
    [InlineData("ops-detached: ended 0 x 1 0\n")]
    [InlineData("ops-detached: ended 0 x -1 1\n")]
    [InlineData("ops-detached: ended 0 x 0 0")]
    [InlineData("ops-detached: done 0 x 0 0\n")]
    public async Task An_answer_that_is_not_whole_tells_nothing(string answer)
    {
        await using var ssh = new ScriptedSsh();
        ssh.On((_, _) => true, (_, _) => Task.FromResult(ScriptedSsh.Result(0, answer)));
        var run = new RemoteHost(ssh, new SshHost("hv1", Root), _log).Detached(Key, TimeSpan.Zero);

        if (answer.EndsWith("short", StringComparison.Ordinal))
            Assert.Equal(DetachedPhase.Ended, (await run.StateAsync(Stop)).Phase);
        else
            await Assert.ThrowsAsync<RemoteHostException>(() => run.StateAsync(Stop));
        Assert.Null((await run.RunAsync(new SshCommand(["x"]), Stop)).ExitStatus);
    }

    [Theory]
    [InlineData("ended", "", "cannot be read")]
    [InlineData("ended", "x", "cannot be read")]
    [InlineData("rebooted", "-", "was rebooted")]
    [InlineData("killed", "-", "left no exit status")]
    public async Task Only_a_number_is_an_exit_status(string phase, string rc, string why)
    {
        await using var ssh = new ScriptedSsh();
        ssh.On((_, _) => true, (_, _) => Task.FromResult(ScriptedSsh.Result(0, $"Welcome!\nops-detached: {phase} {(rc.Length == 0 ? "-" : rc)} x 0 0\n")));

        var state = await new RemoteHost(ssh, new SshHost("hv1", Root), _log).Detached(Key).StateAsync(Stop);

        Assert.Equal(DetachedPhase.Lost, state.Phase);
        Assert.Contains(why, state.Lost);
    }

    private static async Task<PhaseLab> StartAsync()
    {
        var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { rootAccess = true });
        return lab;
    }

    private static SshCommand Waiting(string first = "", string last = "") => new(["sh", "-c", $"echo x >> /tmp/begun; {first} while ! [ -e /tmp/go ]; do sleep 60; done; {last} exit 5"]) { Timeout = TimeSpan.FromMinutes(5) };

    private static string Home(string user) => user == Root ? "/root" : "/home/ops";

    private RemoteHost Host(RemoteShell shell, string user) => shell.As("hv01.lab.example", user, _log);

    private DetachedRun Run(PhaseLab lab, string user) => Host(lab.Session.Get<RemoteShell>(), user).Detached(Key);

    private async Task<string> OutputAsync(PhaseLab lab, string user, params string[] arguments) => await Host(lab.Session.Get<RemoteShell>(), user).ReadTextAsync(arguments, Stop);

    private async Task BegunAsync(PhaseLab lab, string user)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience.Long);
        while (!await Host(lab.Session.Get<RemoteShell>(), user).TestAsync(["test", "-s", "/tmp/begun"], deadline.Token))
            await Task.Delay(10, deadline.Token);
    }

    private async Task GoAsync(PhaseLab lab, string user) => await OutputAsync(lab, user, "touch", "/tmp/go");
}

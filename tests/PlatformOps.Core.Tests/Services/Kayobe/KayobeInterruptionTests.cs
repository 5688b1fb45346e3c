using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Kayobe;

/// <summary>Kayobe's hours survive our process, its connection and its neighbours: nothing is begun twice, and no outcome is guessed.</summary>
public sealed class KayobeInterruptionTests
{
    private const string Configure = "  - change: kayobe.host.configure\n";

    [Fact]
    public async Task A_run_whose_process_died_is_attached_to_and_has_the_outcome_it_has()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.DieInAsync(Configure, 1, 2);
        await lab.SpeedAsync(100_000);

        var records = await lab.ResumeAsync();

        Assert.All(records, record => Assert.Equal(StepOutcome.Done, record.Outcome));
        Assert.Contains("found done after an interruption", records[0].Message);
        Assert.Equal(["overcloud host configure: hv01 hv02"], await lab.RunsAsync());
        Assert.Equal("", await lab.TellAsync("ls", "/home/ops/.local/state/platformops/detached"));
    }

    [Fact]
    public async Task One_that_failed_meanwhile_is_a_failure_and_is_begun_anew_only_when_asked_again()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.SetAsync(new { trouble = new Dictionary<string, string> { [KayobeLab.Name(2)] = "failed" } });
        await lab.DieInAsync(Configure, 1, 2);
        await lab.SpeedAsync(100_000);

        var failed = await lab.ResumeAsync();

        Assert.All(failed, record => Assert.Equal(StepOutcome.Failed, record.Outcome));
        Assert.Contains("hv02.lab.example failed", failed[0].Message);
        Assert.Single(await lab.RunsAsync());

        await lab.SetAsync(new { trouble = new { } });
        Assert.All(await lab.ResumeAsync(), record => Assert.Equal(StepOutcome.Done, record.Outcome));
        Assert.Equal(2, (await lab.RunsAsync()).Count);
    }

    [Fact]
    public async Task One_that_the_control_hosts_reboot_ended_is_unknown_and_a_person_decides()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.DieInAsync(Configure, 1);
        await lab.SetHostAsync("kayobe.lab.example", new { reboot = true });
        await lab.SpeedAsync(100_000);
        await KayobeLab.Until(async () => await IsBackAsync(lab));

        var records = await lab.ResumeAsync();

        Assert.Equal(StepOutcome.Unknown, Assert.Single(records).Outcome);
        Assert.Single(await lab.RunsAsync());
        await lab.ResolveAsync("kayobe.host.configure", StepDecision.NotHappened);
        Assert.Equal(StepOutcome.Done, Assert.Single(await lab.ResumeAsync()).Outcome);
        Assert.Equal(2, (await lab.RunsAsync()).Count);
    }

    [Fact]
    public async Task It_is_found_again_also_where_its_host_has_left_the_inventory_since()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.DieInAsync(Configure, 1);
        await lab.SpeedAsync(100_000);
        // While it runs, another run leaves its host alone.
        await KayobeLab.Until(async () => (await lab.TellAsync("sh", "-c", "cat /home/ops/.local/state/platformops/detached/*/rc; true")).Contains('0', StringComparison.Ordinal));
        await lab.SetNetBoxAsync(1, "planned");
        await lab.ApplyAsync(new BuildInventory(), new NoParameters(), 2);

        Assert.Equal(StepOutcome.Done, Assert.Single(await lab.ResumeAsync()).Outcome);
    }

    [Fact]
    public async Task While_it_runs_or_its_end_is_unknown_another_run_leaves_its_host_alone()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.DieInAsync(Configure, 1);

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new DeployServices(), new NoParameters(), 1));

        Assert.Contains("was in the middle of phase.kayobe.host.configure", error.Message);
        await lab.SpeedAsync(100_000);
        await KayobeLab.Until(async () => (await lab.TellAsync("sh", "-c", "cat /home/ops/.local/state/platformops/detached/*/rc; true")).Contains('0', StringComparison.Ordinal));
        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new DeployServices(), new NoParameters(), 1)).Outcome);
    }

    [Fact]
    public async Task An_inventory_that_was_cut_short_is_built_again()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 10);
        await lab.DieInAsync("  - change: kayobe.inventory\n", 1);
        await lab.SetHostAsync("kayobe.lab.example", new { reboot = true });
        await lab.SpeedAsync(100_000);
        await KayobeLab.Until(async () => await IsBackAsync(lab));

        Assert.Equal(StepOutcome.Done, Assert.Single(await lab.ResumeAsync()).Outcome);
    }

    [Fact]
    public async Task A_connection_that_drops_on_the_way_loses_nothing()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 600);
        var running = lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1);
        await KayobeLab.Until(async () => (await lab.RunsAsync()).Count > 0);
        await lab.FaultAsync(new { service = "ssh", call = "ops-detached", effect = "ssh-drop", count = 3 });

        Assert.Equal(StepOutcome.Done, (await running).Outcome);
        Assert.Single(await lab.RunsAsync());
    }

    [Fact]
    public async Task Two_at_once_come_one_after_the_other()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 3600);

        await Task.WhenAll(Enumerable.Range(1, 3).Select(number => Task.Run(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), number))));

        Assert.Equal(3, (await lab.RunsAsync()).Count);
        Assert.Equal(1, (await lab.StateAsync()).GetProperty("mostAtOnce").GetInt32());
    }

    [Fact]
    public async Task What_a_dead_process_left_running_is_waited_for_by_whoever_comes_next()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        await lab.DieInAsync(Configure, 1);
        var next = Task.Run(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 2));
        await KayobeLab.Until(async () => (await lab.TellAsync("ls", "/home/ops/.local/state/platformops/detached")).Split('\n').Length > 2);
        Assert.Single(await lab.RunsAsync());
        await lab.SpeedAsync(100_000);

        Assert.Equal(StepOutcome.Done, (await next).Outcome);
        Assert.Equal(1, (await lab.StateAsync()).GetProperty("mostAtOnce").GetInt32());
    }

    [Fact]
    public async Task An_inventory_that_changed_while_the_lock_was_waited_for_stops_it()
    {
        await using var lab = await KayobeLab.StartAsync();
        var context = lab.Context(KayobeLab.Name(1));
        Change change = new ConfigureHosts();
        var before = await change.ObserveAsync(context, new ConfigureHostsParameters(), TestContext.Current.CancellationToken);
        await lab.SetNetBoxAsync(1, "planned");
        await lab.ApplyAsync(new BuildInventory(), new NoParameters(), 1);

        await Assert.ThrowsAsync<RefusedException>(() => change.GuardAsync(context, new ConfigureHostsParameters(), before, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_had_to_hold_is_asked_again_when_another_on_the_control_host_is_through()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        var other = lab.HoldAsync(3600);
        await lab.HeldAsync();
        var running = lab.RunAsync(Configure, TestContext.Current.CancellationToken, 1);
        await lab.WaitedForAsync();
        // Meanwhile somebody puts it into service.
        await lab.SetHostAsync(KayobeLab.Name(1), new { serviceDisabled = false });
        await lab.SpeedAsync(100_000);
        await other;

        var refused = Assert.Single(await running);

        Assert.Equal(StepOutcome.Failed, refused.Outcome);
        Assert.Contains("in service", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.RunsAsync());
    }

    [Fact]
    public async Task The_kill_switch_holds_behind_the_queue_on_the_control_host()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        var other = lab.HoldAsync(3600);
        await lab.HeldAsync();
        var running = lab.RunAsync(Configure, TestContext.Current.CancellationToken, 1);
        await lab.WaitedForAsync();
        lab.Session.KillSwitch.Set("alice", "stop all");
        await lab.SpeedAsync(100_000);
        await other;

        var refused = Assert.Single(await running);

        Assert.Contains("nothing was sent", refused.Message, StringComparison.Ordinal);
        Assert.Contains("stop all", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.RunsAsync());
    }

    [Fact]
    public async Task One_that_died_in_the_queue_was_never_begun_and_is_begun_once()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60);
        var other = lab.HoldAsync(3600);
        await lab.HeldAsync();
        await lab.DieAsync(Configure, lab.WaitedForAsync, 1);
        await lab.SpeedAsync(100_000);
        await other;

        Assert.Equal(StepOutcome.Done, Assert.Single(await lab.ResumeAsync()).Outcome);
        Assert.Equal(["overcloud host configure: hv01"], await lab.RunsAsync());
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_that_nothing_was_begun()
    {
        await using var lab = await KayobeLab.StartAsync(speed: 60, overrides: ("kayobe.wait-for-others", "0s"));
        var other = lab.HoldAsync(3600);
        await lab.HeldAsync();

        var error = await Assert.ThrowsAsync<StepFailedException>(() => lab.ApplyAsync(new ConfigureHosts(), new ConfigureHostsParameters(), 1));

        Assert.Contains("nothing was begun", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.RunsAsync());
        await lab.SpeedAsync(100_000);
        await other;
    }

    private static async Task<bool> IsBackAsync(KayobeLab lab)
    {
        try
        {
            return (await lab.TellAsync("true")).Length == 0;
        }
        catch (RemoteHostException)
        {
            return false;
        }
    }
}

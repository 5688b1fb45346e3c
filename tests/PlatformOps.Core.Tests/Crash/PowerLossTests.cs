using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Tests.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>Whole runs on a machine that loses its power at each change of its disk: what was not fsynced is gone, and what was done is still known.</summary>
public sealed class PowerLossTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunWorld _world = new();
    private int _machines;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task At_any_moment_what_happened_is_known_and_is_not_done_twice()
    {
        var whole = NewMachine();
        var changes = await RunAsync(whole, null);
        Assert.InRange(changes, 40, 200);

        for (var change = 1; change <= changes; change++)
        {
            var machine = NewMachine();
            await RunAsync(machine, change);
            machine.Disk.LosePower();
            await GoOnAsync(machine, $"power lost after change {change} of the disk");
        }
    }

    /// <summary>The first process leaves what it had begun on a disk that has not flushed it; the second builds on that.</summary>
    [Fact]
    public async Task What_a_killed_process_had_not_flushed_is_flushed_before_another_builds_on_it()
    {
        var changes = await RunAsync(NewMachine(), null);
        for (var change = 1; change <= changes; change++)
        {
            var machine = NewMachine();
            await RunAsync(machine, change);
            // The power goes in the middle of the next effect.
            var process = new MortalDisk(machine.Disk);
            foreach (var light in machine.House.Lights)
                light.OnApplied = Die;
            machine.House.OnMade = (_, _, light) => light.OnApplied = Die;
            await BeginOrResumeAsync(machine, process);
            machine.House.OnMade = null;
            foreach (var light in machine.House.Lights)
                light.OnApplied = null;
            machine.Disk.LosePower();
            await GoOnAsync(machine, $"killed after change {change} of the disk, and power lost in the next effect");

            void Die()
            {
                process.Die();
                throw new IOException("the process is dead");
            }
        }
    }

    /// <summary>Once, or from then on; the power goes behind it or not.</summary>
    [Theory]
    [InlineData("No space left on device", false, false)]
    [InlineData("No space left on device", true, false)]
    [InlineData("Input/output error", false, true)]
    [InlineData("Input/output error", true, true)]
    public async Task A_disk_that_takes_no_more_is_told_and_what_happened_is_known(string error, bool forGood, bool losesPower)
    {
        string? name = "";
        for (var change = 1; name is not null; change++)
        {
            var machine = NewMachine();
            var process = new MortalDisk(machine.Disk);
            var seen = 0;
            name = null;
            process.Fault = call =>
            {
                if (!machine.Disk.Holds(call.Path) || ++seen < change || (seen > change && !forGood))
                    return null;
                name ??= $"{call.Name} {Path.GetFileName(call.Path)}";
                return new IOException($"{error} : '{call.Path}'");
            };

            Exception? told = null;
            try
            {
                await foreach (var record in RunnerOf(machine, process).RunAsync(Request(), Token))
                    told ??= record.Error;
            }
            catch (OpsException e)
            {
                told = e;
            }

            var when = $"{error} at change {change} ({name})";
            Assert.True(name is null || told?.Message.Contains(error, StringComparison.Ordinal) == true, $"{when}: {told?.Message ?? "not told"}");
            if (losesPower)
                machine.Disk.LosePower();
            await GoOnAsync(machine, when);
        }
    }

    [Fact]
    public void What_was_replaced_or_removed_stays_so()
    {
        var machine = NewMachine();
        var killSwitch = new KillSwitch(new FileLedgerStore(new LedgerFiles(new MortalDisk(machine.Disk)), machine.State, _world.Time), _world.Time);
        killSwitch.Set("alice", "first");
        killSwitch.Set("bob", "second");
        machine.Disk.LosePower();
        Assert.Equal("second", killSwitch.Read()?.Reason);

        killSwitch.Clear();
        machine.Disk.LosePower();
        Assert.Null(killSwitch.Read());
    }

    // Known, and then as if nothing had been.
    private async Task GoOnAsync(Machine machine, string when)
    {
        var store = StoreOf(machine, new MortalDisk(machine.Disk));
        foreach (var target in (string[])["hv1", "hv2"])
        {
            foreach (var action in (string[])["light.switch", "light.dim"])
            {
                var known = store.Ids().Contains("r1") ? store.History("r1").Target(target).Find(new StepKey(target, "Phase", action)) : null;
                Assert.True(machine.House.Light(target, action).Applied == 0 || known?.Intent is not null, $"{when}: {action} on {target} happened, and the journal knows nothing of it.");
            }
        }

        await BeginOrResumeAsync(machine, new MortalDisk(machine.Disk));

        Assert.True(store.Describe("r1").State == RunState.Succeeded, $"{when}: {store.Describe("r1").State}");
        Assert.All(machine.House.Lights, light => Assert.True((light.IsOn, light.Applied) == (true, 1), $"{when}: {light.Applied} times"));
    }

    private async Task BeginOrResumeAsync(Machine machine, MortalDisk process)
    {
        var store = StoreOf(machine, process);
        // As people do: a run that nothing was written of is begun anew.
        var isKnown = store.Ids().Contains("r1") && store.History("r1").Started is not null;
        var runner = RunnerOf(machine, process);
        await WorkAsync(process, isKnown ? runner.ResumeAsync("r1", new ResumeOptions("alice"), Token) : runner.RunAsync(Request(), Token));
    }

    /// <returns>How many changes of the disk it took.</returns>
    private async Task<int> RunAsync(Machine machine, int? dieAfter)
    {
        var process = new MortalDisk(machine.Disk);
        var changes = 0;
        process.OnCall = (_, isDone) =>
        {
            if (isDone && Interlocked.Increment(ref changes) == dieAfter)
                process.Die();
        };
        await WorkAsync(process, RunnerOf(machine, process).RunAsync(Request(), Token));
        return changes;
    }

    private static async Task WorkAsync(MortalDisk process, IAsyncEnumerable<StepRecord> run)
    {
        try
        {
            await foreach (var _ in run)
            {
            }
        }
        catch (Exception e) when (process.IsDead && e is LedgerException or IOException)
        {
        }
    }

    private RunRequest Request() => _world.Request(RunWorld.Simple, "hv1", "hv2") with { ThrottleLimit = 1 };

    private RunbookRunner RunnerOf(Machine machine, MortalDisk process) => new(
        _world.Scope with { Clients = new TestRun.OneClient(machine.House), Store = StoreOf(machine, process), KillSwitch = new KillSwitch(new FileLedgerStore(new LedgerFiles(process), machine.State, _world.Time), _world.Time) },
        _world.Reader);

    private RunStore StoreOf(Machine machine, MortalDisk process) => new(new LedgerFiles(process), machine.State, _world.Time);

    private Machine NewMachine()
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder.Path, $"m{++_machines}")).FullName;
        // As under a home folder that has none of it yet.
        return new Machine(new DurableDisk(root), Path.Combine(root, ".local", "state", "platformops"), new House());
    }

    private sealed record Machine(DurableDisk Disk, string State, House House);
}

using System.Text;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Crash;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Simulation;

/// <summary>
/// A whole migration that a seed makes up: how many hypervisors, what the services do wrong and how often, when processes die, what somebody else does meanwhile.
/// After some processes all that ends, and the migration must end well; at no time may it do harm.
/// </summary>
internal sealed class SimulatedMigration : IAsyncDisposable
{
    private const int StormyProcesses = 6;
    private const int Processes = 40;

    private static readonly string[] Effects =
    [
        "status:500", "status:502", "status:503", "status:429", "reset", "reset-after-commit", "garbage", "html", "truncate", "delay:20", "delay:200", "token-expired",
        "ssh-refused", "ssh-drop", "ssh-hang", "disk-full",
    ];

    private readonly Random _random;
    private readonly FakeTimeProvider _time;
    private readonly Pulse _pulse;
    private readonly PhaseLab _lab;
    private readonly DurableDisk _machine;
    private readonly Watch _watch;
    private readonly int? _mostOut;
    private readonly MigrationTarget[] _targets;
    private readonly Dictionary<string, string?> _taken = new(StringComparer.Ordinal);
    private bool _isStormy = true;

    private SimulatedMigration(Random random, FakeTimeProvider time, PhaseLab lab, MigrationTarget[] targets)
    {
        (_random, _time, _lab, _targets) = (random, time, lab, targets);
        _pulse = new Pulse(time);
        _machine = MachineSession.Prepare(lab.Lab, "machine");
        _mostOut = random.Next(4) == 0 ? Math.Max(1, targets.Length / 2) : null;
        _watch = new Watch(lab, InterfereAsync, _mostOut);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SimulatedMigration> BeginAsync(int seed)
    {
        var random = new Random(seed);
        var count = seed % 50 == 0 ? 50 : seed % 10 == 0 ? 15 : 5;
        var time = new FakeTimeProvider();
        var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = count + 3, VirtualMachines = count, Speed = 300, Seed = seed, Time = time });
        return new SimulatedMigration(random, time, lab, [.. Enumerable.Range(1, count).Select(PhaseLab.Target)]);
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>What was wrong; nothing where all was well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var more = _mostOut is { } most ? new Dictionary<string, object> { ["targets.max-unavailable"] = most } : [];
        await BrewAsync();
        var last = "nothing ran";
        for (var number = 1; number <= Processes; number++)
        {
            if (number > StormyProcesses && _isStormy)
            {
                _isStormy = false;
                await _lab.ClearFaultsAsync();
            }

            int? diesAt = _isStormy && _random.Next(2) == 0 ? _random.Next(1, 150 * _targets.Length) * (_random.Next(2) * 2 - 1) : null;
            await using (var process = new SimulatedProcess(_lab.Lab, _machine, _time, _pulse, diesAt, more))
            {
                var session = process.Session;
                var runId = session.Store.Ids().FirstOrDefault(id => session.Store.History(id).Started is not null);
                var phases = MigrationPhases.Names.Skip(1).ToList();
                var records = await process.WorkAsync(runId, MigrationRun.Request(session, phases, _targets, session.Identity(string.Join(',', phases))) with { ThrottleLimit = 6, MaxTargets = _targets.Length }, _watch);
                if (process.IsDead)
                    continue;

                var run = session.Store.List().First();
                last = $"{run.State}: {string.Join("; ", run.Targets.Where(target => target.State != RunState.Succeeded).Take(3).Select(target => $"{target.Target} {target.State} {target.Phase}.{target.Step} {target.Message}"))}";
                if (run.State == RunState.Succeeded)
                    return await JudgeAsync(session, run.RunId);
                foreach (var doubt in records.Where(record => record.Outcome == StepOutcome.Unknown))
                    await DecideAsync(session, run.RunId, doubt);
                await MendAsync(run);
            }

            if (!_isStormy && !_watch.Violations.IsEmpty)
                break;
        }

        return [.. _watch.Violations, $"it does not end: {last}"];
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        await _pulse.DisposeAsync();
    }

    // Some kinds of trouble, everywhere or at one service.
    private async Task BrewAsync()
    {
        var services = (await _lab.LabAsync()).GetProperty("services").EnumerateArray().Select(service => service.GetProperty("name").GetString()!).ToArray();
        for (var kinds = _random.Next(2, 6); kinds > 0; kinds--)
        {
            var effect = Effects[_random.Next(Effects.Length)];
            var service = effect.StartsWith("ssh", StringComparison.Ordinal) || effect == "disk-full" ? "ssh" : _random.Next(3) == 0 ? "*" : services[_random.Next(services.Length)];
            var fault = new Dictionary<string, object> { ["service"] = service, ["effect"] = effect, ["probability"] = 0.002 + (_random.NextDouble() * 0.03) };
            if (effect == "status:429")
                fault["retry-after"] = _random.Next(1, 90);
            await _lab.FaultAsync(fault);
        }
    }

    // Somebody else puts what we took out of service back, or Placement keeps what is no longer there.
    private async Task InterfereAsync(string target)
    {
        bool strikes, enables;
        lock (_random)
            (strikes, enables) = (_isStormy && _random.Next(400) == 0, _random.Next(2) == 0);
        if (!strikes)
            return;
        var host = await _lab.HostAsync(target);
        if (!enables)
            await _lab.SetHostAsync(target, new { leakedAllocations = 1 });
        else if (host.GetProperty("serviceDisabled").GetBoolean())
        {
            lock (_taken)
                _taken[target] = host.GetProperty("disabledReason").GetString();
            await _lab.SetHostAsync(target, new { serviceDisabled = false });
        }
    }

    // People do what a run waits for, and undo what disturbed it.
    private async Task MendAsync(OpsRun run)
    {
        foreach (var (target, reason) in _taken)
            await _lab.SetHostAsync(target, new { serviceDisabled = true, disabledReason = reason });
        _taken.Clear();
        foreach (var target in run.Targets.Where(target => target.State is RunState.Waiting or RunState.Failed))
            await _lab.SetHostAsync(target.Target, new { leakedAllocations = 0 });
        foreach (var target in run.Targets.Where(target => target.State == RunState.Waiting))
            await _lab.SetHostAsync(target.Target, target.Phase == "Drain" ? new { serversMoved = true } : new { reinstall = new { osVersion = "9.5" } });
    }

    // A person looks: what Kayobe ran and what a ticket was told can be seen. All else is looked at again by whoever goes on.
    private async Task DecideAsync(SessionScope session, string runId, StepRecord doubt)
    {
        var key = new StepKey(doubt.Target, doubt.Phase!, doubt.Step);
        if (session.Store.History(runId).Target(doubt.Target).Find(key) is not { NeedsDecision: true, Intent: { At: var begun, Action: var action } })
            return;
        var service = action.StartsWith("kayobe.", StringComparison.Ordinal) ? "kayobe" : action.StartsWith("ticket.", StringComparison.Ordinal) ? "jira" : null;
        var happened = service is not null && (await _lab.WritesOfAsync(doubt.Target, doubt.TicketId!)).Any(write => write.At >= begun && write.At <= doubt.StartedAt + doubt.Duration && write.Service == service);
        await session.Runner().ResolveAsync(runId, key, happened ? StepDecision.Happened : StepDecision.NotHappened, "seen on the system", SessionScope.Person, Token);
    }

    private async Task<IReadOnlyList<string>> JudgeAsync(SessionScope session, string runId)
    {
        var wrong = _watch.Violations.ToList();
        var state = await _lab.StateAsync();
        foreach (var target in _targets)
        {
            var host = await _lab.HostAsync(target.HypervisorName);
            Expect(target, "nova-compute is enabled", !host.GetProperty("serviceDisabled").GetBoolean());
            Expect(target, "it runs the new system", host.GetProperty("osVersion").GetString() == "9.5");
            Expect(target, "it boots from its disk", state.GetProperty("aquilon").GetProperty("pxe").GetProperty(target.HypervisorName).GetString() != "install");
            Expect(target, "nothing of it is silenced", !state.GetProperty("alertmanager").GetProperty("silences").EnumerateArray()
                .Any(silence => silence.GetProperty("state").GetString() == "active" && silence.GetRawText().Contains(target.HypervisorName.Split('.')[0], StringComparison.Ordinal)));
            var ticket = await _lab.TicketAsync(target.TicketId!);
            foreach (var twice in ticket.GetProperty("comments").EnumerateArray().GroupBy(comment => comment.GetProperty("properties").GetRawText()).Where(same => same.Count() > 1))
                wrong.Add($"{target.TicketId} is told {twice.Count()} times: {twice.Key}");
            foreach (var comment in ticket.GetProperty("comments").EnumerateArray())
                ExpectClean($"a comment of {target.TicketId}", comment.GetProperty("body").GetString()!);
        }

        var begun = new HashSet<StepKey>();
        foreach (var entry in session.Store.Entries(runId))
        {
            if (entry is Intent intent)
                begun.Add(intent.Key);
            else if (entry is Result { Outcome: StepOutcome.Done } result && !begun.Contains(result.Key))
                wrong.Add($"{result.Key} has a result, and it never began");
        }

        foreach (var file in Directory.EnumerateFiles(_machine.Root, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "known_hosts"))
            ExpectClean(Path.GetRelativePath(_machine.Root, file), Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file, Token)));
        return wrong;

        void Expect(MigrationTarget target, string what, bool holds)
        {
            if (!holds)
                wrong.Add($"{target.HypervisorName}: not so: {what}");
        }

        void ExpectClean(string where, string text)
        {
            if (session.Secrets.Redactor.Clean(text) != text)
                wrong.Add($"{where} has a secret in it");
        }
    }
}

using PlatformOps.Core.Ledger;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Runs;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>One hypervisor of a lab, and the machine of whoever migrates it.</summary>
internal sealed class CrashHost
{
    private readonly PhaseLab _lab;
    private readonly DurableDisk _machine;
    private readonly HashSet<string> _done = [];

    public CrashHost(PhaseLab lab, int number)
    {
        (_lab, Number) = (lab, number);
        _machine = MachineSession.Prepare(lab.Lab, $"machine{number}");
    }

    public int Number { get; }

    /// <summary>What people had to decide: the step, and as what.</summary>
    public List<string> Decisions { get; } = [];

    /// <summary>How many processes died.</summary>
    public int Deaths { get; private set; }

    /// <summary>Points at which none did.</summary>
    public List<string> Unreached { get; } = [];

    /// <summary>Runs a phase in a process that dies at a point; the next goes on, and dies at one, and so on until nobody dies any more.</summary>
    /// <param name="points">Each dies at the first of what is left that it comes past. After <c>point@5</c> the next one dies at the fifth that it comes past, whichever that is, if not at another before.</param>
    /// <param name="losesPower">Each takes with it what was not fsynced.</param>
    /// <returns>The points that the first process came past.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string phase, IEnumerable<string> points, bool losesPower)
    {
        if (phase == "PostReinstall")
            await _lab.ReinstallAsync(Number);
        var left = points.ToDictionary(point => point.Split('@')[0], point => point.Contains('@', StringComparison.Ordinal) ? point[point.IndexOf('@', StringComparison.Ordinal)..] : null);
        IReadOnlyList<string>? reached = null;
        string? again = null, lastDeath = null;
        while (true)
        {
            await using (var process = new CrashProcess(_lab.Lab, _machine, again is null ? [.. left.Keys] : [again, .. left.Keys]))
            {
                var store = process.Session.Store;
                // What nothing was written of is begun anew.
                var runId = store.Ids().FirstOrDefault(id => !_done.Contains(id) && store.History(id).Started is { } started && started.Phases[0].Name == phase);
                var records = runId is null ? await process.RunAsync(phase, PhaseLab.Target(Number)) : await process.ResumeAsync(runId);
                reached ??= process.Reached;
                if (process.DiedAt is { } point)
                {
                    Deaths++;
                    lastDeath = point;
                    left.Remove(point, out again);
                }
                else if (lastDeath is not null && records.Find(record => record.Outcome == StepOutcome.Unknown) is { } doubt)
                {
                    await DecideAsync(process.Session, records[0].RunId, phase, doubt, lastDeath);
                    lastDeath = null;
                    continue;
                }
                else
                {
                    if (PhaseLab.Problems(records) is { Count: > 0 } problems)
                        throw new CrashException($"with {left.Count} points left: {string.Join("; ", problems)}");
                    _done.Add(store.Ids().First());
                    Unreached.AddRange(again is null ? left.Keys : [again, .. left.Keys]);
                    return reached;
                }
            }

            if (losesPower)
                _machine.LosePower();
        }
    }

    // A person looks, and sees the truth.
    private async Task DecideAsync(SessionScope session, string runId, string phase, StepRecord doubt, string lastDeath)
    {
        var happened = !lastDeath.EndsWith("/after-intent", StringComparison.Ordinal);
        Decisions.Add($"{phase}.{doubt.Step} after {lastDeath}");
        await session.Runner().ResolveAsync(runId, new StepKey(doubt.Target, phase, doubt.Step), happened ? StepDecision.Happened : StepDecision.NotHappened, "seen on the system", SessionScope.Person, TestContext.Current.CancellationToken);
    }
}

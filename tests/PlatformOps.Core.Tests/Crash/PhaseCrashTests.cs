using System.Globalization;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Core.Texts;
using PlatformOps.Lab;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>
/// Processes that die at every boundary of every step of every phase, and again while what they left is recovered: at the end the world is as if none had.
/// With <c>PLATFORMOPS_CRASH=full</c> at every record of every journal too, with a second death in each recovery, and at all pairs of moments of one phase.
/// </summary>
/// <remarks>A hypervisor dies many deaths in a phase: process after process goes on, each to its own. A fault prints the line that replays them.</remarks>
public sealed class PhaseCrashTests(ITestOutputHelper output)
{
    /// <summary><c>full</c>; or what to replay: hypervisor, phase, <c>power</c> or <c>kill</c>, and where to die.</summary>
    private const string Variable = "PLATFORMOPS_CRASH";

    /// <summary>How many points the beginning of a recovery has: its own records, and what it settles.</summary>
    private const int Recovery = 14;

    private static readonly LabOptions World = new() { Hypervisors = 8, VirtualMachines = 0, Speed = 36000 };

    private static readonly string[] Boundaries = ["/before-intent", "/after-intent", "/sent#1", "/before-result", "/after-result"];

    private static string? Asked => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } asked ? asked : null;

    private static bool IsFull => Asked == "full";

    // Plain ones, one with Mellanox cards, one with GPUs.
    private static IReadOnlyList<int> Numbers => IsFull ? [1, 2, 3, 4, 5, 6] : [2, 3, 4];

    [Fact]
    public async Task Wherever_a_process_dies_its_phase_ends_as_if_it_had_not_and_nothing_is_done_twice()
    {
        if (Asked is { } replay && !IsFull)
        {
            await ReplayAsync(replay);
            return;
        }

        var began = TimeProvider.System.GetTimestamp();
        var undisturbed = await UndisturbedAsync();
        var (hosts, faults) = (new List<CrashHost>(), new List<string>());
        await using var lab = await PhaseLab.StartAsync(World);
        await ForEachAsync(async number =>
        {
            var random = new Random(number);
            var host = new CrashHost(lab, number);
            foreach (var phase in MigrationPhases.Names)
            {
                var points = PointsOf(undisturbed, phase, number, random).ToList();
                if (await FaultAsync(host, lab, phase, points, random.Next(2) == 0, undisturbed[(number, phase)].Picture) is { } fault)
                {
                    lock (faults)
                        faults.Add(fault);
                    break;
                }
            }

            lock (hosts)
                hosts.Add(host);
        });

        var (deaths, unreached) = (hosts.Sum(host => host.Deaths), hosts.SelectMany(host => host.Unreached).ToList());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{deaths} processes died in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s; people decided {hosts.Sum(host => host.Decisions.Count)} times; not come to: {string.Join(' ', unreached)}"));
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        Assert.InRange(unreached.Count, 0, deaths / 10);
    }

    [Fact]
    public async Task A_phase_whose_process_dies_at_any_moment_and_the_next_one_at_any_moment_ends_as_if_neither_had()
    {
        if (!IsFull)
            Assert.Skip($"Takes minutes: {Variable}=full runs it.");

        await using var lab = await PhaseLab.StartAsync(World);
        var host = new CrashHost(lab, 1);
        foreach (var phase in MigrationPhases.Names.TakeWhile(phase => phase != "Drain"))
            await host.RunAsync(phase, [], losesPower: false);
        // The second time is like each that follows.
        await host.RunAsync("Drain", [], losesPower: false);
        var first = await Picture.OfAsync(lab, 1);
        var points = await host.RunAsync("Drain", [], losesPower: false);
        var last = await Picture.OfAsync(lab, 1);
        var expected = last.Since(first);
        var (faults, pairs) = (new List<string>(), 0);
        foreach (var point in points)
        {
            for (var second = 1; ; second++)
            {
                var deaths = string.Create(CultureInfo.InvariantCulture, $"{point}@{second}");
                var (before, unreached) = (last, host.Unreached.Count);
                await host.RunAsync("Drain", [deaths], losesPower: second % 2 == 0);
                last = await Picture.OfAsync(lab, 1);
                if (last.Since(before).DifferenceFrom(expected) is { Count: > 0 } difference)
                    faults.Add($"Drain {deaths}:\n{string.Join('\n', difference.Select(line => Brief.Of(line, 400)))}");
                pairs++;
                if (host.Unreached.Count > unreached)
                    break;
            }
        }

        output.WriteLine($"{pairs} pairs");
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    // What each phase is like where nobody dies: where one could, and what it leaves.
    private static async Task<Dictionary<(int Number, string Phase), (IReadOnlyList<string> Points, Picture Picture)>> UndisturbedAsync()
    {
        var phases = new Dictionary<(int, string), (IReadOnlyList<string>, Picture)>();
        await using var lab = await PhaseLab.StartAsync(World);
        await ForEachAsync(async number =>
        {
            var host = new CrashHost(lab, number);
            foreach (var phase in MigrationPhases.Names)
            {
                var points = await host.RunAsync(phase, [], losesPower: false);
                var picture = await Picture.OfAsync(lab, number);
                lock (phases)
                    phases[(number, phase)] = (points, picture);
            }
        });
        return phases;
    }

    // Each point is some hypervisor's: the boundaries of all that is changed or told, and of the rest some.
    private static IEnumerable<string> PointsOf(Dictionary<(int Number, string Phase), (IReadOnlyList<string> Points, Picture Picture)> undisturbed, string phase, int number, Random random)
    {
        var all = Numbers.SelectMany(other => undisturbed[(other, phase)].Points).Distinct().ToList();
        foreach (var point in undisturbed[(number, phase)].Points)
        {
            var having = Numbers.Where(other => undisturbed[(other, phase)].Points.Contains(point)).ToList();
            var step = point[..point.LastIndexOf('/')];
            var isBoundary = all.Contains($"{step}/before-intent") && Boundaries.Any(boundary => point == step + boundary);
            if (having[all.IndexOf(point) % having.Count] != number || !(isBoundary || IsFull || random.Next(4) == 0))
                continue;
            yield return IsFull || random.Next(8) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{point}@{random.Next(1, Recovery)}") : point;
        }
    }

    private static async Task ReplayAsync(string replay)
    {
        if (replay.Split(' ') is not [['h', 'v', .. var digits], var phase, "power" or "kill", var points] words || !MigrationPhases.Names.Contains(phase))
            throw new ArgumentException($"{Variable}='{replay}' is neither full nor like 'hv02 Drain power ticket.draining/sent#1@3,ticket.log/before-result'.");
        var number = int.Parse(digits, CultureInfo.InvariantCulture);
        await using var undisturbed = await PhaseLab.StartAsync(World);
        await using var lab = await PhaseLab.StartAsync(World);
        var (quiet, host) = (new CrashHost(undisturbed, number), new CrashHost(lab, number));
        foreach (var earlier in MigrationPhases.Names.TakeWhile(earlier => earlier != phase))
        {
            await quiet.RunAsync(earlier, [], losesPower: false);
            await host.RunAsync(earlier, [], losesPower: false);
        }

        await quiet.RunAsync(phase, [], losesPower: false);
        Assert.Null(await FaultAsync(host, lab, phase, points.Split(','), words[2] == "power", await Picture.OfAsync(undisturbed, number)));
    }

    // Null where the phase left what it leaves undisturbed.
    private static async Task<string?> FaultAsync(CrashHost host, PhaseLab lab, string phase, IReadOnlyList<string> points, bool losesPower, Picture undisturbed)
    {
        string fault;
        try
        {
            await host.RunAsync(phase, points, losesPower);
            var difference = (await Picture.OfAsync(lab, host.Number)).DifferenceFrom(undisturbed);
            if (difference.Count == 0)
                return null;
            fault = $"is not as without crashes:\n{string.Join('\n', difference.Select(line => Brief.Of(line, 400)))}";
        }
        catch (Exception e)
        {
            fault = $"does not end: {e}";
        }

        return $"hv{host.Number:00} {phase} {fault}\n{Variable}='hv{host.Number:00} {phase} {(losesPower ? "power" : "kill")} {string.Join(',', points)}' dotnet test tests/PlatformOps.Core.Tests --filter FullyQualifiedName~{nameof(PhaseCrashTests)}";
    }

    private static Task ForEachAsync(Func<int, Task> work) => Task.WhenAll(Numbers.Select(number => Task.Run(() => work(number))));
}

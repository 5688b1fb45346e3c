using System.Globalization;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Core.Texts;
using PlatformOps.Lab;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>Processes that die at every boundary of every step of every phase, and again while what they left is recovered: at the end the world is as if none had.</summary>
public sealed class PhaseCrashTests(ITestOutputHelper output)
{
    /// <summary>What to replay: hypervisor, phase, <c>power</c> or <c>kill</c>, points.</summary>
    private const string ReplayVariable = "PLATFORMOPS_CRASH";

    private const int Hosts = 4;

    private static readonly LabOptions World = new() { Hypervisors = 6, VirtualMachines = 0, Speed = 36000 };

    [Fact]
    public async Task Wherever_a_process_dies_the_phase_ends_as_if_none_had_and_nothing_is_done_twice()
    {
        if (Environment.GetEnvironmentVariable(ReplayVariable) is { Length: > 0 } replay)
        {
            await ReplayAsync(replay);
            return;
        }

        var began = TimeProvider.System.GetTimestamp();
        await using var undisturbed = await PhaseLab.StartAsync(World);
        var expected = new Dictionary<(int, string), (IReadOnlyList<string> Points, Picture Picture)>();
        await ForEachHostAsync(async number =>
        {
            var host = new CrashHost(undisturbed, number);
            foreach (var phase in MigrationPhases.Names)
            {
                var points = await host.RunAsync(phase, [], losesPower: false);
                var picture = await Picture.OfAsync(undisturbed, number);
                lock (expected)
                    expected[(number, phase)] = (points, picture);
            }
        });

        output.WriteLine($"undisturbed: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        var faults = new List<string>();
        var (deaths, unreached) = (0, 0);
        await using var lab = await PhaseLab.StartAsync(World);
        await ForEachHostAsync(async number =>
        {
            var random = new Random(number);
            var host = new CrashHost(lab, number);
            foreach (var phase in MigrationPhases.Names)
            {
                var all = Enumerable.Range(1, Hosts).SelectMany(other => expected[(other, phase)].Points).Distinct().ToList();
                var own = new List<string>();
                foreach (var point in expected[(number, phase)].Points)
                {
                    var having = Enumerable.Range(1, Hosts).Where(other => expected[(other, phase)].Points.Contains(point)).ToList();
                    if (having[all.IndexOf(point) % having.Count] != number)
                        continue;
                    own.Add(point);
                    // Again, in the beginning of its recovery.
                    if (random.Next(4) == 0)
                        own.Add(string.Create(CultureInfo.InvariantCulture, $"@{random.Next(1, 14)}"));
                }

                var losesPower = random.Next(2) == 0;
                if (await FaultAsync(host, lab, phase, own, losesPower, expected[(number, phase)].Picture) is { } fault)
                {
                    lock (faults)
                        faults.Add($"{fault}\nPLATFORMOPS_CRASH='hv{number:00} {phase} {(losesPower ? "power" : "kill")} {string.Join(',', own)}' dotnet test tests/PlatformOps.Core.Tests --filter FullyQualifiedName~{nameof(PhaseCrashTests)}");
                    break;
                }
            }

            Interlocked.Add(ref deaths, host.Deaths);
            Interlocked.Add(ref unreached, host.Unreached.Count);
            lock (faults)
            {
                output.WriteLine($"hv{number:00}: {host.Deaths} deaths; decisions: {string.Join("; ", host.Decisions)}; unreached: {string.Join(' ', host.Unreached)}");
            }
        });

        output.WriteLine($"{deaths} processes died, {unreached} points were not reached, in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    private static async Task ReplayAsync(string replay)
    {
        var words = replay.Split(' ');
        var number = int.Parse(words[0].AsSpan(2), CultureInfo.InvariantCulture);
        await using var undisturbed = await PhaseLab.StartAsync(World);
        await using var lab = await PhaseLab.StartAsync(World);
        var (quiet, disturbed) = (new CrashHost(undisturbed, number), new CrashHost(lab, number));
        foreach (var phase in MigrationPhases.Names.TakeWhile(phase => phase != words[1]))
        {
            await quiet.RunAsync(phase, [], losesPower: false);
            await disturbed.RunAsync(phase, [], losesPower: false);
        }

        await quiet.RunAsync(words[1], [], losesPower: false);
        Assert.Null(await FaultAsync(disturbed, lab, words[1], words[3].Split(','), words[2] == "power", await Picture.OfAsync(undisturbed, number)));
    }

    private static async Task<string?> FaultAsync(CrashHost host, PhaseLab lab, string phase, IReadOnlyList<string> points, bool losesPower, Picture undisturbed)
    {
        try
        {
            await host.RunAsync(phase, points, losesPower);
            var difference = (await Picture.OfAsync(lab, host.Number)).DifferenceFrom(undisturbed);
            return difference.Count == 0 ? null : $"hv{host.Number:00} {phase} is not as without crashes:\n{string.Join('\n', difference.Select(line => Brief.Of(line, 400)))}";
        }
        catch (CrashException e)
        {
            return $"hv{host.Number:00} {phase} {e.Message}";
        }
    }

    private static Task ForEachHostAsync(Func<int, Task> work) => Task.WhenAll(Enumerable.Range(1, Hosts).Select(number => Task.Run(() => work(number))));
}

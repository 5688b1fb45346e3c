using System.Diagnostics;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>The command <c>rehearse</c>: the main job on a lab of its own. Ends with 0 only when all is well.</summary>
internal static class RehearseCommand
{
    /// <summary>The phases there are.</summary>
    internal static readonly string[] Phases = ["Noops", "Setup", "PreDrain"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = new CommandLine("rehearse", arguments, ["--hypervisors", "--vms", "--seed", "--speed", "--throttle", "--kills"], ["--kill-and-resume"]);
        var hypervisors = line.Whole("--hypervisors", 12);
        // Somebody has to take the servers of those that go.
        var all = hypervisors + Math.Max(4, hypervisors / 2);
        var options = new LabOptions
        {
            Hypervisors = all,
            VirtualMachines = line.Whole("--vms", 5 * all),
            Seed = line.Whole("--seed", 1),
            Speed = line.Whole("--speed", 600),
        };
        var began = Stopwatch.GetTimestamp();
        await using var lab = await LabServer.StartAsync(options);
        AnsiConsole.MarkupLineInterpolated($"A lab of {options.Hypervisors} hypervisors, {hypervisors} of them to migrate, and {options.VirtualMachines} servers at [blue]{lab.Address}[/] (seed {options.Seed})");

        var list = Path.Combine(lab.Folder, "rehearsal.txt");
        await File.WriteAllLinesAsync(list, MigrationList.Parse(await File.ReadAllTextAsync(lab.ListPath), lab.ListPath).Take(hypervisors).Select(target => $"{target.HypervisorName} {target.TicketId}"));
        var throttle = line.Whole("--throttle", 4);
        var board = new RehearsalBoard();
        var kills = 0;
        if (line.Has("--kill-and-resume"))
            kills = await new KilledMigration(lab, list, throttle, options.Seed, line.Whole("--kills", 12)).RunAsync();
        else
            await board.ShowAsync(MigrateAsync(lab, list, throttle));

        using var control = new HttpClient { BaseAddress = lab.Address };
        var verdict = await RehearsalVerdict.OfAsync(control, lab, Phases);
        verdict.Print(Stopwatch.GetElapsedTime(began), kills);
        return verdict.IsWell ? 0 : 1;
    }

    private static async IAsyncEnumerable<StepRecord> MigrateAsync(LabServer lab, string list, int throttle)
    {
        var (_, session) = SessionOpening.Open(lab.ConfigurationPath, null, null);
        await using var open = session;
        var targets = MigrationList.Parse(await File.ReadAllTextAsync(list), list);
        var request = MigrationRun.Request(session, Phases, targets, session.Identity("rehearsal")) with { ThrottleLimit = throttle };
        await foreach (var record in session.Runner(MigrationRun.Ticket(session)).RunAsync(request, CancellationToken.None))
            yield return record;
    }
}

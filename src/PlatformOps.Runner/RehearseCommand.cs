using System.Diagnostics;
using PlatformOps.Core.Files;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Reports;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>The command <c>rehearse</c>: the main job on a lab of its own. Ends with 0 only when all is well.</summary>
internal static class RehearseCommand
{
    /// <summary>The phases there are.</summary>
    internal static IReadOnlyList<string> Phases => MigrationPhases.Names;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = new CommandLine("rehearse", arguments, ["--hypervisors", "--vms", "--seed", "--speed", "--throttle", "--kills", "--report"], ["--kill-and-resume"]);
        var hypervisors = line.Whole("--hypervisors", 12);
        // Somebody has to take the servers of those that go.
        var all = hypervisors + Math.Max(4, hypervisors / 2);
        var options = new LabOptions
        {
            Hypervisors = all,
            VirtualMachines = line.Whole("--vms", 3 * all),
            Seed = line.Whole("--seed", 1),
            Speed = line.Whole("--speed", 3600),
        };
        var began = Stopwatch.GetTimestamp();
        await using var lab = await LabServer.StartAsync(options);
        using var control = new HttpClient { BaseAddress = lab.Address };
        AnsiConsole.MarkupLineInterpolated($"A lab of {options.Hypervisors} hypervisors, {hypervisors} of them to migrate, and {options.VirtualMachines} servers at [blue]{lab.Address}[/] (seed {options.Seed})");

        var targets = MigrationList.Parse(await File.ReadAllTextAsync(lab.ListPath), lab.ListPath).Take(hypervisors).ToList();
        var list = Path.Combine(lab.Folder, "rehearsal.txt");
        await File.WriteAllLinesAsync(list, targets.Select(target => $"{target.HypervisorName} {target.TicketId}"));
        var troubles = new RehearsalTroubles([.. targets.Select(target => target.HypervisorName)]);
        await troubles.MakeAsync(control, host => targets.First(target => target.HypervisorName == host).TicketId);

        var operators = new RehearsalOperators(control);
        var throttle = line.Whole("--throttle", hypervisors);
        var kills = 0;
        if (line.Has("--kill-and-resume"))
            kills = await new KilledMigration(lab, list, throttle, options.Seed, line.Whole("--kills", 30), operators).RunAsync();
        else
            await new RehearsalBoard().ShowAsync(MigrateAsync(lab, targets, throttle, operators));

        var (_, session) = SessionOpening.Open(lab.ConfigurationPath, null, null);
        await using var open = session;
        var report = WriteReport(session, line.Text("--report"));
        var verdict = await RehearsalVerdict.OfAsync(control, session, Phases, troubles.Arranged);
        verdict.Print(Stopwatch.GetElapsedTime(began), kills);
        Console.Out.WriteLine($"Report: {report}");
        return verdict.IsWell ? 0 : 1;
    }

    private static async IAsyncEnumerable<StepRecord> MigrateAsync(LabServer lab, IReadOnlyList<MigrationTarget> targets, int throttle, RehearsalOperators operators)
    {
        var (_, session) = SessionOpening.Open(lab.ConfigurationPath, null, null);
        await using var open = session;
        var runner = session.Runner(MigrationRun.Ticket(session));
        var request = MigrationRun.Request(session, Phases, targets, session.Identity("rehearsal")) with { ThrottleLimit = throttle };
        await foreach (var record in runner.RunAsync(request, CancellationToken.None))
            yield return record;
        while (RehearsalOperators.Last(session.Store) is { State: RunState.Waiting } run)
        {
            await operators.WorkAsync(run);
            await foreach (var record in runner.ResumeAsync(run.RunId, new ResumeOptions(SessionScope.Person), CancellationToken.None))
                yield return record;
        }
    }

    private static string WriteReport(SessionScope session, string? path)
    {
        var runId = session.Store.Ids().First();
        path = Path.GetFullPath(path ?? Path.Combine(Path.GetTempPath(), $"platformops-rehearsal-{runId}.html"));
        WholeFile.WriteText(path, RunReport.Read(session.Store, runId, session.Time).Render(ReportFormat.Html), WholeFile.OwnerOnly);
        return path;
    }
}

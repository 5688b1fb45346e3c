using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Runner;

/// <summary>The command <c>migrate</c>, what a rehearsal kills: goes on with the unfinished run of its state folder, or begins one.</summary>
internal static class MigrateCommand
{
    /// <summary>The exit code of a run that waits for people.</summary>
    public const int Waits = 3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = new CommandLine("migrate", arguments, ["--configuration", "--list", "--throttle"], []);
        var list = line.Text("--list") ?? throw new UsageException("migrate: --list is needed");
        try
        {
            var (_, session) = SessionOpening.Open(line.Text("--configuration"), null, null);
            await using var open = session;
            var runner = session.Runner(MigrationRun.Ticket(session));
            var last = session.Store.List().FirstOrDefault();
            if (last?.State is RunState.Succeeded or RunState.Failed)
                return 0;
            var targets = MigrationList.Parse(await File.ReadAllTextAsync(list), list);
            var records = last is not null
                ? runner.ResumeAsync(last.RunId, new ResumeOptions(SessionScope.Person), CancellationToken.None)
                : runner.RunAsync(
                    MigrationRun.Request(session, RehearseCommand.Phases, targets, session.Identity("rehearsal")) with { ThrottleLimit = line.Whole("--throttle", 4) },
                    CancellationToken.None);
            await foreach (var record in records)
            {
                if (record.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted or StepOutcome.Warning)
                    Console.Error.WriteLine($"{record.Target} {record.Phase}.{record.Step} {record.Outcome}: {record.Message}");
            }

            // Who failed is the verdict's business: some must.
            return RehearsalOperators.Last(session.Store)?.State == RunState.Waiting ? Waits : 0;
        }
        catch (OpsException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}

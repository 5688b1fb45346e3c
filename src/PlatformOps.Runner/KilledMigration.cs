using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;

namespace PlatformOps.Runner;

/// <summary>Runs the migration in a child process that is killed at random moments and started again until it is done.</summary>
internal sealed class KilledMigration(LabServer lab, string list, int throttle, int seed, int kills, RehearsalOperators operators)
{
    private readonly Random _random = new(seed);

    /// <returns>How many times the child was killed in its work.</returns>
    public async Task<int> RunAsync()
    {
        using var control = new HttpClient { BaseAddress = lab.Address };
        var killed = 0;
        while (true)
        {
            using var killing = new CancellationTokenSource();
            using var ended = new CancellationTokenSource();
            var watching = killed < kills ? KillAfterWritesAsync(control, _random.Next(1, 20), killing, ended.Token) : Task.CompletedTask;
            try
            {
                // SIGKILL: the child gets no chance to put anything in order.
                var end = await ChildProcess.RunAsync(Command(), killing.Token);
                switch (end.ExitCode)
                {
                    case 0:
                        return killed;
                    case MigrateCommand.Waits:
                        await WorkAsync();
                        break;
                    default:
                        throw new UsageException($"the migration failed: {end.OutputText}{end.ErrorText}");
                }
            }
            catch (OperationCanceledException)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"killed {++killed} of {kills}"));
            }
            finally
            {
                await ended.CancelAsync();
                await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WorkAsync()
    {
        var (_, session) = SessionOpening.Open(lab.ConfigurationPath, null, null);
        await using var open = session;
        await operators.WorkAsync(RehearsalOperators.Last(session.Store)!);
    }

    // A moment in the work, not in the start of the runtime: some effects later, and then anybody's guess.
    private async Task KillAfterWritesAsync(HttpClient control, int writes, CancellationTokenSource killing, CancellationToken cancellationToken)
    {
        var before = await WritesAsync(control, cancellationToken);
        while (await WritesAsync(control, cancellationToken) < before + writes)
            await Task.Delay(5, cancellationToken);
        await Task.Delay(_random.Next(40), cancellationToken);
        await killing.CancelAsync();
    }

    private static async Task<int> WritesAsync(HttpClient control, CancellationToken cancellationToken)
        => (await control.GetFromJsonAsync<JsonElement>("lab/writes", cancellationToken)).GetArrayLength();

    private ChildCommand Command()
    {
        var program = Environment.ProcessPath ?? "dotnet";
        // `dotnet run` starts us as `dotnet PlatformOps.Runner.dll`.
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(KilledMigration).Assembly.Location] : [];
        return new ChildCommand(program, [.. self, "migrate", "--configuration", lab.ConfigurationPath, "--list", list, "--throttle", throttle.ToString(CultureInfo.InvariantCulture)])
        {
            Timeout = TimeSpan.FromMinutes(10),
        };
    }
}

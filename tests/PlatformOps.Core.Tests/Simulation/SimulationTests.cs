using System.Collections.Concurrent;
using System.Globalization;

namespace PlatformOps.Core.Tests.Simulation;

/// <summary>Whole migrations under random trouble on a fake clock. A seed makes one up; <c>PLATFORMOPS_SEEDS</c> says how many (<c>200</c>; four where it says nothing), or which (<c>17-17</c>).</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const string Variable = "PLATFORMOPS_SEEDS";

    [Fact]
    public async Task Whatever_goes_wrong_a_migration_does_no_harm_and_ends_well()
    {
        var (first, last) = Seeds(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } asked ? asked : "4");
        var began = TimeProvider.System.GetTimestamp();
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(first, last - first + 1), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken }, async (seed, _) =>
        {
            if (await FaultsAsync(seed) is { Count: > 0 } faults)
                wrong.Enqueue($"seed {seed}:\n  {string.Join("\n  ", faults)}\n  {Variable}={seed}-{seed} dotnet test tests/PlatformOps.Core.Tests --filter FullyQualifiedName~{nameof(SimulationTests)}");
        });

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{last - first + 1} migrations in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s"));
        Assert.True(wrong.IsEmpty, string.Join("\n", wrong));
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(int seed)
    {
        try
        {
            await using var migration = await SimulatedMigration.BeginAsync(seed);
            return await migration.RunAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return [e.ToString()];
        }
    }

    private static (int First, int Last) Seeds(string asked) => asked.Split('-') switch
    {
        [var count] => (1, Number(count)),
        [var first, var last] => (Number(first), Number(last)),
        _ => throw Wrong(asked),
    };

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw Wrong(text);

    private static ArgumentException Wrong(string asked) => new($"{Variable}: '{asked}' is neither a number of seeds nor like 17-20.");
}

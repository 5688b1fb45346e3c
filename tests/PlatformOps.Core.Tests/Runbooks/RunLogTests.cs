using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>A log that cannot be written, by a folder in the place of its file.</summary>
public sealed class RunLogTests : IDisposable
{
    private readonly RunWorld _world = new();

    private string Folder => _world.Store.FolderOf("r1");

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_line_that_cannot_be_written_stops_before_the_next_effect_and_not_in_the_midst_of_one()
    {
        var path = Path.Combine(Folder, "hv1.Phase.log");
        _world.House.Light("hv1", "light.switch").OnApplied = () => Break(path);

        var stopped = await Assert.ThrowsAsync<LedgerException>(() => _world.RunAsync(RunWorld.Simple, "hv1"));

        Assert.Contains(path, stopped.Message, StringComparison.Ordinal);
        Assert.Contains(("light.switch", StepOutcome.Done), _world.Journalled("hv1"));
        Assert.DoesNotContain(_world.Store.Entries("r1"), entry => entry is Intent { Action: "light.dim" });
        Assert.Equal(0, _world.House.Light("hv1", "light.dim").Applied);

        Directory.Delete(path);
        await _world.ResumeAsync();
        Assert.Equal(RunState.Succeeded, _world.State());
    }

    [Fact]
    public async Task A_run_that_had_no_effect_left_ends_and_says_that_its_log_is_not_whole()
    {
        var path = Path.Combine(Folder, "hv1.Phase.log");
        _world.House.Light("hv1", "light.dim").OnApplied = () => Break(path);

        await _world.RunAsync(RunWorld.Simple, "hv1");

        var end = _world.Store.Entries("r1").OfType<RunEnded>().Single();
        Assert.Equal(RunState.Succeeded, end.State);
        Assert.Contains(path, end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_that_can_be_written_gets_its_line()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Path.Combine(Folder, "run.log"));
        await using var log = new RunLog(Path.Combine(Folder, "run.log"), Folder, _world.Time, new Redactor());
        Assert.Null(log.Fault);

        log.For("hv1", "Phase").Write("test", "a line");

        Assert.Contains("a line", await File.ReadAllTextAsync(log.PathFor("hv1", "Phase"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Throws<LedgerException>(log.ThrowIfBroken);
    }

    [Fact]
    public async Task It_is_rotated_by_its_size_and_the_newest_lines_are_kept()
    {
        const int lines = 30, bytes = 1024 * 1024;
        var path = Path.Combine(Folder, "run.log");
        Directory.CreateDirectory(Folder);
        await using (var log = new RunLog(path, Folder, _world.Time, new Redactor()))
        {
            for (var i = 0; i < lines; i++)
                log.For("hv1", null).Write("test", $"line {i} {new string('x', bytes)}");
            log.ThrowIfBroken();
        }

        string[] files = [path, .. Enumerable.Range(1, 9).Select(n => $"{path}.{n}")];
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.GetFiles(Folder, "run.log*").Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 4L * bytes));
        var kept = files.Reverse().SelectMany(File.ReadLines).Select(line => int.Parse(line.Split(' ')[4], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(lines - kept.Count, kept.Count), kept);
    }

    private static void Break(string path)
    {
        File.Delete(path);
        Directory.CreateDirectory(path);
    }
}

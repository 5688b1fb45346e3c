using System.Globalization;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>Shows a run as it goes: a live table on a terminal, a line for each step elsewhere.</summary>
internal sealed class RehearsalBoard
{
    private readonly SortedDictionary<string, (StepRecord Last, int Steps)> _rows = new(StringComparer.Ordinal);

    public async Task ShowAsync(IAsyncEnumerable<StepRecord> records)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || !AnsiConsole.Profile.Capabilities.Ansi)
        {
            await foreach (var record in records)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{record.Target,-20} {record.Phase,-9} {record.Outcome,-9} {record.Step,-34} {record.Message.Split('\n')[0]}"));
            return;
        }

        await AnsiConsole.Live(Draw()).StartAsync(async live =>
        {
            await foreach (var record in records)
            {
                var steps = _rows.TryGetValue(record.Target, out var row) ? row.Steps : 0;
                _rows[record.Target] = (record, steps + 1);
                live.UpdateTarget(Draw());
            }
        });
    }

    private Table Draw()
    {
        var table = new Table().Border(TableBorder.Rounded).Expand();
        table.AddColumn(new TableColumn("Hypervisor").NoWrap());
        table.AddColumn(new TableColumn("Phase").NoWrap());
        table.AddColumn(new TableColumn("#").RightAligned());
        table.AddColumn(new TableColumn("Outcome").NoWrap());
        table.AddColumn("What");
        foreach (var (target, (last, steps)) in _rows)
        {
            var message = last.Message.Split('\n')[0];
            table.AddRow(
                Markup.Escape(target), last.Phase ?? "", steps.ToString(CultureInfo.InvariantCulture),
                $"[{Colour(last.Outcome)}]{last.Outcome}[/]", Markup.Escape(message.Length > 90 ? message[..89] + "…" : message));
        }

        return table;
    }

    private static string Colour(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted => "red",
        StepOutcome.Warning or StepOutcome.Waiting => "yellow",
        StepOutcome.Unchanged or StepOutcome.Skipped => "grey",
        _ => "green",
    };
}

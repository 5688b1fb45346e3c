using System.Globalization;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Texts;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>Shows a run as it goes: a live table on a terminal, elsewhere a line for each phase of a hypervisor and for what stops one.</summary>
internal sealed class RehearsalBoard
{
    private readonly SortedDictionary<string, (StepRecord Last, int Steps)> _rows = new(StringComparer.Ordinal);

    public async Task ShowAsync(IAsyncEnumerable<StepRecord> records)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || !AnsiConsole.Profile.Capabilities.Ansi)
        {
            await WriteLinesAsync(records);
            return;
        }

        await AnsiConsole.Live(Draw()).StartAsync(async live =>
        {
            await foreach (var record in records)
            {
                var known = _rows.TryGetValue(record.Target, out var row);
                _rows[record.Target] = (known && Stays(row.Last, record) ? row.Last : record, row.Steps + 1);
                live.UpdateTarget(Draw());
            }
        });
    }

    private async Task WriteLinesAsync(IAsyncEnumerable<StepRecord> records)
    {
        await foreach (var record in records)
        {
            var known = _rows.TryGetValue(record.Target, out var row);
            var goesOn = known && row.Last.Phase == record.Phase;
            if (known && !goesOn)
                WriteEnd(row);
            _rows[record.Target] = (known && Stays(row.Last, record) ? row.Last : record, goesOn ? row.Steps + 1 : 1);
            if (Stops(record))
                Console.Out.WriteLine($"{Head(record, record.Outcome.ToString())} {record.Step}: {Brief.Of(record.Message, 160)}");
        }

        foreach (var row in _rows.Values)
            WriteEnd(row);
    }

    private static void WriteEnd((StepRecord Last, int Steps) row)
    {
        if (!Stops(row.Last))
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Head(row.Last, "Done")} {row.Steps} steps"));
    }

    private static string Head(StepRecord record, string what) => $"{record.Target,-20} {record.Phase,-13} {what,-9}";

    // What is told, and done on failure, comes behind what stopped it.
    private static bool Stays(StepRecord last, StepRecord record) => last.Phase == record.Phase && Stops(last) && (record.Number == 0 || StepKey.IsOnFailure(record.Step));

    private static bool Stops(StepRecord record) => record.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted or StepOutcome.Waiting or StepOutcome.Interrupted;

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
            table.AddRow(
                Markup.Escape(target), last.Phase ?? "", steps.ToString(CultureInfo.InvariantCulture),
                $"[{Colour(last.Outcome)}]{last.Outcome}[/]", Markup.Escape(Brief.WithEnd(last.Message, 90, 90)));
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

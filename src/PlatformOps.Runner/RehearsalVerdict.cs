using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>What the ledger and the lab say of a rehearsal: every target done, and nothing done twice.</summary>
internal sealed class RehearsalVerdict
{
    private readonly List<string> _faults = [];
    private OpsRun[] _runs = [];
    private int _writes;

    public bool IsWell => _faults.Count == 0;

    public static async Task<RehearsalVerdict> OfAsync(HttpClient control, LabServer lab, IReadOnlyList<string> phases)
    {
        var verdict = new RehearsalVerdict();
        var (_, session) = SessionOpening.Open(lab.ConfigurationPath, null, null);
        await using var open = session;
        verdict._runs = [.. session.Store.List()];
        if (verdict._runs is not [{ State: RunState.Succeeded }])
            verdict._faults.Add($"expected one run that succeeded, found: {string.Join(", ", verdict._runs.Select(run => $"{run.RunId} {run.State}"))}");
        foreach (var target in verdict._runs.SelectMany(run => run.Targets).Where(target => target.State != RunState.Succeeded))
            verdict._faults.Add($"{target.Target} is {target.State}: {target.Message}");

        var writes = await control.GetFromJsonAsync<JsonElement>("lab/writes");
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var write in writes.EnumerateArray())
        {
            verdict._writes++;
            // Logging in to Keystone makes a token: it is counted as a write, and may be made as often as one likes.
            if (write.GetProperty("service").GetString() == "keystone")
                continue;
            var what = $"{write.GetProperty("service")} {write.GetProperty("call")} on {write.GetProperty("target")}: {write.GetProperty("detail")}";
            seen[what] = seen.GetValueOrDefault(what) + 1;
        }

        foreach (var (what, times) in seen.Where(pair => pair.Value > 1))
            verdict._faults.Add($"done {times} times: {what}");
        foreach (var target in verdict._runs.SelectMany(run => run.Targets))
        {
            var comments = writes.EnumerateArray().Count(write => write.GetProperty("target").ToString() == target.TicketId && write.GetProperty("call").ToString().EndsWith("/comment", StringComparison.Ordinal));
            if (comments != phases.Count)
                verdict._faults.Add($"{target.TicketId} has {comments} comments of {phases.Count}");
        }

        return verdict;
    }

    public void Print(TimeSpan took, int kills)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Hypervisor", "Ticket", "State", "Last step");
        foreach (var target in _runs.SelectMany(run => run.Targets).OrderBy(target => target.Target, StringComparer.Ordinal))
            table.AddRow(Markup.Escape(target.Target), target.TicketId ?? "", $"[{(target.State == RunState.Succeeded ? "green" : "red")}]{target.State}[/]", Markup.Escape($"{target.Phase}.{target.Step}"));
        AnsiConsole.Write(table);
        foreach (var fault in _faults)
            AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {fault}");
        var killed = kills == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", killed and resumed {kills} times");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{(IsWell ? "All is well:" : "NOT WELL:")} {_runs.Sum(run => run.Targets.Length)} hypervisors, {_writes} writes in {took.TotalSeconds:0.0} s{killed}");
    }
}

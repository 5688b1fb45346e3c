using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Texts;
using PlatformOps.Runs;
using Spectre.Console;

namespace PlatformOps.Runner;

/// <summary>What the ledger and the lab say of a rehearsal: every target done, and nothing done twice.</summary>
internal sealed class RehearsalVerdict
{
    private readonly List<string> _faults = [];
    private OpsRun[] _runs = [];
    private IReadOnlyDictionary<string, Trouble> _arranged = new Dictionary<string, Trouble>();
    private int _writes;

    public bool IsWell => _faults.Count == 0;

    /// <param name="control">The lab.</param>
    /// <param name="session">On the state folder of the rehearsal.</param>
    /// <param name="phases">What was run.</param>
    /// <param name="arranged">What the targets were given to meet.</param>
    public static async Task<RehearsalVerdict> OfAsync(HttpClient control, SessionScope session, IReadOnlyList<string> phases, IReadOnlyDictionary<string, Trouble> arranged)
    {
        var verdict = new RehearsalVerdict { _runs = [.. session.Store.List()], _arranged = arranged };
        if (verdict._runs is not [var run])
        {
            verdict._faults.Add($"expected one run, found: {string.Join(", ", verdict._runs.Select(run => $"{run.RunId} {run.State}"))}");
            return verdict;
        }

        foreach (var target in run.Targets)
            verdict.Judge(target);

        var writes = (await control.GetFromJsonAsync<JsonElement>("lab/writes")).EnumerateArray().ToList();
        verdict._writes = writes.Count;
        verdict.JudgeRepeats(writes, run);
        foreach (var target in run.Targets.Where(target => verdict.FailsAt(target) is null))
        {
            var comments = writes.Count(write => write.GetProperty("target").ToString() == target.TicketId && write.GetProperty("call").ToString().EndsWith("/comment", StringComparison.Ordinal));
            // A phase that waited is told of when it stopped, too.
            if (comments < phases.Count)
                verdict._faults.Add($"{target.TicketId} has {comments} comments of {phases.Count}");
        }

        return verdict;
    }

    private string? FailsAt(TargetRun target) => _arranged.GetValueOrDefault(target.Target)?.FailsAt;

    private void Judge(TargetRun target)
    {
        var expectedAt = FailsAt(target);
        if (expectedAt is null && target.State != RunState.Succeeded)
            _faults.Add($"{target.Target} is {target.State}: {target.Message}");
        else if (expectedAt is not null && (target.State != RunState.Failed || target.Message?.StartsWith(expectedAt, StringComparison.Ordinal) != true))
            _faults.Add($"{target.Target} should have failed at {expectedAt}, and is {target.State}: {target.Message}");
    }

    // What fails is tried again whenever the run goes on: its repeats are meant.
    private void JudgeRepeats(IReadOnlyList<JsonElement> writes, OpsRun run)
    {
        var tried = run.Targets.Where(target => FailsAt(target) is not null).SelectMany(target => new[] { target.Target, target.Target.Split('.')[0], target.TicketId }).ToHashSet();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var write in writes)
        {
            if (MayRepeat(write) || tried.Contains(write.GetProperty("target").ToString()))
                continue;
            var what = $"{write.GetProperty("service")} {write.GetProperty("call")} on {write.GetProperty("target")}: {write.GetProperty("detail")}";
            seen[what] = seen.GetValueOrDefault(what) + 1;
        }

        foreach (var (what, times) in seen.Where(pair => pair.Value > 1))
            _faults.Add($"done {times} times: {what}");
    }

    // Logging in makes a token, and a lease on a controller, as often as one likes; a command's begin in the background is counted by what it does;
    // an interface that was deleted with its machine comes back with the import, and root's key goes with the reinstall.
    private static bool MayRepeat(JsonElement write)
        => (write.GetProperty("service").GetString(), write.GetProperty("call").ToString()) is ("keystone", _) or ("ssh", "background") or ("aquilon", "del_interface" or "del_interface_address")
            || write.GetProperty("detail").ToString().EndsWith("/root/.ssh/authorized_keys", StringComparison.Ordinal)
            || write.GetProperty("call").ToString().Contains("Sessions", StringComparison.Ordinal);

    public void Print(TimeSpan took, int kills)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Hypervisor", "Ticket", "State", "What");
        var targets = _runs.SelectMany(run => run.Targets).OrderBy(target => target.Target, StringComparer.Ordinal).ToList();
        foreach (var target in targets)
            table.AddRow(Markup.Escape(target.Target), target.TicketId ?? "", $"[{(target.State == RunState.Succeeded ? "green" : FailsAt(target) is null ? "red" : "yellow")}]{target.State}[/]", Markup.Escape(WhatOf(target)));
        AnsiConsole.Write(table);
        foreach (var fault in _faults)
            AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {fault}");
        var arranged = targets.Count(target => FailsAt(target) is not null);
        var failed = IsWell && arranged > 0 ? string.Create(CultureInfo.InvariantCulture, $", {targets.Count - arranged} migrated and {arranged} failed as arranged") : "";
        var killed = kills == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", killed and resumed {kills} times");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{(IsWell ? "All is well:" : "NOT WELL:")} {targets.Count} hypervisors{failed}, {_writes} writes in {took.TotalSeconds:0.0} s{killed}");
    }

    // The message of a failure begins with its step.
    private string WhatOf(TargetRun target)
    {
        var arranged = _arranged.TryGetValue(target.Target, out var trouble) ? $"as arranged: {trouble.What}" : "";
        return target.State == RunState.Succeeded ? arranged : string.Join(" – ", new[] { Brief.Of(target.Message ?? $"{target.Phase}.{target.Step}", 120), arranged }.Where(part => part.Length > 0));
    }
}

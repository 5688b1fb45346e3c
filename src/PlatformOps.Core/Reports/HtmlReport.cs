using System.Globalization;
using System.Net;
using System.Text;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;

namespace PlatformOps.Core.Reports;

/// <summary>A run as one HTML file that needs nothing else: no scripts, no fonts, no addresses. For screens, phones and paper.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { --paper: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d9dee3; --band: #f5f7f9; --good: #1a7f37; --same: #8c959f; --bad: #cf222e; --doubt: #9a6700; --plan: #0969da; --back: #8250df; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e3e8ee; --soft: #98a3af; --line: #333b44; --band: #1c2127; --good: #3fb950; --same: #6e7781; --bad: #ff7b72; --doubt: #d9a320; --plan: #58a6ff; --back: #bc8cff; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
        h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
        code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .92em; }
        .soft { color: var(--soft); }
        .tag { display: inline-block; padding: 0 .55em; border-radius: 1em; border: 1px solid currentColor; font-size: .82rem; font-weight: 600; white-space: nowrap; }
        .good { color: var(--good); } .same { color: var(--same); } .bad { color: var(--bad); } .doubt { color: var(--doubt); } .plan { color: var(--plan); } .back { color: var(--back); }
        dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .1rem 1.2rem; margin: 1.2rem 0 0; padding: .9rem 1rem; background: var(--band); border-radius: .6rem; }
        dl.facts div { padding: .25rem 0; min-width: 0; }
        dt { color: var(--soft); font-size: .8rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .note { border-left: 4px solid currentColor; padding: .35rem .8rem; margin: .5rem 0; background: var(--band); border-radius: 0 .4rem .4rem 0; }
        .note p { color: var(--ink); margin: .15rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        .timeline { display: grid; grid-template-columns: minmax(7rem, 15rem) 1fr; gap: .35rem .8rem; align-items: center; }
        .timeline .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .track { background: var(--band); border-radius: .3rem; }
        .track svg { display: block; width: 100%; height: 1.5rem; overflow: visible; }
        .track rect { fill: currentColor; stroke: var(--paper); stroke-width: 1; vector-effect: non-scaling-stroke; }
        .track line { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 3 2; vector-effect: non-scaling-stroke; }
        .key i.cut { width: 0; border-left: 2px dashed var(--ink); border-radius: 0; background: none; }
        tr.cut td { background: var(--band); color: var(--doubt); font-weight: 600; }
        .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .78rem; font-variant-numeric: tabular-nums; }
        .key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .7rem 0 0; color: var(--soft); font-size: .82rem; }
        .key i { display: inline-block; width: .75em; height: .75em; border-radius: .15em; background: currentColor; margin-right: .4em; }
        .key span span { color: var(--soft); }
        section.target { margin: 1.1rem 0; border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }
        section.target > header { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; padding: .6rem .9rem; background: var(--band); border-bottom: 1px solid var(--line); }
        section.target > p { margin: .6rem .9rem; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; font-size: .9rem; }
        th { text-align: left; color: var(--soft); font-size: .78rem; font-weight: 600; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
        td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
        tr:last-child td { border-bottom: 0; }
        th:first-child, td:first-child { padding-left: .9rem; }
        td.time, td.took { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
        td.took { text-align: right; }
        td.step { overflow-wrap: normal; }
        td .before { color: var(--soft); }
        td .what { white-space: pre-wrap; }
        footer { margin-top: 2rem; color: var(--soft); font-size: .82rem; }
        @media (max-width: 42rem) {
          body { padding: 1rem .7rem 2rem; }
          .timeline { grid-template-columns: 1fr; gap: .1rem; }
          .timeline .track { margin-bottom: .45rem; }
          .timeline .corner { display: none; }
          table, tbody, tr, td { display: block; }
          thead { display: none; }
          tr { padding: .5rem .9rem; border-bottom: 1px solid var(--line); }
          tr:last-child { border-bottom: 0; }
          td, td:first-child { border: 0; padding: 0; }
          td.time, td.took, td.how { display: inline-block; margin-right: .7rem; text-align: left; font-size: .82rem; }
        }
        @media print {
          :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --band: #f3f3f3; --good: #1a7f37; --same: #777; --bad: #b00; --doubt: #8a5a00; --plan: #0550ae; --back: #6639ba; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          tr, .note, dl.facts, .track { break-inside: avoid; }
          section.target > header { break-after: avoid; }
          section.target { break-inside: auto; }
        }
        """;

    public static string Render(RunReport report)
    {
        var run = report.Run;
        var html = new StringBuilder(32 * 1024);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // Whatever a server's text may say: nothing is loaded, nothing runs.
        html.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append("<title>").Append(Text($"{run.Name}: {run.State} ({run.RunId})")).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n");
        Head(html, report);
        Troubles(html, report);
        Timeline(html, report);
        html.Append("<h2>Steps</h2>\n");
        foreach (var (target, state, attempts) in report.ByTarget())
            Target(html, report, target, state, attempts);
        html.Append("<footer>Read from the ledger at ").Append(ReportText.Time(report.ReadAt)).Append(". All times are UTC. PlatformOps</footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Head(StringBuilder html, RunReport report)
    {
        var run = report.Run;
        html.Append("<header>\n<h1>").Append(Text(run.Name)).Append(' ').Append(Tag(run.State.ToString(), ClassOf(run.State))).Append("</h1>\n");
        html.Append("<div class=\"soft\">run <code>").Append(Text(run.RunId)).Append("</code> on <strong>").Append(Text(run.Environment)).Append("</strong></div>\n<dl class=\"facts\">\n");
        Fact("Began", ReportText.Time(run.StartedAt));
        Fact("Ended", run.EndedAt is { } ended ? ReportText.Time(ended) : "not yet");
        Fact("Took", ReportText.Duration(report.End - report.Start));
        Fact("Started by", run.StartedBy + (run.Machine.Length == 0 ? "" : $" on {run.Machine}"));
        if (run.RequestedBy is not null)
            Fact("Requested by", run.RequestedBy);
        if (run.Runbooks.Length > 0)
            Fact("Runbooks", string.Join(", ", run.Runbooks));
        Fact("Targets", string.Join(", ", run.Targets.GroupBy(target => target.State).OrderBy(group => group.Key).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"))));
        if (report.TakenUp.Count > 0)
            Fact("Taken up again", string.Join(", ", report.TakenUp.Select(taken => $"{ReportText.Time(taken.By.At)} by {taken.By.Person}")));
        Fact("Changes made", report.Attempts.Count(attempt => attempt.Step is { Kind: StepKind.Change, Outcome: StepOutcome.Done }).ToString(CultureInfo.InvariantCulture));
        html.Append("</dl>\n</header>\n");
        if (run.WaitingFor is not null)
            Note(html, "doubt", "Waits", run.WaitingFor);
        if (run is { State: RunState.Interrupted, Kind: RunKind.Runbook })
            Note(html, "doubt", "Interrupted", "The process that worked on it ended before the run did. Resume-OpsRun goes on with it, and nothing happens twice.");

        void Fact(string name, string value) => html.Append("<div><dt>").Append(name).Append("</dt><dd>").Append(Text(value)).Append("</dd></div>\n");
    }

    private static void Troubles(StringBuilder html, RunReport report)
    {
        var troubles = report.Troubles().ToList();
        if (troubles.Count == 0)
            return;
        html.Append("<h2>To look at</h2>\n");
        foreach (var step in troubles)
            Note(html, ClassOf(step.Outcome), $"{step.Outcome}: {step.Target}, {StepOf(step)}", step.Message);
    }

    private static void Note(StringBuilder html, string css, string title, string message) => html
        .Append("<div class=\"note ").Append(css).Append("\"><strong>").Append(Text(title)).Append("</strong><p>").Append(Text(message)).Append("</p></div>\n");

    private static void Timeline(StringBuilder html, RunReport report)
    {
        if (report.Attempts.Count == 0)
            return;
        const double Width = 1000;
        var (start, end) = (report.Attempts.Min(attempt => attempt.Step.StartedAt), report.Attempts.Max(attempt => attempt.Step.StartedAt + attempt.Step.Duration));
        var span = Math.Max((end - start).TotalSeconds, 0.001);
        html.Append("<h2>Timeline</h2>\n<div class=\"timeline\">\n");
        foreach (var (target, _, attempts) in report.ByTarget())
        {
            html.Append("<div class=\"name\" title=\"").Append(Text(target)).Append("\">").Append(Text(target)).Append("</div><div class=\"track\"><svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"").Append(Text($"{attempts.Count} steps of {target}")).Append("\">");
            // Over each other where the time is short: what a person must look at is on top.
            foreach (var step in attempts.Select(attempt => attempt.Step).OrderBy(step => ClassOf(step.Outcome) is "bad" or "doubt"))
            {
                var from = At(step.StartedAt);
                // What took no time is still to be seen.
                var width = Math.Max(step.Duration.TotalSeconds / span * Width, 6);
                from = Math.Min(from, Width - width);
                html.Append(CultureInfo.InvariantCulture, $"<rect class=\"{ClassOf(step.Outcome)}\" x=\"{from:0.##}\" y=\"2\" width=\"{width:0.##}\" height=\"16\"><title>{Text($"{StepOf(step)}: {step.Outcome}, {ReportText.Time(step.StartedAt)}, {ReportText.Duration(step.Duration)}")}</title></rect>");
            }

            foreach (var taken in report.TakenUp.Where(taken => taken.By.At >= start && taken.By.At <= end))
                html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{At(taken.By.At):0.##}\" y1=\"0\" x2=\"{At(taken.By.At):0.##}\" y2=\"20\"><title>{Text($"{ReportText.Of(taken)}, {ReportText.Time(taken.By.At)}")}</title></line>");
            html.Append("</svg></div>\n");
        }

        html.Append("<div class=\"corner\"></div><div class=\"axis\">");
        for (var quarter = 0; quarter <= 4; quarter++)
            html.Append("<span>").Append(ReportText.Clock(start + ((end - start) * quarter / 4))).Append("</span>");
        html.Append("</div>\n</div>\n<div class=\"key\">");
        foreach (var group in report.Attempts.GroupBy(attempt => attempt.Step.Outcome).OrderBy(group => group.Key))
            html.Append(CultureInfo.InvariantCulture, $"<span class=\"{ClassOf(group.Key)}\"><i></i><span>{group.Count()} {group.Key}</span></span>");
        if (report.TakenUp.Count > 0)
            html.Append("<span><i class=\"cut\"></i>taken up again</span>");
        html.Append("</div>\n");

        double At(DateTimeOffset time) => (time - start).TotalSeconds / span * Width;
    }

    private static void Target(StringBuilder html, RunReport report, string target, TargetRun? state, IReadOnlyList<AttemptRecord> attempts)
    {
        var showsPhase = report.Run.Runbooks.Length != 1;
        html.Append("<section class=\"target\">\n<header><h3>").Append(Text(target)).Append("</h3>");
        if (state is not null)
            html.Append(Tag(state.State.ToString(), ClassOf(state.State)));
        if (state?.TicketId is not null)
            html.Append("<span class=\"soft\">").Append(Text(state.TicketId)).Append("</span>");
        html.Append("</header>\n");
        if (state is { Message.Length: > 0, State: not RunState.Succeeded })
            html.Append("<p>").Append(Text(state.Message)).Append("</p>\n");
        if (attempts.Count == 0)
        {
            html.Append("<p class=\"soft\">No step was begun.</p>\n</section>\n");
            return;
        }

        html.Append("<table><thead><tr><th>Began</th><th>Step</th><th>Outcome</th><th>Took</th><th>What</th></tr></thead><tbody>\n");
        AttemptRecord? before = null;
        foreach (var attempt in attempts)
        {
            foreach (var taken in report.TakenUpBetween(before, attempt))
                html.Append("<tr class=\"cut\"><td class=\"time\">").Append(Clock(taken.By.At)).Append("</td><td colspan=\"4\">").Append(Text(ReportText.Of(taken))).Append("</td></tr>\n");
            var step = attempt.Step;
            before = attempt;
            html.Append("<tr><td class=\"time\">").Append(Clock(step.StartedAt)).Append("</td><td class=\"step\">");
            if (showsPhase && step.Phase is not null)
                html.Append("<span class=\"soft\">").Append(Text(step.Phase)).Append("</span> ");
            html.Append("<span class=\"mono\">").Append(Text(step.Step)).Append("</span></td><td class=\"how\">").Append(Tag(step.Outcome.ToString(), ClassOf(step.Outcome)));
            html.Append("</td><td class=\"took\">").Append(ReportText.Duration(step.Duration)).Append("</td><td>").Append(What(step)).Append("</td></tr>\n");
        }

        html.Append("</tbody></table>\n</section>\n");
    }

    private static string What(StepRecord step) => step is { Before: not null, After: not null } && step.Before != step.After && step.Outcome is StepOutcome.Done or StepOutcome.Undone
        ? $"<span class=\"what\"><span class=\"before\">{Text(step.Before)}</span> → <strong>{Text(step.After)}</strong></span>"
        : $"<span class=\"what\">{Text(step.Message)}</span>";

    private static string Clock(DateTimeOffset time) => $"<time datetime=\"{ReportText.Time(time)}\" title=\"{ReportText.Time(time)}\">{ReportText.Clock(time)}</time>";

    private static string StepOf(StepRecord step) => step.Phase is null ? step.Step : $"{step.Phase}: {step.Step}";

    private static string Tag(string text, string css) => $"<span class=\"tag {css}\">{Text(text)}</span>";

    private static string ClassOf(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Passed or StepOutcome.Done or StepOutcome.Reported => "good",
        StepOutcome.Failed or StepOutcome.Drifted => "bad",
        StepOutcome.Unknown or StepOutcome.Warning or StepOutcome.Waiting or StepOutcome.Interrupted => "doubt",
        StepOutcome.Planned or StepOutcome.Running => "plan",
        StepOutcome.Undone => "back",
        _ => "same",
    };

    private static string ClassOf(RunState state) => state switch
    {
        RunState.Succeeded => "good",
        RunState.Failed => "bad",
        RunState.Running or RunState.Open => "plan",
        RunState.Undone => "back",
        _ => "doubt",
    };

    private static string Text(string? value) => WebUtility.HtmlEncode(ReportText.Clean(value));
}

using System.Globalization;
using System.Text;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;

namespace PlatformOps.Core.Reports;

/// <summary>A run as Markdown (GitHub's tables): for tickets, wikis and pull requests.</summary>
internal static class MarkdownReport
{
    public static string Render(RunReport report)
    {
        var run = report.Run;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Escape(run.Name)}: {run.State}\n\n");
        text.Append("| | |\n|---|---|\n");
        Row("Run", $"`{run.RunId}`");
        Row("Environment", Escape(run.Environment));
        Row("Started by", Escape(run.StartedBy + (run.RequestedBy is null ? "" : $" for {run.RequestedBy}") + (run.Machine.Length == 0 ? "" : $" on {run.Machine}")));
        Row("Began", ReportText.Time(run.StartedAt));
        Row("Ended", run.EndedAt is { } ended ? $"{ReportText.Time(ended)} ({ReportText.Duration(ended - run.StartedAt)})" : "not yet");
        if (run.WaitingFor is not null)
            Row("Waits for", Escape(run.WaitingFor));
        Row("Targets", string.Join(", ", run.Targets.GroupBy(target => target.State).OrderBy(group => group.Key).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"))));

        var troubles = report.Troubles().ToList();
        if (troubles.Count > 0)
        {
            text.Append("\n## To look at\n\n");
            foreach (var step in troubles)
                text.Append(CultureInfo.InvariantCulture, $"- **{step.Outcome}** {Escape(step.Target)}, {Escape(StepOf(step))}: {Escape(step.Message)}\n");
        }

        foreach (var (target, state, attempts) in report.ByTarget())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {Escape(target)}{(state is null ? "" : $": {state.State}")}{(state?.TicketId is null ? "" : $" ({Escape(state.TicketId)})")}\n\n");
            if (state?.Message is { Length: > 0 } message)
                text.Append(CultureInfo.InvariantCulture, $"{Escape(message)}\n\n");
            if (attempts.Count == 0)
            {
                text.Append("No step was begun.\n");
                continue;
            }

            text.Append("| began (UTC) | step | outcome | took | what |\n|---|---|---|---:|---|\n");
            AttemptRecord? before = null;
            foreach (var attempt in attempts)
            {
                foreach (var taken in report.TakenUpBetween(before, attempt))
                    text.Append(CultureInfo.InvariantCulture, $"| {ReportText.Time(taken.By.At)} | | | | **{Escape(ReportText.Of(taken))}** |\n");
                var step = attempt.Step;
                text.Append(CultureInfo.InvariantCulture, $"| {ReportText.Time(step.StartedAt)} | {Escape(StepOf(step))} | {step.Outcome} | {ReportText.Duration(step.Duration)} | {Escape(WhatOf(step))} |\n");
                before = attempt;
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"\nRead from the ledger at {ReportText.Time(report.ReadAt)}.\n");
        return text.ToString();

        void Row(string name, string value) => text.Append("| ").Append(name).Append(" | ").Append(value).Append(" |\n");
    }

    private static string StepOf(StepRecord step) => step.Phase is null ? step.Step : $"{step.Phase}: {step.Step}";

    private static string WhatOf(StepRecord step) => step is { Before: not null, After: not null } && step.Before != step.After && step.Outcome is StepOutcome.Done or StepOutcome.Undone
        ? $"{step.Before} → {step.After}"
        : step.Message;

    // CommonMark 0.31, 2.4: any ASCII punctuation may be escaped; HTML and links must not come to life.
    private static string Escape(string? value)
    {
        var text = new StringBuilder();
        foreach (var c in ReportText.Clean(value))
        {
            if (c == '\n')
                text.Append("<br>");
            else if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '~' or '!')
                text.Append('\\').Append(c);
            else if (c == '&')
                text.Append("&amp;");
            else
                text.Append(c);
        }

        return text.ToString();
    }
}

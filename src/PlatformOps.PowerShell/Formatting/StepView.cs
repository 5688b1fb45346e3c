using System.Globalization;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the table of steps shows: called from PlatformOps.Format.ps1xml. Only the view is shortened, never the data.</summary>
public static class StepView
{
    private const int Narrow = 120;

    // Target, outcome and duration, with a space behind each.
    private const int BesideStep = 20 + 11 + 8 + 3;

    private const int EvidenceLines = 2;

    // Target, ticket and state.
    private const int BesideMessage = 20 + 8 + 11 + 3;

    /// <summary>The target: a host's first label where the screen is narrow.</summary>
    public static string Target(string? target, int width) =>
        target is null || width >= Narrow || !target.Contains('.', StringComparison.Ordinal) || char.IsAsciiDigit(target[0]) ? target ?? "" : target[..target.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>A host's name where it fits, else its first label.</summary>
    /// <param name="name">The name.</param>
    /// <param name="columns">The width of its column.</param>
    public static string Host(string? name, int columns) => name is null || name.Length <= columns ? name ?? "" : Target(name, 0);

    /// <summary>What a step was and what came of it: "PreDrain host.os: rocky 8.10". The step's name is whole, as other cmdlets take it. It wraps; of what passed, two lines of evidence are shown, and everything else is whole.</summary>
    public static string Told(StepRecord? record, int width)
    {
        if (record is null)
            return "";
        var step = StepOf(record.Phase, record.Step, width);
        var what = What(record);
        var told = what.Length == 0 ? step : $"{step}: {what}";
        var columns = width - BesideStep - 1;
        var lines = Cell.Wrap(told, BesideStep, width).Split('\n');
        var most = Cell.Wrap(step + ":", BesideStep, width).Split('\n').Length + EvidenceLines;
        return record.Outcome != StepOutcome.Passed || lines.Length <= most ? string.Join('\n', lines) : $"{string.Join('\n', lines[..(most - 1)])}\n{Cut(string.Join(' ', lines[(most - 1)..]), columns)}";
    }

    /// <summary>A host's name whole: where it does not fit its column, it goes on below from one of its dots.</summary>
    /// <param name="name">The name.</param>
    /// <param name="columns">The width of its column.</param>
    public static string WholeHost(string? name, int columns)
    {
        if (name is null || name.Length <= columns || name.LastIndexOf('.', columns) is var dot && dot <= 0)
            return name ?? "";
        return $"{name[..dot]}\n{WholeHost(name[dot..], columns)}";
    }

    /// <summary>Why a target is where it is; the step that it is at where nothing is told of it.</summary>
    public static string Told(TargetRun? target, int width) => target is null ? "" : Cell.Wrap(target.Message is { Length: > 0 } message ? OneLine(message) : StepOf(target.Phase, target.Step, width), BesideMessage, width);

    /// <summary>The phase: a runbook without its folder where the screen is narrow, which the target tells.</summary>
    public static string Phase(string? phase, int width) => phase is null || width >= Narrow ? phase ?? "" : phase[(phase.LastIndexOf('/') + 1)..];

    /// <summary>What happened, without what the other columns say: the difference that a change makes, or the evidence.</summary>
    public static string What(StepRecord? record) => record switch
    {
        null => "",
        { Kind: StepKind.Change, Outcome: StepOutcome.Done or StepOutcome.Planned or StepOutcome.Undone, Before: not null, After: not null } => OneLine($"{record.Before} → {record.After}"),
        { Kind: StepKind.Change, Outcome: StepOutcome.Unchanged, Before: not null } => OneLine(record.Before),
        _ => OneLine(record.Message),
    };

    /// <summary>The attempts at a step before its last one, a line each: "2026-11-20T18:49:02Z Failed: 17 servers". Null where there was none: a list leaves it out.</summary>
    public static string? EarlierAttempts(StepRecord? record) => record is null or { EarlierAttempts.Length: 0 }
        ? null
        : string.Join('\n', record.EarlierAttempts.Select(attempt => $"{Cell.Time(attempt.StartedAt)} {attempt.Outcome}: {What(attempt)}"));

    /// <summary>A duration in at most seven characters: 0.3s, 12.0s, 4m05s, 3h07m, 2d04h.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 99.95 } => duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s",
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds:00}s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours}h{duration.Minutes:00}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Days}d{duration.Hours:00}h"),
    };

    /// <summary>The text in the outcome's colour, or as it is where the host shows none.</summary>
    /// <param name="outcome">The outcome, which is also the text.</param>
    /// <param name="colours">Whether the host shows colours and is not asked for plain text.</param>
    public static string Outcome(StepOutcome outcome, bool colours) => Colour(outcome.ToString(), colours, outcome switch
    {
        StepOutcome.Failed or StepOutcome.Drifted => "31",
        StepOutcome.Unknown or StepOutcome.Warning or StepOutcome.Waiting or StepOutcome.Interrupted => "33",
        StepOutcome.Done or StepOutcome.Passed => "32",
        StepOutcome.Planned or StepOutcome.Running => "36",
        _ => null,
    });

    /// <summary>The state of a run in its colour.</summary>
    public static string State(RunState state, bool colours) => Colour(state.ToString(), colours, state switch
    {
        RunState.Failed => "31",
        RunState.Waiting or RunState.Interrupted or RunState.Stopped => "33",
        RunState.Succeeded => "32",
        RunState.Running or RunState.Open => "36",
        _ => null,
    });

    /// <summary>The state of a target in its colour; what nobody knows, and what somebody else changed, in its own word.</summary>
    public static string State(TargetRun? target, bool colours) => target switch
    {
        null => "",
        { Outcome: StepOutcome.Unknown or StepOutcome.Drifted } => Outcome(target.Outcome.Value, colours),
        _ => State(target.State, colours),
    };

    /// <summary>How many targets are in which state: "3 Succeeded, 1 Failed, 1 Unknown".</summary>
    public static string Targets(OpsRun? run) => run is null
        ? ""
        : string.Join(", ", run.Targets.OrderBy(target => target.State).ThenBy(target => target.Outcome).GroupBy(target => State(target, colours: false)).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}")));

    /// <summary>One line for the host: what servers send must not move the cursor or colour the screen.</summary>
    public static string OneLine(string? text) => text is null
        ? ""
        : string.Concat(text.ReplaceLineEndings(" ").Where(c => !char.IsControl(c)));

    private static string StepOf(string? phase, string? step, int width) => string.Join(' ', new[] { Phase(phase, width), step ?? "" }.Where(part => part.Length > 0));

    private static string Cut(string text, int columns) => text.Length <= columns ? text : $"{text[..(columns - 1)]}…";

    internal static string Colour(string text, bool colours, string? code) => colours && code is not null ? $"\u001b[{code}m{text}\u001b[0m" : text;
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Makes the records that users see.</summary>
internal static class StepRecords
{
    /// <summary>A step that ended just now.</summary>
    public static StepRecord From(RunIdentity run, ActionTarget target, string? phase, string step, string action, StepKind kind, int number, StepEnd end, DateTimeOffset started, RunScope scope) => new()
    {
        RunId = run.RunId,
        Target = target.Name,
        TargetKind = target.Kind,
        TicketId = target.TicketId,
        Phase = phase,
        Number = number,
        Step = step,
        Action = action,
        Kind = kind,
        Outcome = end.Outcome,
        Before = Clean(end.Before, scope.Redactor),
        After = Clean(end.After, scope.Redactor),
        Caution = Clean(end.Caution, scope.Redactor),
        WouldStop = end.WouldStop,
        Members = end.Members,
        StartedAt = started,
        Duration = scope.Time.GetUtcNow() - started,
        Message = scope.Redactor.Clean(end.Message),
        Error = Clean(end.Error, scope.Redactor),
        Environment = run.Environment,
    };

    private static string? Clean(string? text, Redactor redactor) => text is null ? null : redactor.Clean(text);

    // An error cannot be changed: one that quotes a secret, or whose causes do, gives way to one that says the rest.
    private static Exception? Clean(Exception? error, Redactor redactor)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (redactor.Clean(cause.Message) == cause.Message)
                continue;
            var (text, target) = (redactor.Clean(error!.Message), (error as OpsException)?.TargetName);
            return error is OutcomeUnknownException ? new OutcomeUnknownException(text) { TargetName = target } : new StepFailedException(text) { TargetName = target };
        }

        return error;
    }

    /// <summary>The steps of a run as its journal tells them, in the order in which they were first begun: the last result of each with what it took before, and what was begun and never ended.</summary>
    /// <param name="isUnderWay">Whether a living process works on the run: what has no result yet is then under way.</param>
    /// <param name="only">Only this target's; all where null.</param>
    public static IEnumerable<StepRecord> From(string runId, RunHistory history, bool isUnderWay, string? only = null)
        => history.Targets.Where(known => only is null || known.Key == only)
            .SelectMany(known => known.Value.Steps)
            .Select(step => Last(runId, history, step, isUnderWay) with { EarlierAttempts = [.. step.Attempts.SkipLast(1).Select(attempt => Earlier(runId, history, step, attempt))] });

    /// <summary>Every attempt at every step of a run, target by target, in the order in which they were made.</summary>
    /// <param name="isUnderWay"><inheritdoc cref="From(string, RunHistory, bool, string?)"/></param>
    public static IEnumerable<AttemptRecord> Attempts(string runId, RunHistory history, bool isUnderWay)
        => history.Targets.SelectMany(known => known.Value.Steps
            .SelectMany(step => step.Attempts.Select((attempt, index) => (
                attempt.Order,
                Record: index == step.Attempts.Count - 1 ? Last(runId, history, step, isUnderWay) : Earlier(runId, history, step, attempt))))
            .OrderBy(attempt => attempt.Order)
            .Select(attempt => new AttemptRecord(attempt.Record, 1 + history.TakenUp.Count(taken => taken.By.Order < attempt.Order))));

    private static StepRecord Last(string runId, RunHistory history, StepHistory step, bool isUnderWay)
        => From(runId, history, step, step.Intent, step.Result, EndOf(runId, history, step, isUnderWay));

    private static StepRecord Earlier(string runId, RunHistory history, StepHistory step, StepAttempt attempt)
    {
        var (outcome, message) = attempt.Result is { } result
            ? (result.Outcome, result.Message)
            : (StepOutcome.Interrupted, $"interrupted ({attempt.Intent!.BeforeText} → {attempt.Intent.DesiredText})");
        if (attempt.Decision is { } decision)
            message += $"; resolved as {decision.As} by {decision.Person}: {decision.Reason}";
        return From(runId, history, step, attempt.Intent, attempt.Result, (outcome, message));
    }

    private static StepRecord From(string runId, RunHistory history, StepHistory step, Intent? intent, Result? result, (StepOutcome Outcome, string Message) end)
    {
        var target = history.Started?.Targets.FirstOrDefault(target => target.Name == step.Key.Target);
        return new StepRecord
        {
            RunId = runId,
            Target = step.Key.Target,
            TargetKind = target?.Kind ?? intent?.TargetKind ?? "hypervisor",
            TicketId = target?.TicketId ?? intent?.TicketId,
            Phase = step.Key.Phase,
            Step = step.Key.Step,
            Action = result?.Action ?? intent!.Action,
            Kind = result?.Kind ?? StepKind.Change,
            Number = result?.Number ?? step.Result?.Number ?? 0,
            Outcome = end.Outcome,
            Before = result?.BeforeText ?? intent?.BeforeText,
            After = result?.AfterText,
            StartedAt = result?.StartedAt ?? intent!.At,
            Duration = result?.Duration ?? TimeSpan.Zero,
            Message = end.Message,
            Environment = history.Started?.Identity.Environment,
            Error = result?.Error is null ? null : new StepFailedException(result.Message) { TargetName = step.Key.Target },
        };
    }

    // How it ended; of what has not ended, what it is and what to do.
    private static (StepOutcome Outcome, string Message) EndOf(string runId, RunHistory history, StepHistory step, bool isUnderWay)
    {
        if (step.Intent is not { } intent || step.Result is { Outcome: not StepOutcome.Unknown })
            return (step.Result!.Outcome, step.Result.Message);
        var what = $"{intent.BeforeText} → {intent.DesiredText}";
        var again = intent.IsUndo ? $"Undo-OpsRun {runId}" : history.Started?.Phases.Length > 0 ? $"Resume-OpsRun {runId}" : "starting it again";
        if (step.Decision is { } decision)
            return (StepOutcome.Interrupted, $"resolved as {decision.As} by {decision.Person}: {decision.Reason}; {again} goes on ({what})");
        if (step.Result is { } looked)
            return (StepOutcome.Unknown, looked.Message);
        if (isUnderWay)
            return (StepOutcome.Running, $"under way ({what})");
        return step.NeedsDecision
            ? (StepOutcome.Unknown, $"look on the system itself, then decide with Resolve-OpsStep: it was interrupted ({what}), and leaves nothing that tells whether it happened")
            : (StepOutcome.Interrupted, $"interrupted; {again} looks whether it happened ({what})");
    }
}

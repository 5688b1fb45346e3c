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

    /// <summary>The steps of a run as its journal tells them: the last result of each, and what was begun and never ended.</summary>
    /// <param name="isUnderWay">Whether a living process works on the run: what has no result yet is then under way.</param>
    /// <param name="only">Only this target's; all where null.</param>
    public static IEnumerable<StepRecord> From(string runId, RunHistory history, bool isUnderWay, string? only = null)
    {
        var targets = (history.Started?.Targets ?? []).ToDictionary(target => target.Name);
        foreach (var step in history.Targets.Where(known => only is null || known.Key == only).SelectMany(known => known.Value.Steps))
        {
            var target = targets.GetValueOrDefault(step.Key.Target);
            var (outcome, message) = EndOf(runId, history, step, isUnderWay);
            yield return new StepRecord
            {
                RunId = runId,
                Target = step.Key.Target,
                TargetKind = target?.Kind ?? step.Intent?.TargetKind ?? "hypervisor",
                TicketId = target?.TicketId ?? step.Intent?.TicketId,
                Phase = step.Key.Phase,
                Step = step.Key.Step,
                Action = step.Result?.Action ?? step.Intent!.Action,
                Kind = step.Result?.Kind ?? StepKind.Change,
                Number = step.Result?.Number ?? 0,
                Outcome = outcome,
                Before = step.Result?.BeforeText ?? step.Intent?.BeforeText,
                After = step.Result?.AfterText,
                StartedAt = step.Result?.StartedAt ?? step.Intent!.At,
                Duration = step.Result?.Duration ?? TimeSpan.Zero,
                Message = message,
                Environment = history.Started?.Identity.Environment,
                Error = step.Result?.Error is null ? null : new StepFailedException(step.Result.Message) { TargetName = step.Key.Target },
            };
        }
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

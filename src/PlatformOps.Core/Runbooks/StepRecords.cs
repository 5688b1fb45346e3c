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
    /// <param name="only">Only this target's; all where null.</param>
    public static IEnumerable<StepRecord> From(string runId, RunHistory history, string? only = null)
    {
        var targets = (history.Started?.Targets ?? []).ToDictionary(target => target.Name);
        foreach (var step in history.Targets.Where(known => only is null || known.Key == only).SelectMany(known => known.Value.Steps))
        {
            var target = targets.GetValueOrDefault(step.Key.Target);
            var record = new StepRecord
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
                Outcome = step.Result?.Outcome ?? StepOutcome.Unknown,
                Before = step.Result?.BeforeText ?? step.Intent?.BeforeText,
                After = step.Result?.AfterText,
                StartedAt = step.Result?.StartedAt ?? step.Intent!.At,
                Duration = step.Result?.Duration ?? TimeSpan.Zero,
                Message = step.Result?.Message ?? $"begun ({step.Intent!.BeforeText} → {step.Intent.DesiredText}), and nothing was written after it",
                Environment = history.Started?.Identity.Environment,
                Error = step.Result?.Error is null ? null : new StepFailedException(step.Result.Message) { TargetName = step.Key.Target },
            };
            yield return step.Decision is { } decision && step.Result is null
                ? record with { Message = $"{record.Message}; resolved as {decision.As} by {decision.Person}: {decision.Reason}" }
                : record;
        }
    }
}

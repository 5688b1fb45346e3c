using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>What the journal knows of one step on one target: its last intent, what came of it, and what a person decided since.</summary>
internal sealed class StepHistory(StepKey key)
{
    private readonly List<StepAttempt> _attempts = [];

    public StepKey Key { get; } = key;

    /// <summary>Every attempt at it, oldest first: the last result is what counts, the others are what it took.</summary>
    public IReadOnlyList<StepAttempt> Attempts => _attempts;

    /// <summary>The last intent; null where the step never got that far.</summary>
    public Intent? Intent { get; private set; }

    /// <summary>The last result; null where there is none since the last intent.</summary>
    public Result? Result { get; private set; }

    /// <summary>A person's decision since the last intent.</summary>
    public Decision? Decision { get; private set; }

    /// <summary>The intent of the change that was made (not undone since), for undo and drift.</summary>
    public Intent? Made { get; private set; }

    /// <summary>Its result.</summary>
    public Result? MadeResult { get; private set; }

    /// <summary>The intent of the change that stands, or may stand because nobody knows what came of it.</summary>
    public Intent? Standing => Made ?? (IsOpen && !Intent!.IsUndo ? Intent : null);

    /// <summary>The result of a change that was found made, where nothing that we made stands.</summary>
    public Result? Found { get; private set; }

    /// <summary>When it was last made or found made, by <see cref="JournalEntry.Order"/>, whatever became of it since; 0 where it never was, or was taken back.</summary>
    public long HeldAt { get; private set; }

    /// <summary>The change that holds, made or found: what is looked at again when the run is resumed.</summary>
    public StandingChange? Holds => Made is { } made ? StandingChange.Of(made, MadeResult)
        : Found is { } found ? StandingChange.Of(found)
        : null;

    /// <summary>The last time that it was made, may have been, or was found: one that is under way comes after what was made before.</summary>
    public StandingChange? Last => IsOpen && !Intent!.IsUndo ? StandingChange.Of(Intent, null) : Holds;

    /// <summary>Whether it is a target's: its own, or begun for it and others together.</summary>
    public bool IsFor(string target) => Key.Target == target || Intent?.Members?.Contains(target) == true;

    /// <summary>A person left it out: a check or a change that was to be, and nothing stands for what it would have proved or done.</summary>
    public bool IsOmitted => Result is { Kind: StepKind.Check or StepKind.Change, Outcome: StepOutcome.Skipped, ByCondition: false } || (Decision is { As: StepDecision.Skipped } && Intent is { IsUndo: false });

    /// <summary>An effect may or may not have happened, and nobody has said which.</summary>
    public bool IsOpen => Intent is not null && (Result is null || Result.Outcome == StepOutcome.Unknown) && Decision is null;

    /// <summary>What came of an effect is still to be found out, or a person's word on it to be taken.</summary>
    public bool IsToSettle => IsOpen || Decision is { As: not StepDecision.NotHappened };

    /// <summary>It is open, and looking does not tell, or was tried already and did not: a person has to decide.</summary>
    public bool NeedsDecision => IsOpen && (Result is not null || Intent!.IsUnseen);

    /// <summary>It only tells somebody, and could not.</summary>
    public bool IsUntold => Result is { IsTelling: true, Outcome: not (StepOutcome.Done or StepOutcome.Unchanged) } || (Result is null && Intent is { IsTelling: true });

    /// <summary>Which attempt at its phase a telling belongs to: <see cref="StepKey.OfAttempt"/>.</summary>
    public int Attempt => StepKey.AttemptOf(Key.Step);

    /// <summary>The process that worked on it is no more: what it had begun has no end of its own.</summary>
    public void Cut()
    {
        if (_attempts is [.., { Result: null } last])
            _attempts[^1] = last with { IsCut = true };
    }

    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case Intent intent:
                (Intent, Result, Decision, Found) = (intent, null, null, null);
                _attempts.Add(new StepAttempt(intent, null));
                break;
            case Result result:
                Result = result;
                End(result);
                if (result.Outcome == StepOutcome.Done && Intent is not null)
                    (Made, MadeResult) = (Intent, result);
                else if (result.Outcome == StepOutcome.Undone)
                    (Made, MadeResult) = (null, null);
                if (result.Outcome is StepOutcome.Done or StepOutcome.Unchanged or StepOutcome.Undone)
                    HeldAt = result.Outcome == StepOutcome.Undone ? 0 : result.Order;
                Found = result is { Outcome: StepOutcome.Unchanged, Parameters: not null } && Made is null ? result : null;
                break;
            case Decision decision:
                Decision = decision;
                if (_attempts is [.., var decided])
                    _attempts[^1] = decided with { Decision = decision };
                if (decision.As == StepDecision.Happened)
                    (Made, MadeResult) = (Intent is { IsUndo: false } ? Intent : null, null);
                break;
        }
    }

    private void End(Result result)
    {
        switch (_attempts)
        {
            case [.., { Result: null, IsCut: false } begun]:
                _attempts[^1] = begun with { Result = result };
                break;
            case [.., { IsLeftOut: true }]:
                _attempts[^1] = new StepAttempt(null, result);
                break;
            default:
                _attempts.Add(new StepAttempt(null, result));
                break;
        }
    }
}

using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>What the journal knows of one step on one target: its last intent, what came of it, and what a person decided since.</summary>
internal sealed class StepHistory(StepKey key)
{
    public StepKey Key { get; } = key;

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

    /// <summary>The last intent that made it, or may have: one that is under way comes after what was made before.</summary>
    public Intent? Last => IsOpen && !Intent!.IsUndo ? Intent : Made;

    /// <summary>An effect may or may not have happened, and nobody has said which.</summary>
    public bool IsOpen => Intent is not null && (Result is null || Result.Outcome == StepOutcome.Unknown) && Decision is null;

    /// <summary>It is open, and looking does not tell, or was tried already and did not: a person has to decide.</summary>
    public bool NeedsDecision => IsOpen && (Result is not null || Intent!.IsUnseen);

    /// <summary>It only tells somebody, and could not.</summary>
    public bool IsUntold => Result is { IsTelling: true, Outcome: not (StepOutcome.Done or StepOutcome.Unchanged) } || (Result is null && Intent is { IsTelling: true });

    /// <summary>Which attempt at its phase a telling belongs to: later ones are named <c>…#2</c> and so on.</summary>
    public int Attempt => Key.Step.LastIndexOf('#') is > 0 and var at && int.TryParse(Key.Step.AsSpan(at + 1), out var attempt) ? attempt : 1;

    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case Intent intent:
                (Intent, Result, Decision) = (intent, null, null);
                break;
            case Result result:
                Result = result;
                if (result.Outcome == StepOutcome.Done && Intent is not null)
                    (Made, MadeResult) = (Intent, result);
                else if (result.Outcome == StepOutcome.Undone)
                    (Made, MadeResult) = (null, null);
                break;
            case Decision decision:
                Decision = decision;
                if (decision.As == StepDecision.Happened)
                    (Made, MadeResult) = (Intent is { IsUndo: false } ? Intent : null, null);
                break;
        }
    }
}

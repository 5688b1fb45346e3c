using PlatformOps.Runs;

namespace PlatformOps.Core.Ledger;

/// <summary>One attempt at a step: an effect that was begun, an end, or both.</summary>
/// <param name="Intent">The effect that was begun; null where none was.</param>
/// <param name="Result">How it ended; null where it has not, or nobody was left to write it down.</param>
/// <remarks>What one process began, and what a later one found of it, are two attempts: each has its time.</remarks>
internal sealed record StepAttempt(Intent? Intent, Result? Result)
{
    /// <summary>A person's decision on it.</summary>
    public Decision? Decision { get; init; }

    /// <summary>The process that began it ended before it did.</summary>
    public bool IsCut { get; init; }

    /// <summary>When it was made, by <see cref="JournalEntry.Order"/>.</summary>
    public long Order => (Intent ?? (JournalEntry)Result!).Order;

    /// <summary>Nothing was tried: its condition did not hold.</summary>
    public bool IsLeftOut => Result is { Outcome: StepOutcome.Skipped, ByCondition: true };
}

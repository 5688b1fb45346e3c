using System.Text.Json;

namespace PlatformOps.Core.Ledger;

/// <summary>A change that a target has behind it: one that was made, or may have been, or was found made.</summary>
/// <param name="Action">What it is.</param>
/// <param name="Parameters">Of the action.</param>
/// <param name="Order">When, by <see cref="JournalEntry.Order"/>: of its intent where it has one.</param>
/// <param name="When">As <paramref name="Order"/>, to compare with another run's.</param>
/// <param name="After">The state that was left or found; null where none was written down.</param>
/// <param name="Number">Its number in the runbook.</param>
/// <param name="IsTelling">It only tells somebody.</param>
internal sealed record StandingChange(string Action, JsonElement Parameters, long Order, Moment When, JsonElement? After, int Number, bool IsTelling)
{
    public static StandingChange Of(Intent made, Result? result) => new(made.Action, made.Parameters, made.Order, made.When, result?.After, result?.Number ?? 0, made.IsTelling);

    public static StandingChange Of(Result found) => new(found.Action, found.Parameters!.Value, found.Order, found.When, found.After, found.Number, found.IsTelling);
}

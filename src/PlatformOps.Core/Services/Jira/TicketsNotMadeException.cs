using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Some of several tickets could not be made. Caught by whoever asked for them, and told for each.</summary>
/// <param name="reasons">Why, by the title of each.</param>
/// <param name="made">The keys of those that were made.</param>
internal sealed class TicketsNotMadeException(IReadOnlyDictionary<string, string> reasons, IReadOnlyList<string> made)
    : OpsException($"{reasons.Count} tickets could not be made: {string.Join("; ", reasons.Select(pair => $"{pair.Key}: {pair.Value}"))}. {(made.Count == 0 ? "None was made." : $"Made were {string.Join(", ", made)}.")}")
{
    public override string ErrorId => "TicketsNotMade";

    public IReadOnlyDictionary<string, string> Reasons => reasons;
}

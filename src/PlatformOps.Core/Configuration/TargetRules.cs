using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Configuration;

/// <summary>Which machines may be worked on, and how many at once.</summary>
internal sealed record TargetRules : ICheckedRecord
{
    /// <summary>Patterns of the names that may be targets; all may where null, none where empty.</summary>
    public IReadOnlyList<string>? Allow { get; init; }

    /// <summary>Patterns of the names that never may: the runner, bastions, control hosts.</summary>
    public IReadOnlyList<string> Protected { get; init; } = [];

    /// <summary>The most targets of one call.</summary>
    [Range(1, 100_000)]
    public int Max { get; init; } = 10;

    /// <summary>The most hosts of an aggregate that may be out of service at a time, over all runs; not limited where null.</summary>
    [Range(1, 100_000)]
    public int? MaxUnavailable { get; init; }

    /// <summary>Why the machine may not be a target; null where it may.</summary>
    /// <remarks>Protection is generous (a short name stands for the long one, and the other way round); permission is not.</remarks>
    public string? Refusal(string name)
    {
        if (Protected.FirstOrDefault(p => IsProtectedBy(p, name)) is { } protection)
            return $"{name} is protected by the pattern '{protection}' in targets.protected.";
        if (Allow is not null && !Allow.Any(p => NamePattern.Matches(p, name)))
            return $"{name} matches none of the patterns in targets.allow{(Allow.Count == 0 ? ", which is empty" : $" ({string.Join(", ", Allow)})")}.";
        return null;
    }

    public IEnumerable<string> Problems()
        => (Allow ?? []).Concat(Protected).Any(string.IsNullOrWhiteSpace) ? ["a pattern is empty."] : [];

    /// <summary>Whether a name is meant by a pattern of protected ones, in its short or its long form.</summary>
    public static bool IsProtectedBy(string pattern, string name)
        => NamePattern.Matches(pattern, name)
            || NamePattern.Matches(pattern, FirstLabel(name))
            || (!name.Contains('.', StringComparison.Ordinal) && NamePattern.Matches(FirstLabel(pattern), name));

    private static string FirstLabel(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[..dot] : name;
}

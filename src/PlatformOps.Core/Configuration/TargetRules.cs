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
    /// <remarks>
    /// Protection is generous (a short name stands for the long one, and the other way round), and holds for every name that the machine
    /// has; permission is not. What services call it in short says no more than the given name does; a full name must be allowed too.
    /// </remarks>
    /// <param name="name">The name that was given.</param>
    /// <param name="others">What the services call it, where they were asked.</param>
    public string? Refusal(string name, IEnumerable<string>? others = null)
    {
        foreach (var known in (others ?? []).Prepend(name).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var subject = known == name ? name : $"{name}, which a service calls {known},";
            if (Protected.FirstOrDefault(p => IsProtectedBy(p, known)) is { } protection)
                return $"{subject} is protected by the pattern '{protection}' in targets.protected.";
            if ((known == name || !IsShort(known)) && Allow is not null && !Allow.Any(p => NamePattern.Matches(p, known)))
                return $"{subject} matches none of the patterns in targets.allow{(Allow.Count == 0 ? ", which is empty" : $" ({string.Join(", ", Allow)})")}.{FullNames(known)}";
        }

        return null;
    }

    public IEnumerable<string> Problems()
        => (Allow ?? []).Concat(Protected).Any(string.IsNullOrWhiteSpace) ? ["a pattern is empty."] : [];

    /// <summary>Whether a name is meant by a pattern of protected ones, in its short or its long form.</summary>
    public static bool IsProtectedBy(string pattern, string name)
        => NamePattern.Matches(pattern, name)
            || NamePattern.Matches(pattern, FirstLabel(name))
            || (IsShort(name) && NamePattern.Matches(FirstLabel(pattern), name));

    private static bool IsShort(string name) => !name.Contains('.', StringComparison.Ordinal);

    // Whoever takes a name from a service that keeps short ones is told which name is asked for.
    private string FullNames(string name)
    {
        List<string> full = IsShort(name)
            ? [.. (Allow ?? []).Where(p => !IsShort(p)).Select(p => name + p[p.IndexOf('.', StringComparison.Ordinal)..]).Where(known => Allow!.Any(p => NamePattern.Matches(p, known)) && !known.Contains('*', StringComparison.Ordinal) && !known.Contains('?', StringComparison.Ordinal)).Distinct()]
            : [];
        return full.Count == 0 ? "" : $" That is a short name: give the full one, such as {string.Join(" or ", full)}.";
    }

    private static string FirstLabel(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[..dot] : name;
}

using System.IO.Enumeration;
using PlatformOps.Errors;

namespace PlatformOps.Core.Changes;

/// <summary>Which targets may be touched in this environment, how many in one call, and when.</summary>
internal sealed record TargetPolicy
{
    public required string Environment { get; init; }

    /// <summary>Patterns with <c>*</c> and <c>?</c>; everything where empty.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Patterns of what is never touched: the runner itself, bastions, control hosts.</summary>
    public IReadOnlyList<string> Protected { get; init; } = [];

    public int MaxTargets { get; init; } = 10;

    /// <summary>Why the time is outside every change window; null where it is inside one, or there are none.</summary>
    public Func<DateTimeOffset, string?> OutsideWindow { get; init; } = _ => null;

    /// <exception cref="RefusedException">A target is protected or not allowed.</exception>
    public void ThrowIfRefused(ActionTarget target)
    {
        if (Protected.FirstOrDefault(pattern => Matches(pattern, target.Name)) is { } guarded)
            throw new RefusedException($"{target.Name} is protected (targets.protected: '{guarded}') and is never changed from here.") { TargetName = target.Name };
        if (Allowed.Count > 0 && !Allowed.Any(pattern => Matches(pattern, target.Name)))
            throw new RefusedException($"{target.Name} is not among the targets allowed in environment '{Environment}' (targets.allow: {string.Join(", ", Allowed)}).") { TargetName = target.Name };
    }

    /// <exception cref="RefusedException">There are more than one call may have.</exception>
    public void ThrowIfTooMany(int count, int? maxTargets)
    {
        var max = maxTargets ?? MaxTargets;
        if (count > max)
            throw new RefusedException($"{count} targets are more than the {max} that one call may change (targets.max). Nothing was changed; give fewer, or raise -MaxTargets on purpose.");
    }

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);
}

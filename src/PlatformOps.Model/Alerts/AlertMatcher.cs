namespace PlatformOps.Alerts;

/// <summary>One condition on a label of alerts. All matchers of a silence have to hold; a regular expression has to match the whole value.</summary>
public sealed record AlertMatcher
{
    /// <summary>The label.</summary>
    public required string Name { get; init; }

    /// <summary>The value, or a regular expression (RE2) for it.</summary>
    public required string Value { get; init; }

    /// <summary>Whether the value is a regular expression.</summary>
    public bool IsRegex { get; init; }

    /// <summary>Whether the label has to match; false where it must not.</summary>
    public bool IsEqual { get; init; } = true;

    /// <summary>As Alertmanager writes it: <c>hostname="hv1"</c>, <c>instance=~"hv1(:[0-9]+)?"</c>.</summary>
    public override string ToString()
        => $"{Name}{(IsEqual ? IsRegex ? "=~" : "=" : IsRegex ? "!~" : "!=")}\"{Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}

using System.Text.RegularExpressions;

namespace PlatformOps.Lab.Services.Prometheus;

/// <summary>An instant vector selector of PromQL: <c>up{job="node", instance=~"hv1.*"}</c>.</summary>
internal sealed partial class SeriesSelector
{
    private readonly List<(string Label, string Operator, string Value)> _matchers = [];

    /// <summary>Reads one; null where the text is another expression.</summary>
    public static SeriesSelector? TryParse(string text)
    {
        var match = Selector().Match(text.Trim());
        if (!match.Success || (match.Groups["name"].Length == 0 && match.Groups["matchers"].Length == 0))
            return null;
        var selector = new SeriesSelector();
        if (match.Groups["name"] is { Length: > 0 } name)
            selector._matchers.Add(("__name__", "=", name.Value));
        foreach (Match matcher in Matcher().Matches(match.Groups["matchers"].Value))
            selector._matchers.Add((matcher.Groups["label"].Value, matcher.Groups["operator"].Value, Unescape(matcher.Groups["value"].Value)));
        return selector;
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _matchers.TrueForAll(matcher =>
    {
        var value = labels.GetValueOrDefault(matcher.Label, "");
        return matcher.Operator switch
        {
            "=" => value == matcher.Value,
            "!=" => value != matcher.Value,
            "=~" => IsMatch(matcher.Value, value),
            _ => !IsMatch(matcher.Value, value),
        };
    });

    // RE2 matches the whole value.
    private static bool IsMatch(string pattern, string value) => Regex.IsMatch(value, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Unescape(string quoted) => Escape().Replace(quoted, found => found.Value[1] switch { 'n' => "\n", 't' => "\t", var other => other.ToString() });

    [GeneratedRegex("""\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{\s*(?<matchers>(?:[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*,?\s*)*)\})?\z""")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\.)*)"\s*,?""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape();
}

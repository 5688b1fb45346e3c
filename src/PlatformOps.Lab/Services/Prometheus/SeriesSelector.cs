using System.Text.RegularExpressions;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Prometheus;

/// <summary>An instant vector selector of PromQL: <c>up{job="node", instance=~"hv1.*"}</c>.</summary>
internal sealed partial class SeriesSelector(IReadOnlyList<LabelMatcher> matchers)
{
    /// <summary>Reads one; null where the text is another expression.</summary>
    public static SeriesSelector? TryParse(string text)
    {
        var match = Selector().Match(text.Trim());
        if (!match.Success || (match.Groups["name"].Length == 0 && match.Groups["matchers"].Length == 0))
            return null;
        var matchers = Matcher().Matches(match.Groups["matchers"].Value)
            .Select(found => new LabelMatcher(found.Groups["label"].Value, Unescape(found.Groups["value"].Value), found.Groups["operator"].Value[^1] == '~', found.Groups["operator"].Value[0] == '='));
        return new SeriesSelector([.. match.Groups["name"] is { Length: > 0 } name ? [new LabelMatcher("__name__", name.Value, IsRegex: false, IsEqual: true)] : Array.Empty<LabelMatcher>(), .. matchers]);
    }

    public bool Matches(SortedDictionary<string, string> labels) => matchers.All(matcher => matcher.Matches(labels));

    private static string Unescape(string quoted) => Escape().Replace(quoted, found => found.Value[1] switch { 'n' => "\n", 't' => "\t", var other => other.ToString() });

    [GeneratedRegex("""\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{\s*(?<matchers>(?:[a-zA-Z_][a-zA-Z0-9_]*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"\s*,?\s*)*)\})?\z""")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>(?:[^"\\]|\\.)*)"\s*,?""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape();
}

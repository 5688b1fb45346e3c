using System.Text;
using System.Text.RegularExpressions;
using PlatformOps.Alerts;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Reads matchers as people write them: <c>hostname="hv1"</c>, <c>instance=~"hv1.*", job!="x"</c>, <c>{a="b"}</c>; a value without quotes has no blanks, commas, quotes or braces.</summary>
internal static partial class MatcherText
{
    public const string Expected = """hostname="hv1" or {job="node", instance=~"hv1(:[0-9]+)?"}""";

    /// <summary>The matchers of one silence, in their order; null where the text is not of that form.</summary>
    public static IReadOnlyList<AlertMatcher>? TryParse(string text)
    {
        var rest = text.Trim();
        if (rest.StartsWith('{') && rest.EndsWith('}'))
            rest = rest[1..^1].Trim();
        List<AlertMatcher> matchers = [];
        while (true)
        {
            if (One().Match(rest) is not { Success: true } match)
                return null;
            var op = match.Groups["op"].Value;
            matchers.Add(new AlertMatcher
            {
                Name = match.Groups["name"].Value,
                Value = match.Groups["quoted"] is { Success: true } quoted ? Unescape(quoted.Value) : match.Groups["bare"].Value,
                IsRegex = op[^1] == '~',
                IsEqual = op[0] == '=',
            });
            rest = rest[match.Length..].TrimStart();
            if (rest.Length == 0)
                return matchers;
            if (rest[0] != ',')
                return null;
            rest = rest[1..].TrimStart();
            // One comma too many at the end does no harm.
            if (rest.Length == 0)
                return matchers;
        }
    }

    /// <summary>One silence's matchers as text that <see cref="TryParse"/> reads.</summary>
    public static string Of(IEnumerable<AlertMatcher> matchers) => string.Join(", ", matchers);

    /// <summary>Whether two silences match the very same alerts by the very same matchers, in whatever order.</summary>
    public static bool AreSame(IReadOnlyList<AlertMatcher> one, IReadOnlyList<AlertMatcher> other)
        => one.Count == other.Count && one.Select(matcher => matcher.ToString()).Order(StringComparer.Ordinal).SequenceEqual(other.Select(matcher => matcher.ToString()).Order(StringComparer.Ordinal));

    private static string Unescape(string quoted)
    {
        var text = new StringBuilder();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != '\\' || i == quoted.Length - 1)
                text.Append(quoted[i]);
            else
                text.Append(quoted[++i] switch { 'n' => "\n", '"' => "\"", '\\' => "\\", var other => "\\" + other });
        }

        return text.ToString();
    }

    [GeneratedRegex("""\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?<op>=~|!~|!=|=)\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s,"{}]*))""", RegexOptions.CultureInvariant | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex One();
}

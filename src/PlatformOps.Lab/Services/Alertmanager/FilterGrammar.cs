using System.Text.RegularExpressions;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>
/// The query parameter <c>filter</c>: one matcher. The classic parser (pkg/labels/parse.go) is tolerant; from 0.27 the UTF-8 parser
/// (matcher/parse) takes what the classic one refuses.
/// </summary>
internal static partial class FilterGrammar
{
    private const string Reserved = "{}!=~,\\\"'`";

    public static LabelMatcher Parse(string text, AlertmanagerVersion version)
    {
        if (version.AllowsAnyLabelName && (text.StartsWith('{') || text.EndsWith('}')))
            throw AlertmanagerErrors.Bad($"unexpected open or close brace: {text}");
        var (matcher, fault) = Classic(text);
        return matcher ?? (version.AllowsAnyLabelName ? Utf8(text) : null) ?? throw AlertmanagerErrors.Bad(fault!);
    }

    private static (LabelMatcher? Matcher, string? Fault) Classic(string text)
    {
        if (ClassicMatcher().Match(text) is not { Success: true } parts)
            return (null, $"bad matcher format: {text}");
        var raw = parts.Groups["value"].Value;
        var (body, isOpen) = raw.StartsWith('"') ? (raw[1..], true) : (raw, false);
        var value = new StringBuilder();
        for (var i = 0; i < body.Length; i++)
        {
            switch (body[i])
            {
                case '\\' when i < body.Length - 1:
                    i++;
                    value.Append(body[i] switch { 'n' => "\n", '"' => "\"", '\\' => "\\", var other => "\\" + other });
                    break;
                case '"' when isOpen && i == body.Length - 1:
                    isOpen = false;
                    break;
                case '"':
                    return (null, $"matcher value contains unescaped double quote: {raw}");
                default:
                    value.Append(body[i]);
                    break;
            }
        }

        return isOpen ? (null, $"matcher value contains unescaped double quote: {raw}") : Make(parts.Groups["name"].Value, parts.Groups["op"].Value, value.ToString());
    }

    private static LabelMatcher? Utf8(string text)
    {
        if (Utf8Matcher().Match(text) is not { Success: true } parts)
            return null;
        return Unquote(parts.Groups["name"].Value) is { } name && Unquote(parts.Groups["value"].Value) is { } value ? Make(name, parts.Groups["op"].Value, value).Matcher : null;
    }

    private static string? Unquote(string text)
    {
        if (!text.StartsWith('"'))
            return text.Any(c => char.IsWhiteSpace(c) || Reserved.Contains(c, Ordinal)) ? null : text;
        try
        {
            // Go's strings in quotes and JSON's agree on what clients send.
            return JsonNode.Parse(text)?.ToString();
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static (LabelMatcher? Matcher, string? Fault) Make(string name, string op, string value)
    {
        var isRegex = op[^1] == '~';
        return isRegex && GoRegex.Fault($"^(?:{value})$") is { } fault ? (null, fault) : (new LabelMatcher(name, value, isRegex, op[0] == '='), null);
    }

    [GeneratedRegex(@"\A\s*(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?<op>=~|=|!=|!~)\s*(?<value>[\s\S]*?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClassicMatcher();

    [GeneratedRegex("""\A\s*(?<name>"(?:[^"\\]|\\.)+"|[^\s{}!=~,\\"'`]+)\s*(?<op>=~|=|!=|!~)\s*(?<value>"(?:[^"\\]|\\.)*"|[^\s{}!=~,\\"'`]+)\s*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Utf8Matcher();
}

using System.Text.RegularExpressions;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>Regular expressions as Go compiles them (RE2): without backtracking, and with Go's words for what is wrong.</summary>
internal static class GoRegex
{
    /// <summary>What is wrong with a pattern; null where nothing is.</summary>
    public static string? Fault(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (RegexParseException failure)
        {
            return "error parsing regexp: " + failure.Error switch
            {
                RegexParseError.InsufficientClosingParentheses => $"missing closing ): `{pattern}`",
                RegexParseError.InsufficientOpeningParentheses => $"unexpected ): `{pattern}`",
                RegexParseError.UnterminatedBracket => $"missing closing ]: `{pattern[pattern.IndexOf('[', Ordinal)..]}`",
                RegexParseError.QuantifierAfterNothing => $"missing argument to repetition operator: `{pattern[Math.Max(0, failure.Offset - 1)]}`",
                _ => $"invalid escape sequence: `{pattern}`",
            };
        }
        catch (NotSupportedException)
        {
            // Look-around and back references.
            var at = pattern.IndexOf("(?", Ordinal);
            return at < 0 ? $"error parsing regexp: invalid escape sequence: `{pattern}`" : $"error parsing regexp: invalid or unsupported Perl syntax: `{pattern.AsSpan(at, Math.Min(3, pattern.Length - at))}`";
        }
    }
}

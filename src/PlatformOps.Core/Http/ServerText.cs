using System.Globalization;
using System.Text;
using PlatformOps.Core.Texts;

namespace PlatformOps.Core.Http;

/// <summary>Makes text that a server sent fit to be shown: one line, no control or direction characters, capped.</summary>
internal static class ServerText
{
    public static string Clean(string? text, int cap = 500)
    {
        var clean = new StringBuilder();
        var space = false;
        foreach (var rune in TerminalText.WithoutSequences(text ?? "").EnumerateRunes())
        {
            if (clean.Length >= cap)
                return clean.Append('…').ToString();
            if (Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control)
            {
                space = clean.Length > 0;
                continue;
            }

            // Format characters include the bidirectional overrides, which make a text read as another one.
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate)
                continue;
            if (space)
                clean.Append(' ');
            space = false;
            clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>A body for an error: a JSON or text body as it is, an HTML page by its title.</summary>
    public static string OfBody(HttpAnswer answer)
    {
        var text = answer.Beginning;
        return IsHtml(answer) ? $"an HTML page{(Title(text) is { Length: > 0 } title ? $" \"{title}\"" : "")}" : Clean(text);
    }

    public static bool IsHtml(HttpAnswer answer)
        => answer.ContentType is "text/html" or "application/xhtml+xml" || answer.Beginning.AsSpan().TrimStart().StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase);

    private static string Title(string html)
    {
        var start = html.IndexOf("<title", StringComparison.OrdinalIgnoreCase);
        var open = start < 0 ? -1 : html.IndexOf('>', start);
        var end = open < 0 ? -1 : html.IndexOf("</title", open, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? "" : Clean(html[(open + 1)..end], 120);
    }
}

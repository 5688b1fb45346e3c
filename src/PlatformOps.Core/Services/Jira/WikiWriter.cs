using System.Text;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Writes a text as Jira's wiki markup (Data Center, "Text Formatting Notation Help"). What the text says is never read as markup.</summary>
internal static class WikiWriter
{
    public static string Write(TicketText text)
    {
        var wiki = new StringBuilder();
        foreach (var block in text.Blocks)
        {
            if (wiki.Length > 0)
                wiki.Append('\n');
            switch (block)
            {
                case TicketBlock.Heading heading:
                    wiki.Append('h').Append(heading.Level).Append(". ").Append(Escape(heading.Text)).Append('\n');
                    break;
                case TicketBlock.Paragraph paragraph:
                    foreach (var span in paragraph.Spans)
                        wiki.Append(Span(span));
                    wiki.Append('\n');
                    break;
                case TicketBlock.Code code:
                    wiki.Append("{noformat}\n").Append(Verbatim(code.Text)).Append("\n{noformat}\n");
                    break;
                case TicketBlock.Bullets bullets:
                    foreach (var item in bullets.Items)
                        wiki.Append("* ").Append(Span(item with { Text = OneLine(item.Text) })).Append('\n');
                    break;
                case TicketBlock.Table table:
                    wiki.Append("||").AppendJoin("||", table.Header.Select(Cell)).Append("||\n");
                    foreach (var row in table.Rows)
                        wiki.Append('|').AppendJoin('|', row.Select(Cell)).Append("|\n");
                    break;
            }
        }

        return wiki.ToString().TrimEnd('\n');
    }

    /// <summary>Text whose every character stands for itself.</summary>
    internal static string Escape(string text)
    {
        text = TicketText.Lines(text);
        var wiki = new StringBuilder(text.Length + 16);
        var isLineStart = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var rest = text.AsSpan(i);
            if (c == '\n')
            {
                wiki.Append('\n');
                isLineStart = true;
                continue;
            }

            if (isLineStart && (rest.StartsWith("bq.") || (rest.Length > 2 && c == 'h' && char.IsAsciiDigit(rest[1]) && rest[2] == '.')))
                wiki.Append("&#").Append((int)c).Append(';');
            else if (c == '\\')
                wiki.Append("&#92;");
            else if (c == '&')
                wiki.Append("&amp;");
            else if (c is '{' or '}' or '[' or ']' or '|' or '!' or '#' or '(' or '?')
                wiki.Append('\\').Append(c);
            else if (c is '*' or '_' or '-' or '+' or '^' or '~' or '@' or '%')
                // Between letters and digits these mean nothing, and a host name stays readable.
                wiki.Append(IsWord(text, i - 1) && IsWord(text, i + 1) ? "" : "\\").Append(c);
            else
                wiki.Append(c);
            if (c is not (' ' or '\t'))
                isLineStart = false;
        }

        return wiki.ToString();
    }

    /// <summary>What <see cref="Escape"/> made of a text, made undone; other markup is left as it is.</summary>
    internal static string Unescape(string wiki)
    {
        var text = new StringBuilder(wiki.Length);
        for (var i = 0; i < wiki.Length; i++)
        {
            var rest = wiki.AsSpan(i);
            if (wiki[i] == '\\' && i + 1 < wiki.Length && "{}[]|!#(?*_-+^~@%".Contains(wiki[i + 1], StringComparison.Ordinal))
                text.Append(wiki[++i]);
            else if (rest.StartsWith("&amp;"))
                (_, i) = (text.Append('&'), i + 4);
            else if (rest.StartsWith("&#92;"))
                (_, i) = (text.Append('\\'), i + 4);
            else
                text.Append(wiki[i]);
        }

        return text.ToString();
    }

    private static bool IsWord(string text, int index) => index >= 0 && index < text.Length && char.IsLetterOrDigit(text[index]);

    private static string Span(TicketSpan span) => span.Link is null
        ? Escape(span.Text)
        : $"[{Escape(OneLine(span.Text))}|{Link(span.Link)}]";

    private static string Link(Uri link)
    {
        var url = new StringBuilder();
        foreach (var c in link.AbsoluteUri)
            url.Append(c is '|' or '[' or ']' or '{' or '}' or '\\' or '^' or '!' ? Uri.HexEscape(c) : c.ToString());
        return url.ToString();
    }

    private static string Cell(string text) => Escape(OneLine(text)) is { Length: > 0 } cell ? cell : " ";

    private static string OneLine(string text) => TicketText.Lines(text).ReplaceLineEndings(" ");

    /// <summary>Nothing can be escaped in a verbatim block: an invisible space keeps what would end it from being that.</summary>
    private static string Verbatim(string text)
        => text.Replace("{noformat", "{\u200bnoformat", StringComparison.OrdinalIgnoreCase).Replace("{code", "{\u200bcode", StringComparison.OrdinalIgnoreCase);
}

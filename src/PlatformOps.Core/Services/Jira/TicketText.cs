using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Jira;

/// <summary>A text for a ticket, free of any markup: written as wiki markup for Data Center and as an ADF document for Cloud.</summary>
internal sealed class TicketText
{
    /// <summary>Of a code block: a longer one keeps its beginning and its end.</summary>
    private const int MaxCode = 8_000;

    private readonly List<TicketBlock> _blocks = [];

    public IReadOnlyList<TicketBlock> Blocks => _blocks;

    /// <summary>Plain text: an empty line ends a paragraph.</summary>
    public static TicketText Plain(string text)
    {
        var document = new TicketText();
        foreach (var paragraph in Lines(text).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            document.Paragraph(paragraph.Trim('\n'));
        return document;
    }

    public TicketText Heading(int level, string text)
    {
        _blocks.Add(new TicketBlock.Heading(Math.Clamp(level, 1, 6), ServerText.Clean(text, 500)));
        return this;
    }

    public TicketText Paragraph(params TicketSpan[] spans)
    {
        _blocks.Add(new TicketBlock.Paragraph(spans));
        return this;
    }

    /// <summary>What a machine printed.</summary>
    public TicketText Code(string text)
    {
        var lines = Lines(text).TrimEnd('\n');
        if (lines.Length > MaxCode)
            lines = $"{lines[..(MaxCode / 2)]}\n… {lines.Length - MaxCode} characters left out …\n{lines[^(MaxCode / 2)..]}";
        _blocks.Add(new TicketBlock.Code(lines));
        return this;
    }

    public TicketText Bullets(IEnumerable<string> items)
    {
        _blocks.Add(new TicketBlock.Bullets([.. items.Select(item => (TicketSpan)item)]));
        return this;
    }

    public TicketText Bullets(IEnumerable<TicketSpan> items)
    {
        _blocks.Add(new TicketBlock.Bullets([.. items]));
        return this;
    }

    public TicketText Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        _blocks.Add(new TicketBlock.Table(header, [.. rows]));
        return this;
    }

    /// <summary>Text with line feeds only, without terminal sequences, other control characters and direction overrides.</summary>
    internal static string Lines(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r')
            {
                if (i + 1 >= text.Length || text[i + 1] != '\n')
                    clean.Append('\n');
            }
            else if (c is '\n' or '\t' || (!char.IsControl(c) && char.GetUnicodeCategory(c) is not System.Globalization.UnicodeCategory.Format))
            {
                if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) && !(char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(text[i - 1])))
                    clean.Append('\uFFFD');
                else
                    clean.Append(c);
            }
            else if (c == '\u001b' && i + 1 < text.Length && text[i + 1] == '[')
            {
                // A colour or cursor sequence: up to its final byte.
                i += 2;
                while (i < text.Length && text[i] is < '@' or > '~')
                    i++;
            }
        }

        return clean.ToString();
    }
}

/// <summary>A piece of a line: text, or a link.</summary>
internal sealed record TicketSpan(string Text, Uri? Link = null)
{
    public static implicit operator TicketSpan(string text) => new(text);

    public static TicketSpan To(string text, string url)
        => Uri.TryCreate(url, UriKind.Absolute, out var link) && link.Scheme is "http" or "https" or "mailto" ? new(text, link) : new($"{text} ({url})");
}

/// <summary>A part of a text that stands by itself.</summary>
internal abstract record TicketBlock
{
    internal sealed record Heading(int Level, string Text) : TicketBlock;

    internal sealed record Paragraph(IReadOnlyList<TicketSpan> Spans) : TicketBlock;

    internal sealed record Code(string Text) : TicketBlock;

    internal sealed record Bullets(IReadOnlyList<TicketSpan> Items) : TicketBlock;

    internal sealed record Table(IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows) : TicketBlock;
}

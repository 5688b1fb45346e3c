using System.Text;
using PlatformOps.Core.Texts;

namespace PlatformOps.Core.Ssh;

/// <summary>What hosts and servers sent, as text that may be shown: no control character of theirs reaches a terminal, a ticket or a log.</summary>
/// <remarks>
/// Removed: escape sequences (CSI, OSC, DCS and their C1 forms, with their content), C0 but tab and newline, DEL, C1, and the
/// bidirectional controls that make text read otherwise than it is. A carriage return becomes a newline. Bad UTF-8 becomes U+FFFD.
/// </remarks>
internal static class OutputText
{
    /// <summary>All of it, in lines of at most <paramref name="maxLineLength"/> characters.</summary>
    public static string Clean(ReadOnlySpan<byte> bytes, int maxLines = 100_000, int maxLineLength = 16_384)
        => Clean(Encoding.UTF8.GetString(bytes), maxLines, maxLineLength);

    /// <inheritdoc cref="Clean(ReadOnlySpan{byte}, int, int)"/>
    public static string Clean(string text, int maxLines = 100_000, int maxLineLength = 16_384)
    {
        var clean = new StringBuilder(Math.Min(text.Length, 64 * 1024));
        int lines = 0, inLine = 0, cut = 0, dropped = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r')
            {
                if (i + 1 < text.Length && text[i + 1] is '\n' or '\r')
                    continue;
                c = '\n';
            }

            if (c == '\n')
            {
                EndOfCut(clean, ref cut);
                inLine = 0;
                if (++lines > maxLines)
                    dropped++;
                else
                    clean.Append('\n');
                continue;
            }

            if (TerminalText.BeginsSequence(c))
            {
                i = TerminalText.EndOfSequence(text, i);
                continue;
            }

            if ((c < ' ' && c != '\t') || c == '\x7f' || TerminalText.IsBidirectional(c) || lines >= maxLines)
                continue;
            if (char.IsSurrogate(c) && !IsInPair(text, i))
                c = '\xfffd';
            if (inLine >= maxLineLength || (inLine == maxLineLength - 1 && char.IsHighSurrogate(c)))
            {
                inLine = maxLineLength;
                cut++;
                continue;
            }

            inLine++;
            clean.Append(c);
        }

        EndOfCut(clean, ref cut);
        if (dropped > 0 || (lines >= maxLines && text.Length > 0 && text[^1] is not ('\n' or '\r')))
            clean.Append("… (").Append(Math.Max(dropped, 1)).Append(" more lines)");
        return clean.ToString();
    }

    /// <summary>The last lines, for an error: what went wrong is said at the end.</summary>
    public static string Tail(ReadOnlySpan<byte> bytes, int lines = 20)
    {
        const int MostBytes = 64 * 1024;
        var text = Clean(bytes.Length > MostBytes ? bytes[^MostBytes..] : bytes, maxLineLength: 500).Trim('\n', ' ', '\t');
        var start = text.Length;
        for (var i = 0; i < lines && start > 0; i++)
            start = text.LastIndexOf('\n', start - 1);
        return start <= 0 ? text : "…" + text[start..];
    }

    /// <summary>As one short line: for names and messages.</summary>
    public static string Line(string text, int maxLength = 300)
    {
        var line = Clean(text.Length > 4 * maxLength ? text[..(4 * maxLength)] : text).Replace('\n', ' ').Replace('\t', ' ').Trim();
        return line.Length <= maxLength ? line : line[..(char.IsHighSurrogate(line[maxLength - 1]) ? maxLength - 1 : maxLength)] + "…";
    }

    private static void EndOfCut(StringBuilder clean, ref int cut)
    {
        if (cut > 0)
            clean.Append("… (").Append(cut).Append(" more characters)");
        cut = 0;
    }

    private static bool IsInPair(string text, int i)
        => char.IsHighSurrogate(text[i])
            ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
            : i > 0 && char.IsHighSurrogate(text[i - 1]);
}

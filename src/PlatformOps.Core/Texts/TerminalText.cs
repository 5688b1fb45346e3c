using System.Text;

namespace PlatformOps.Core.Texts;

/// <summary>What a terminal would act on instead of showing it, in texts that come from servers and hosts.</summary>
internal static class TerminalText
{
    private const char Escape = '\x1b';

    /// <summary>Whether an escape sequence begins with this character, or it is one by itself (ECMA-48, C1).</summary>
    public static bool BeginsSequence(char c) => c == Escape || c is >= '\x80' and <= '\x9f';

    /// <summary>Whether it makes a text read as another one: marks of direction, and separators that look like the end of a line.</summary>
    public static bool IsBidirectional(char c) => c is '\x61c' or '\x200e' or '\x200f' or (>= '\x202a' and <= '\x202e') or (>= '\x2066' and <= '\x2069') or '\x2028' or '\x2029';

    /// <summary>The text without its escape sequences.</summary>
    public static string WithoutSequences(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (BeginsSequence(text[i]))
                i = EndOfSequence(text, i);
            else
                clean.Append(text[i]);
        }

        return clean.ToString();
    }

    /// <summary>The index of the last character of the escape sequence that begins at <paramref name="i"/> (ECMA-48). A string that is not ended ends with its line: a host must not hide what follows.</summary>
    public static int EndOfSequence(string text, int i)
    {
        char kind;
        if (text[i] == Escape)
        {
            if (i + 1 >= text.Length || text[i + 1] is '\n' or '\r')
                return i;
            kind = text[++i];
        }
        else
        {
            kind = (char)(text[i] - 0x40);
        }

        switch (kind)
        {
            case '[':
                while (i + 1 < text.Length && text[i + 1] is >= '\x20' and <= '\x3f')
                    i++;
                return i + 1 < text.Length && text[i + 1] is >= '\x40' and <= '\x7e' ? i + 1 : i;
            case ']' or 'P' or 'X' or '^' or '_':
                while (i + 1 < text.Length && text[i + 1] is not ('\n' or '\r'))
                {
                    i++;
                    if (text[i] is '\a' or '\x9c')
                        return i;
                    if (text[i] == Escape)
                        return i + 1 < text.Length && text[i + 1] == '\\' ? i + 1 : i - 1;
                }

                return i;
            case >= '\x20' and <= '\x2f':
                while (i + 1 < text.Length && text[i + 1] is >= '\x20' and <= '\x2f')
                    i++;
                return i + 1 < text.Length && text[i + 1] is >= '\x30' and <= '\x7e' ? i + 1 : i;
            default:
                return kind < ' ' || kind > '\x7e' ? i - 1 : i;
        }
    }
}

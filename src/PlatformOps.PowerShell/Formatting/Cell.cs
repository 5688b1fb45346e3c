using System.Globalization;
using System.Text;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What many views show: called from PlatformOps.Format.ps1xml. PowerShell breaks a cell's lines in the middle of words; here they break between them.</summary>
public static class Cell
{
    /// <summary>The text in lines.</summary>
    /// <param name="text">What to show; its own line breaks are kept.</param>
    /// <param name="beside">The columns before it, with a space behind each.</param>
    /// <param name="width">The screen's; 0 where there is none, and nothing is broken.</param>
    public static string Wrap(string? text, int beside, int width)
    {
        var columns = width - beside - 1;
        return text is null || columns < 8 || text.Length <= columns ? text ?? "" : string.Join('\n', text.Split('\n').Select(line => Wrap(line, columns)));
    }

    /// <summary>Lines that keep their indent, and are broken between words with two more spaces before what goes on.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="width">The screen's; 0 where there is none, and nothing is broken.</param>
    public static string Hanging(string text, int width) => string.Join('\n', text.Split('\n').Select(line =>
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        var next = new string(' ', indent + 2);
        return line[..indent] + Wrap(line[indent..], next.Length, width).Replace("\n", $"\n{next}", StringComparison.Ordinal);
    }));

    /// <summary>A time in UTC, as every view shows it: <c>2026-11-20T15:18:26Z</c>.</summary>
    public static string Time(DateTimeOffset? time) => time is null || time == default(DateTimeOffset) ? "" : time.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // A word that is longer than a line is left to PowerShell, behind whatever stands before it.
    private static string Wrap(string line, int columns)
    {
        var wrapped = new StringBuilder();
        var used = 0;
        foreach (var word in line.Split(' '))
        {
            if (used > 0 && used + 1 + word.Length > columns)
            {
                wrapped.Append('\n');
                used = 0;
            }
            else if (used > 0)
            {
                wrapped.Append(' ');
                used++;
            }

            wrapped.Append(word);
            used += word.Length;
            while (used > columns)
                used -= columns;
        }

        return wrapped.ToString();
    }
}

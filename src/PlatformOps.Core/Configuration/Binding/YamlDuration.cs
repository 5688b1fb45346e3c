using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace PlatformOps.Core.Configuration.Binding;

/// <summary>Durations as people write them: <c>90s</c>, <c>1h30m</c>, <c>PT5M</c>, <c>00:05:00</c>.</summary>
internal static partial class YamlDuration
{
    public const string Expected = "a duration such as 90s, 5m, 2h, 3d, PT5M or 00:05:00";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length is 0 or > 40)
            return false;
        if (text == "0")
            return true;
        if (text[0] is 'P')
            return TryIso(text, out duration);
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParseExact(text, ["h\\:mm\\:ss", "hh\\:mm\\:ss", "hh\\:mm\\:ss\\.FFFFFFF", "d\\.hh\\:mm\\:ss"], CultureInfo.InvariantCulture, out duration);
        }

        if (!Parts().IsMatch(text))
            return false;
        try
        {
            foreach (Match part in Part().Matches(text))
            {
                var number = double.Parse(part.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
                duration += part.Groups[2].Value switch
                {
                    "w" => TimeSpan.FromDays(number * 7),
                    "d" => TimeSpan.FromDays(number),
                    "h" => TimeSpan.FromHours(number),
                    "m" => TimeSpan.FromMinutes(number),
                    "s" => TimeSpan.FromSeconds(number),
                    _ => TimeSpan.FromMilliseconds(number),
                };
            }

            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static bool TryIso(string text, out TimeSpan duration)
    {
        duration = default;
        // Years and months have no fixed length.
        if (text.Contains('Y', StringComparison.Ordinal) || (text.IndexOf('M', StringComparison.Ordinal) is >= 0 and var month && month < (text.IndexOf('T', StringComparison.Ordinal) is >= 0 and var t ? t : text.Length)))
            return false;
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^([0-9]{1,9}(\.[0-9]{1,6})?(ms|w|d|h|m|s))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(ms|w|d|h|m|s)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}

using System.Text;

namespace PlatformOps.Core.Services;

/// <summary>Texts in RE2, the regular expressions of Prometheus and Alertmanager.</summary>
internal static class Re2Text
{
    /// <summary>A text for a regular expression that matches it alone.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            escaped.Append(@"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        return escaped.ToString();
    }
}

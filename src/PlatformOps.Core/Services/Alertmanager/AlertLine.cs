using PlatformOps.Alerts;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>An alert in one line for people.</summary>
internal static class AlertLine
{
    public static string Of(Alert alert)
    {
        var quiet = alert.SilencedBy.Length > 0 ? ", silenced" : alert.InhibitedBy.Length > 0 ? ", inhibited" : "";
        var summary = string.IsNullOrEmpty(alert.Summary) ? "" : $": {ServerText.Clean(alert.Summary, 200)}";
        return $"{ServerText.Clean(alert.AlertName, 80)} ({(alert.Severity is null ? "" : ServerText.Clean(alert.Severity, 20) + " ")}since {SilenceTerms.Stamp(alert.StartsAt)}{quiet}){summary}";
    }
}

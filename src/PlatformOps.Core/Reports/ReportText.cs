using System.Globalization;
using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Reports;

/// <summary>How reports say times: UTC, whole seconds.</summary>
internal static class ReportText
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 59.95 } => duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min {duration.Seconds:00} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Hours} h {duration.Minutes:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.Days} d {duration.Hours:00} h"),
    };

    /// <summary>How a run was left, and who took it up again.</summary>
    public static string Of(TakenUp taken) => $"{(taken.Left is { } left ? $"{left.State}: {left.Message}" : "Interrupted: the process that worked on it ended before the run did")}. Taken up again by {taken.By.Person} on {taken.By.Machine}";

    /// <summary>Without control characters, of which servers may have sent some.</summary>
    public static string Clean(string? text) => text is null ? "" : string.Concat(text.ReplaceLineEndings("\n").Where(c => c == '\n' || !char.IsControl(c)));
}

using PlatformOps.Errors;

namespace PlatformOps.Core.Reports;

/// <summary>How a report is written.</summary>
internal enum ReportFormat
{
    Html,
    Markdown,
    Json,
}

/// <summary>Which format a file's name means.</summary>
internal static class ReportFormats
{
    /// <exception cref="SourceException">Its extension means none.</exception>
    public static ReportFormat Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => ReportFormat.Html,
        ".md" or ".markdown" => ReportFormat.Markdown,
        ".json" => ReportFormat.Json,
        var other => throw new SourceException($"The extension '{other}' means no format of a report: use .html, .md or .json, or give -Format.", path),
    };

    public static string ExtensionOf(ReportFormat format) => format switch
    {
        ReportFormat.Html => ".html",
        ReportFormat.Markdown => ".md",
        _ => ".json",
    };
}

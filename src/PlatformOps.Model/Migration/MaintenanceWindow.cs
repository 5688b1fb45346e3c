using System.Globalization;

namespace PlatformOps.Migration;

/// <summary>When a hypervisor is out of service: what silences, disabled reasons and tickets say.</summary>
public sealed record MaintenanceWindow
{
    /// <summary>When it begins, UTC, whole seconds.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>When it ends, UTC, whole seconds.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>How long it is.</summary>
    public TimeSpan Duration => End - Start;

    /// <summary>The window as <c>2026-11-20T08:15:00Z..2026-12-22T08:15:00Z</c>.</summary>
    public override string ToString() => Text(Start) + ".." + Text(End);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

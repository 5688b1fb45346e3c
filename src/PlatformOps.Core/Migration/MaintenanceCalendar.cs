using PlatformOps.Core.Configuration;
using PlatformOps.Errors;
using PlatformOps.Migration;

namespace PlatformOps.Core.Migration;

/// <summary>When hypervisors are out of service: windows by a site's rules, or with an end that somebody chose.</summary>
internal static class MaintenanceCalendar
{
    /// <summary>A window by the rules.</summary>
    /// <exception cref="RefusedException">No allowed day is near.</exception>
    public static MaintenanceWindow Window(MaintenanceRules rules, DateTimeOffset start) => new() { Start = MaintenanceRules.WholeSeconds(start), End = rules.EndOf(start) };

    /// <summary>A window with an end that somebody chose: it is not moved.</summary>
    /// <exception cref="RefusedException">It ends before it begins.</exception>
    public static MaintenanceWindow Exactly(DateTimeOffset start, DateTimeOffset end)
    {
        start = MaintenanceRules.WholeSeconds(start);
        end = MaintenanceRules.WholeSeconds(end);
        return end > start
            ? new MaintenanceWindow { Start = start, End = end }
            : throw new RefusedException($"The window would end at {end:yyyy-MM-dd HH:mm:ss}Z, which is not after its start at {start:yyyy-MM-dd HH:mm:ss}Z.");
    }

    /// <exception cref="RefusedException">The window is over: what it is for could only be late.</exception>
    public static void ThrowIfOver(MaintenanceWindow window, DateTimeOffset now)
    {
        if (window.End <= now)
            throw new RefusedException($"The maintenance window {window} is over: it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} now. Give one that ends later.");
    }
}

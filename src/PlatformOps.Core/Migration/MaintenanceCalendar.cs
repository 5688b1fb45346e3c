using PlatformOps.Errors;
using PlatformOps.Migration;

namespace PlatformOps.Core.Migration;

/// <summary>Places the end of a maintenance window on a day when people are there to take the hypervisor back.</summary>
/// <param name="days">The days a window may end on.</param>
/// <param name="holidays">Days it may not end on, UTC.</param>
internal sealed class MaintenanceCalendar(IEnumerable<DayOfWeek> days, IEnumerable<DateOnly> holidays)
{
    // A year has no longer row of holidays; more is a mistake in the list.
    private const int LongestMove = 60;

    private readonly HashSet<DayOfWeek> _days = [.. days];
    private readonly HashSet<DateOnly> _holidays = [.. holidays];

    /// <summary>The middle of the week: an end on Friday to Monday moves to Tuesday.</summary>
    public static IReadOnlyList<DayOfWeek> MidWeek { get; } = [DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday];

    /// <summary>A window of so many weeks from its start, its end moved forward to an allowed day; the time of day stays, in UTC.</summary>
    /// <exception cref="RefusedException">No allowed day is near.</exception>
    public MaintenanceWindow Window(DateTimeOffset start, int weeks)
    {
        start = WholeSeconds(start);
        var end = start.AddDays(7 * weeks);
        for (var moved = 0; moved <= LongestMove; moved++, end = end.AddDays(1))
        {
            if (_days.Contains(end.DayOfWeek) && !_holidays.Contains(DateOnly.FromDateTime(end.UtcDateTime)))
                return new MaintenanceWindow { Start = start, End = end };
        }
        throw new RefusedException($"No day for the window's end within {LongestMove} days of {start.AddDays(7 * weeks):yyyy-MM-dd}: allowed are {string.Join(", ", _days)}, less {_holidays.Count} holidays.");
    }

    /// <summary>A window with an end that somebody chose: it is not moved.</summary>
    /// <exception cref="RefusedException">It ends before it begins.</exception>
    public static MaintenanceWindow Exactly(DateTimeOffset start, DateTimeOffset end)
    {
        start = WholeSeconds(start);
        end = WholeSeconds(end);
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

    private static DateTimeOffset WholeSeconds(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }
}

using System.ComponentModel.DataAnnotations;
using PlatformOps.Errors;

namespace PlatformOps.Core.Configuration;

/// <summary>How long a machine's maintenance window is: so many weeks, and then on to a working day in the middle of the week.</summary>
internal sealed record MaintenanceRules : ICheckedRecord
{
    // A year has no longer row of holidays; more is a mistake in the list.
    private const int LongestMove = 60;

    [Range(0, 104)]
    public int Weeks { get; init; } = 4;

    /// <summary>The days it may end on.</summary>
    [MinLength(1)]
    public IReadOnlyList<DayOfWeek> Days { get; init; } = [DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday];

    /// <summary>Dates it does not end on.</summary>
    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>The end of a window that begins at <paramref name="start"/>: so many weeks later, moved forward to an allowed day; the same time of day, in UTC and whole seconds.</summary>
    /// <exception cref="RefusedException">No allowed day is near.</exception>
    public DateTimeOffset EndOf(DateTimeOffset start)
    {
        var first = WholeSeconds(start).AddDays(7 * Weeks);
        for (var moved = 0; moved <= LongestMove; moved++)
        {
            var end = first.AddDays(moved);
            if (Days.Contains(end.DayOfWeek) && !Holidays.Contains(DateOnly.FromDateTime(end.DateTime)))
                return end;
        }

        throw new RefusedException($"No day for the window's end within {LongestMove} days of {first:yyyy-MM-dd}: allowed are {string.Join(", ", Days)}, less {Holidays.Count} holidays.");
    }

    /// <summary>A time in UTC, without the fraction of its second: what is written and read again is the same.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }

    public IEnumerable<string> Problems()
    {
        if (Holidays.Count > 1000)
            yield return "more than 1000 holidays.";
    }
}

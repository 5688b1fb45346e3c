using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Configuration;

/// <summary>How long a machine's maintenance window is: so many weeks, and then on to a working day in the middle of the week.</summary>
internal sealed record MaintenanceRules : ICheckedRecord
{
    [Range(0, 104)]
    public int Weeks { get; init; } = 4;

    /// <summary>The days it may end on.</summary>
    [MinLength(1)]
    public IReadOnlyList<DayOfWeek> Days { get; init; } = [DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday];

    /// <summary>Dates it does not end on.</summary>
    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>The end of a window that begins at <paramref name="start"/>: the same time of day, UTC.</summary>
    public DateTimeOffset EndOf(DateTimeOffset start)
    {
        var end = start.ToUniversalTime().AddDays(Weeks * 7);
        // A year of holidays is refused when the configuration is read, so this ends.
        while (!Days.Contains(end.DayOfWeek) || Holidays.Contains(DateOnly.FromDateTime(end.DateTime)))
            end = end.AddDays(1);
        return end;
    }

    public IEnumerable<string> Problems()
    {
        if (Holidays.Count > 1000)
            yield return "more than 1000 holidays.";
    }
}

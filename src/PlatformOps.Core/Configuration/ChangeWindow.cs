using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Configuration;

/// <summary>A time of the week in which changes may start. One that ends before it begins goes over midnight and belongs to the day it begins on.</summary>
internal sealed record ChangeWindow : ICheckedRecord
{
    /// <summary>The days it begins on; every day where not given.</summary>
    [MinLength(1)]
    public IReadOnlyList<DayOfWeek> Days { get; init; } = Enum.GetValues<DayOfWeek>();

    /// <summary>The local time it opens; from midnight where not given.</summary>
    public TimeOnly From { get; init; } = TimeOnly.MinValue;

    /// <summary>The local time it closes, no longer part of it. Equal to <see cref="From"/>: a whole day.</summary>
    public TimeOnly To { get; init; } = TimeOnly.MinValue;

    /// <summary>The IANA name of the time zone, such as <c>Europe/London</c>.</summary>
    public string Timezone { get; init; } = "UTC";

    /// <summary>Whether it is open. The local clock counts, so that an hour that is there twice is open twice, and one that is left out is not missed.</summary>
    public bool IsOpen(DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(now, Zone()).DateTime;
        var time = TimeOnly.FromDateTime(local);
        var today = Days.Contains(local.DayOfWeek);
        if (From < To)
            return today && time >= From && time < To;
        return (today && time >= From) || (Days.Contains(local.AddDays(-1).DayOfWeek) && time < To);
    }

    /// <summary>When it opens next, UTC; <paramref name="now"/> itself where it is open.</summary>
    public DateTimeOffset NextOpening(DateTimeOffset now)
    {
        if (IsOpen(now))
            return now;
        var zone = Zone();
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        for (var day = 0; day <= 14; day++)
        {
            var opening = local.Date.AddDays(day) + From.ToTimeSpan();
            if (!Days.Contains(opening.DayOfWeek))
                continue;
            // The clock goes forward over it: the first minute after that is in the window, if it is long enough.
            for (var minutes = 0; zone.IsInvalidTime(opening) && minutes < 24 * 60; minutes++)
                opening = opening.AddMinutes(1);
            // The clock goes back over it: the first of the two.
            var offset = zone.IsAmbiguousTime(opening) ? zone.GetAmbiguousTimeOffsets(opening).Max() : zone.GetUtcOffset(opening);
            var moment = new DateTimeOffset(opening, offset).ToUniversalTime();
            if (moment > now && IsOpen(moment))
                return moment;
        }

        return DateTimeOffset.MaxValue;
    }

    public IEnumerable<string> Problems()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out _))
            yield return $"the time zone '{Timezone}' is not known on this machine. Use a name such as Europe/London.";
    }

    public override string ToString() => $"{string.Join(",", Days.Select(d => d.ToString()[..3].ToLowerInvariant()))} {From:HH:mm}-{To:HH:mm} {Timezone}";

    private TimeZoneInfo Zone() => TimeZoneInfo.FindSystemTimeZoneById(Timezone);
}

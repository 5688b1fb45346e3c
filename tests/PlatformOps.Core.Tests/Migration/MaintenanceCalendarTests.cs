using System.Globalization;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Migration;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Migration;

public sealed class MaintenanceCalendarTests
{
    [Theory]
    [InlineData("2026-11-23", "2026-12-22")] // Monday → Tuesday
    [InlineData("2026-11-24", "2026-12-22")] // Tuesday stays
    [InlineData("2026-11-25", "2026-12-23")]
    [InlineData("2026-11-26", "2026-12-24")]
    [InlineData("2026-11-27", "2026-12-29")] // Friday → Tuesday
    [InlineData("2026-11-28", "2026-12-29")] // Saturday → Tuesday
    [InlineData("2026-11-29", "2026-12-29")] // Sunday → Tuesday
    public void An_end_moves_forward_to_the_middle_of_the_week(string start, string end) =>
        Assert.Equal($"{start}T08:15:30Z..{end}T08:15:30Z", MaintenanceCalendar.Window(new MaintenanceRules(), Utc(start + "T08:15:30.987Z")).ToString());

    [Fact]
    public void Holidays_are_passed_over() =>
        Assert.Equal(
            Utc("2026-12-29T08:00:00Z"),
            MaintenanceCalendar.Window(new MaintenanceRules { Holidays = [new(2026, 12, 22), new(2026, 12, 23), new(2026, 12, 24)] }, Utc("2026-11-24T08:00:00Z")).End);

    [Fact]
    public void Other_days_may_be_allowed() =>
        Assert.Equal(Utc("2026-12-05T00:00:00Z"), MaintenanceCalendar.Window(new MaintenanceRules { Weeks = 1, Days = [DayOfWeek.Saturday] }, Utc("2026-11-24T00:00:00Z")).End);

    [Fact]
    public void The_day_is_the_one_in_UTC() =>
        Assert.Equal(Utc("2026-12-22T23:30:00Z"), MaintenanceCalendar.Window(new MaintenanceRules(), Utc("2026-11-25T01:30:00+02:00")).End);

    [Fact]
    public void No_day_for_weeks_is_refused() =>
        Assert.Throws<RefusedException>(() => MaintenanceCalendar.Window(new MaintenanceRules { Holidays = [.. Enumerable.Range(0, 70).Select(day => new DateOnly(2026, 12, 20).AddDays(day))] }, Utc("2026-11-24T00:00:00Z")));

    [Fact]
    public void A_window_ends_after_it_begins() =>
        Assert.Throws<RefusedException>(() => MaintenanceCalendar.Exactly(Utc("2026-11-24T00:00:00Z"), Utc("2026-11-24T00:00:00.9Z")));

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}

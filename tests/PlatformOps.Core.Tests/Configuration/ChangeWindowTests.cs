using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Tests.Configuration;

public class ChangeWindowTests
{
    private static readonly ChangeWindow Office = new() { Days = [DayOfWeek.Monday, DayOfWeek.Friday], From = new(8, 0), To = new(17, 0), Timezone = "Europe/London" };
    private static readonly ChangeWindow Night = new() { Days = [DayOfWeek.Saturday], From = new(22, 0), To = new(4, 0), Timezone = "Europe/London" };

    [Theory]
    [InlineData("2026-11-20T07:59:59Z", false)] // A Friday; London is UTC in November.
    [InlineData("2026-11-20T08:00:00Z", true)]
    [InlineData("2026-11-20T16:59:59Z", true)]
    [InlineData("2026-11-20T17:00:00Z", false)]
    [InlineData("2026-11-21T12:00:00Z", false)]
    [InlineData("2026-07-03T07:00:00Z", true)] // Summer: one hour earlier.
    [InlineData("2026-07-03T16:00:00Z", false)]
    [InlineData("2026-07-03T09:00:00+02:00", true)]
    public void A_window_is_open_by_the_local_clock(string now, bool isOpen) => Assert.Equal(isOpen, Office.IsOpen(Moment(now)));

    [Theory]
    [InlineData("2026-11-21T21:59:59Z", false)]
    [InlineData("2026-11-21T22:00:00Z", true)]
    [InlineData("2026-11-22T03:59:59Z", true)] // Sunday, but Saturday's window.
    [InlineData("2026-11-22T04:00:00Z", false)]
    [InlineData("2026-11-21T03:00:00Z", false)] // Saturday, but Friday's window.
    public void A_window_over_midnight_belongs_to_the_day_it_begins(string now, bool isOpen) => Assert.Equal(isOpen, Night.IsOpen(Moment(now)));

    [Theory]
    [InlineData("2026-03-29T00:59:59Z", true)] // The clock goes from 01:00 to 02:00.
    [InlineData("2026-03-29T02:59:59Z", true)] // 03:59:59 by the new clock.
    [InlineData("2026-03-29T03:00:00Z", false)]
    [InlineData("2026-10-25T00:30:00Z", true)] // 01:30 for the first time,
    [InlineData("2026-10-25T01:30:00Z", true)] // and for the second.
    [InlineData("2026-10-25T03:59:59Z", true)]
    [InlineData("2026-10-25T04:00:00Z", false)]
    public void A_change_of_the_clock_moves_the_window_with_it(string now, bool isOpen) => Assert.Equal(isOpen, Night.IsOpen(Moment(now)));

    [Fact]
    public void Equal_times_are_a_whole_day()
    {
        var day = new ChangeWindow { Days = [DayOfWeek.Tuesday] };

        Assert.True(day.IsOpen(Moment("2026-11-17T00:00:00Z")));
        Assert.True(day.IsOpen(Moment("2026-11-17T23:59:59Z")));
        Assert.False(day.IsOpen(Moment("2026-11-18T00:00:00Z")));
        Assert.True(new ChangeWindow().IsOpen(Moment("2026-11-18T12:00:00Z")));
    }

    [Theory]
    [InlineData("2026-11-20T07:00:00Z", "2026-11-20T08:00:00Z")]
    [InlineData("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z")]
    [InlineData("2026-11-20T18:00:00Z", "2026-11-23T08:00:00Z")]
    [InlineData("2026-03-27T18:00:00Z", "2026-03-30T07:00:00Z")] // Over the change to summer time.
    public void The_next_opening_is_told_in_UTC(string now, string expected) => Assert.Equal(Moment(expected), Office.NextOpening(Moment(now)));

    [Fact]
    public void An_opening_that_the_clock_skips_is_the_first_minute_after_it()
    {
        var window = new ChangeWindow { Days = [DayOfWeek.Sunday], From = new(1, 30), To = new(3, 0), Timezone = "Europe/London" };

        Assert.Equal(Moment("2026-03-29T01:00:00Z"), window.NextOpening(Moment("2026-03-28T12:00:00Z")));
        Assert.Equal(Moment("2026-10-25T00:30:00Z"), window.NextOpening(Moment("2026-10-24T12:00:00Z")));
    }

    [Fact]
    public void Every_quarter_of_an_hour_of_two_years_agrees_with_the_next_opening()
    {
        var window = new ChangeWindow { Days = [DayOfWeek.Sunday, DayOfWeek.Wednesday], From = new(23, 15), To = new(2, 45), Timezone = "America/New_York" };
        var now = Moment("2026-01-01T00:00:00Z");
        var expected = window.NextOpening(now);
        for (var quarter = 0; quarter < 2 * 365 * 24 * 4; quarter++)
        {
            var isOpen = window.IsOpen(now);
            if (isOpen)
                Assert.True(now >= expected, $"open at {now:u}, but the next opening was said to be {expected:u}");
            else if (expected <= now)
                expected = window.NextOpening(now);
            Assert.True(isOpen || expected > now);
            now = now.AddMinutes(15);
        }
    }

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

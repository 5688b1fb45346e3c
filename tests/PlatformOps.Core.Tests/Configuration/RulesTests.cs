using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Tests.Configuration;

public class RulesTests
{
    [Theory]
    [InlineData("2026-11-16", "2026-12-15")] // Monday → Tuesday
    [InlineData("2026-11-17", "2026-12-15")] // Tuesday
    [InlineData("2026-11-19", "2026-12-17")] // Thursday
    [InlineData("2026-11-20", "2026-12-22")] // Friday → Tuesday
    [InlineData("2026-11-21", "2026-12-22")] // Saturday → Tuesday
    [InlineData("2026-11-22", "2026-12-22")] // Sunday → Tuesday
    public void A_maintenance_window_ends_in_the_middle_of_a_week(string start, string end)
        => Assert.Equal(Moment(end), new MaintenanceRules().EndOf(Moment(start)));

    [Fact]
    public void A_holiday_is_no_end_and_the_time_of_day_stays()
    {
        var rules = new MaintenanceRules { Holidays = [new(2026, 12, 22), new(2026, 12, 23)] };

        Assert.Equal(new DateTimeOffset(2026, 12, 24, 9, 30, 15, TimeSpan.Zero), rules.EndOf(new DateTimeOffset(2026, 11, 20, 10, 30, 15, TimeSpan.FromHours(1))));
    }

    [Theory]
    [InlineData("hv1.example.org", null)]
    [InlineData("HV1.EXAMPLE.ORG", null)]
    [InlineData("hv1", "targets.allow")]
    [InlineData("other.example.org", "targets.allow")]
    [InlineData("hv9.example.org", "protected")]
    [InlineData("hv9", "protected")]
    [InlineData("bastion2.example.org", "protected")]
    [InlineData("bastion2", "protected")]
    public void Targets_are_allowed_strictly_and_protected_generously(string name, string? refusal)
    {
        var rules = new TargetRules { Allow = ["hv*.example.org", "bastion*"], Protected = ["hv9.example.org", "bastion?"] };

        if (refusal is null)
            Assert.Null(rules.Refusal(name));
        else
            Assert.Contains(refusal, rules.Refusal(name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hv1.example.org", "hv1", null)]
    [InlineData("hv1.example.org", "HV1.example.org", null)]
    [InlineData("hv1.example.org", "hv1.internal", "which a service calls hv1.internal, matches none")]
    [InlineData("hv1.example.org", "bastion1", "which a service calls bastion1, is protected")]
    [InlineData("hv1", "hv1.example.org", "hv1 matches none")]
    public void Every_name_of_a_machine_counts_and_a_short_one_says_no_more_than_the_given_one(string given, string known, string? refusal)
    {
        var rules = new TargetRules { Allow = ["hv*.example.org"], Protected = ["bastion?"] };

        if (refusal is null)
            Assert.Null(rules.Refusal(given, [known]));
        else
            Assert.Contains(refusal, rules.Refusal(given, [known]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_name_is_refused_with_the_full_one_that_is_allowed()
    {
        Assert.EndsWith("such as hv1.example.org or hv1.example.net.", new TargetRules { Allow = ["hv*.example.org", "*.example.net", "*.rack?.org", "x*"] }.Refusal("hv1"), StringComparison.Ordinal);
        Assert.EndsWith("(hv*.example.org).", new TargetRules { Allow = ["hv*.example.org"] }.Refusal("db1"), StringComparison.Ordinal);
        Assert.EndsWith("(hv*.example.org).", new TargetRules { Allow = ["hv*.example.org"] }.Refusal("db1.example.org"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_list_allows_all_and_an_empty_one_nothing()
    {
        Assert.Null(new TargetRules().Refusal("x"));
        Assert.Contains("empty", new TargetRules { Allow = [] }.Refusal("x"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_is_looked_for_under_its_long_name_then_its_short_one()
    {
        var identity = new HostIdentity { Alertmanager = ["${name}.mon.${domain}", "${name}", "${fqdn}"] };

        Assert.Equal(["hv1.example.org", "hv1"], identity.Candidates("nova", "hv1.example.org"));
        Assert.Equal(["hv1"], identity.Candidates("nova", "hv1"));
        Assert.Equal(["hv1.mon.example.org", "hv1", "hv1.example.org"], identity.Candidates("alertmanager", "hv1.example.org"));
        Assert.Equal(["hv1"], identity.Candidates("alertmanager", "hv1"));
        Assert.Throws<ArgumentOutOfRangeException>(() => identity.Candidates("neutron", "hv1"));
    }

    [Theory]
    [InlineData("jane.doe", "jd")]
    [InlineData("jdoe", "jdoe")]
    [InlineData("EXAMPLE\\jane_doe", "jd")]
    public void Initials_are_made_from_the_account(string account, string initials) => Assert.Equal(initials, GeneralConfiguration.InitialsOf(account));

    private static DateTimeOffset Moment(string date) => new(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture), new TimeOnly(9, 0), TimeSpan.Zero);
}

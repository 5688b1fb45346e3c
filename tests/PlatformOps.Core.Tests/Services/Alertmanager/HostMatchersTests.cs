using PlatformOps.Alerts;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Services.Alertmanager;

namespace PlatformOps.Core.Tests.Services.Alertmanager;

public class HostMatchersTests
{
    private const string Fqdn = "hv1.example.org";

    private static HostMatchers Make(params string[] templates)
        => new(templates.Length == 0 ? new AlertmanagerConfiguration().Matchers : templates, target => new HostIdentity().Candidates("alertmanager", target));

    [Fact]
    public void A_target_has_two_silences_with_its_first_name_escaped_where_it_is_a_pattern()
        => Assert.Equal(["hostname=\"hv1.example.org\"", "instance=~\"hv1\\\\.example\\\\.org(:[0-9]+)?\""], Make().Of(Fqdn).Select(MatcherText.Of));

    [Fact]
    public void A_name_cannot_break_out_of_its_matcher()
    {
        var set = Assert.Single(new HostMatchers(["hostname=\"${host}\""], _ => ["x\", job=~\".*"]).Of("x"));
        Assert.Equal("x\", job=~\".*", Assert.Single(set).Value);
    }

    [Fact]
    public void Alerts_are_looked_for_by_every_name()
        => Assert.Equal(["hostname=\"hv1.example.org\"", "hostname=\"hv1\""], Make("hostname=\"${host}\"").AllOf(Fqdn).Select(MatcherText.Of));

    [Theory]
    [InlineData("hostname", "hv1.example.org", "hv1.example.org")]
    [InlineData("instance", "hv1.example.org:9100", "hv1.example.org")]
    [InlineData("instance", "hv1.example.org", "hv1.example.org")]
    [InlineData("instance", "fe80::1", "fe80::1")]
    [InlineData("instance", "[fe80::1]:9100", "[fe80::1]")]
    [InlineData("job", "node", null)]
    public void The_machine_of_an_alert_is_in_the_labels_that_the_matchers_name(string label, string value, string? host)
        => Assert.Equal(host, Make().HostOf(new Dictionary<string, string> { [label] = value }));

    [Theory]
    [InlineData("hostname=\"hv1.example.org\"", true)]
    [InlineData("hostname=\"hv1\"", true)]
    [InlineData("hostname=~\"hv1.*\"", true)]
    [InlineData("instance=\"hv1.example.org:9100\"", true)]
    [InlineData("instance=~\"hv1\\\\.example\\\\.org(:[0-9]+)?\"", true)]
    [InlineData("instance=~\"hv1.example.org:.*\", alertname=\"Full\"", true)]
    [InlineData("instance=~\".+\"", true)]
    [InlineData("hostname=\"hv10.example.org\"", false)]
    [InlineData("hostname=~\"hv\"", false)]
    [InlineData("hostname!=\"hv2.example.org\"", false)]
    [InlineData("alertname=\"Full\"", false)]
    [InlineData("instance=~\"(\"", false)]
    public void A_silence_names_a_target_by_its_value_or_by_a_pattern_that_takes_it(string matchers, bool names)
    {
        var silence = new AlertSilence
        {
            SilenceId = "1", State = AlertSilenceState.Active, Matchers = [.. MatcherText.TryParse(matchers)!], StartsAt = default, EndsAt = default, CreatedBy = "me", Comment = "", Url = "",
        };
        Assert.Equal(names, Make().Names(silence, Fqdn));
    }

    [Theory]
    [InlineData("hostname", "is not of the form")]
    [InlineData("hostname=\"${fqdn}\"", "has the unknown placeholder '${fqdn}'. Known: host.")]
    [InlineData("job=\"node\"", "would silence other machines too")]
    [InlineData("hostname!=\"${host}\"", "would silence other machines too")]
    [InlineData("job=\"node\", hostname=\"${host}\"", null)]
    public void A_template_names_the_machine(string template, string? why)
    {
        var problem = HostMatchers.WhyNot(template);
        if (why is null)
            Assert.Null(problem);
        else
            Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RL9 ${window.start} ${window.end} ${initials} ${person} ${host}", null)]
    [InlineData("${ticket}", "unknown placeholder '${ticket}'")]
    [InlineData("${initials", "unknown placeholder '${initials (not closed)}'")]
    public void A_comment_is_made_of_what_is_known(string template, string? why)
    {
        var problem = new AlertmanagerConfiguration { CommentTemplate = template }.Problems().FirstOrDefault();
        if (why is null)
            Assert.Null(problem);
        else
            Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_cannot_be_meant_are_told()
    {
        static string Problem(AlertmanagerConfiguration configuration) => Assert.Single(configuration.Problems());

        Assert.Contains("go together", Problem(new AlertmanagerConfiguration { Username = "x" }), StringComparison.Ordinal);
        Assert.Contains("from 1m to 366d", Problem(new AlertmanagerConfiguration { SilenceDuration = TimeSpan.FromSeconds(30) }), StringComparison.Ordinal);
        Assert.Contains("nothing would be silenced", Problem(new AlertmanagerConfiguration { Matchers = [] }), StringComparison.Ordinal);
        Assert.Contains("has ${id}", Problem(new AlertmanagerConfiguration { LinkTemplate = "${url}" }), StringComparison.Ordinal);
    }
}

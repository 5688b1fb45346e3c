using PlatformOps.Alerts;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Alertmanager;

namespace PlatformOps.Core.Tests.Services.Alertmanager;

public class MatcherTextTests
{
    [Theory]
    [InlineData("hostname=hv1", "hostname=\"hv1\"")]
    [InlineData(" hostname = \"hv1\" ", "hostname=\"hv1\"")]
    [InlineData("{job!=\"x\", instance=~\"hv1(:[0-9]+)?\",}", "job!=\"x\", instance=~\"hv1(:[0-9]+)?\"")]
    [InlineData("a!~\"b,}c\"", "a!~\"b,}c\"")]
    [InlineData("a=\"quote \\\" backslash \\\\ line \\n\"", "a=\"quote \\\" backslash \\\\ line \\n\"")]
    [InlineData("a=~\"\\d+\"", "a=~\"\\\\d+\"")]
    [InlineData("a=\"\"", "a=\"\"")]
    public void Matchers_are_read_as_people_write_them(string text, string read)
        => Assert.Equal(read, MatcherText.Of(MatcherText.TryParse(text)!));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("hostname")]
    [InlineData("a-b=c")]
    [InlineData("a=\"b")]
    [InlineData("a=b c=d")]
    [InlineData("a=b,,c=d")]
    [InlineData("=x")]
    [InlineData("a==b\"")]
    [InlineData("a=\"b\" trailing")]
    public void What_is_no_matcher_is_not_read(string text) => Assert.Null(MatcherText.TryParse(text));

    [Fact]
    public void What_is_written_is_read_again()
    {
        var matcher = new AlertMatcher { Name = "a", Value = "x\\\"y\nz\\n", IsRegex = true, IsEqual = false };
        Assert.Equal(matcher, Assert.Single(MatcherText.TryParse(matcher.ToString())!));
    }

    [Fact]
    public void Order_does_not_make_another_silence_and_everything_else_does()
    {
        static bool Same(string one, string other) => MatcherText.AreSame(MatcherText.TryParse(one)!, MatcherText.TryParse(other)!);

        Assert.True(Same("a=b, c=~d", "c=~d, a=b"));
        Assert.False(Same("a=b", "a=~b"));
        Assert.False(Same("a=b", "a!=b"));
        Assert.False(Same("a=b", "a=b, c=d"));
        Assert.False(Same("a=b", "a=B"));
    }

    [Fact]
    public void A_name_in_a_pattern_matches_itself_alone()
        => Assert.Equal(@"hv1\.example\.org\+\(x\)", Re2Text.Escape("hv1.example.org+(x)"));
}

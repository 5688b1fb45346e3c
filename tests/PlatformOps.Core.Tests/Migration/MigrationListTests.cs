using PlatformOps.Core.Migration;
using PlatformOps.Errors;
using PlatformOps.Migration;

namespace PlatformOps.Core.Tests.Migration;

public sealed class MigrationListTests
{
    [Fact]
    public void Any_white_space_separates_and_comments_and_blank_lines_are_nothing()
    {
        Assert.Equal(
            [Target("hv1.example.com", "MH-101") with { ListLine = 3 }, Target("hv2.example.com", null) with { ListLine = 4 }, Target("hv3", "A1_B-7") with { ListLine = 6 }],
            MigrationList.Parse("# list\r\n\r\n\thv1.example.com \t MH-101\r\nhv2.example.com  # MH-9\r\n  # hv9\nhv3\u00A0A1_B-7", "list"));
    }

    [Theory]
    [InlineData("hv1 MH-1 more", "3 words")]
    [InlineData("hv1 mh-1", "'mh-1'")]
    [InlineData("hv1 MH-", "'MH-'")]
    [InlineData("hv1 #MH-1\nhv_2 MH", "'MH'")]
    [InlineData("-hv1", "'-hv1'")]
    [InlineData("hv1.", "'hv1.'")]
    [InlineData("hv1/x", "'hv1/x'")]
    [InlineData("hv1;rm", "'hv1;rm'")]
    public void A_malformed_line_is_an_error_with_its_number(string line, string said)
    {
        var error = Assert.Throws<SourceException>(() => MigrationList.Parse("ok.example.com\n" + line, "list.txt"));
        Assert.Equal(line.Contains('\n', StringComparison.Ordinal) ? 3 : 2, error.Line);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("list.txt:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_error_shows_of_a_line_is_harmless()
    {
        var error = Assert.Throws<SourceException>(() => MigrationList.Parse("\u001b[31mhv1" + new string('x', 5000), "list.txt"));
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.True(error.Message.Length < 200);
    }

    [Fact]
    public void A_host_that_comes_twice_is_refused_whatever_its_case()
    {
        var error = Assert.Throws<SourceException>(() => MigrationList.Parse("hv1.example.com MH-1\n\nHV1.example.com MH-2", "list.txt"));
        Assert.Equal(3, error.Line);
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# a\nhv1\t# x\n\nhv2 MH-2\n", "# a\nhv1 MH-1\t# x\n\nhv2 MH-2\n")]
    [InlineData("hv1\r\nhv2 MH-2\r\n", "hv1 MH-1\r\nhv2 MH-2\r\n")]
    [InlineData("hv2 MH-2\n  HV1", "hv2 MH-2\n  HV1 MH-1")]
    public void Only_keys_are_added(string before, string after) =>
        Assert.Equal(after, MigrationList.WithKeys(before, "list", [Target("hv1", "MH-1"), Target("hv2", "MH-2")], append: false));

    [Fact]
    public void A_key_that_is_there_is_never_replaced()
    {
        var error = Assert.Throws<SourceException>(() => MigrationList.WithKeys("hv1 MH-1\n", "list", [Target("hv1", "MH-2")], append: true));
        Assert.Equal(1, error.Line);
        Assert.Contains("MH-1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "hv1 MH-1\nhv3\n")]
    [InlineData("hv0\n", "hv0\nhv1 MH-1\nhv3\n")]
    [InlineData("hv0", "hv0\nhv1 MH-1\nhv3\n")]
    [InlineData("hv0\r\n", "hv0\r\nhv1 MH-1\r\nhv3\r\n")]
    [InlineData("hv0\r\nhv9", "hv0\r\nhv9\r\nhv1 MH-1\r\nhv3\r\n")]
    public void Missing_hosts_are_added_only_when_asked(string before, string after)
    {
        MigrationTarget[] targets = [Target("hv1", "MH-1"), Target("hv3", null)];
        Assert.Equal(after, MigrationList.WithKeys(before, "list", targets, append: true));
        Assert.Throws<SourceException>(() => MigrationList.WithKeys(before, "list", targets, append: false));
    }

    private static MigrationTarget Target(string name, string? ticket) => new() { HypervisorName = name, TicketId = ticket };
}

using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Services.Kayobe;

public class HostLimitTests
{
    [Fact]
    public void Plain_names_are_joined_by_colons_in_the_order_of_the_names()
        => Assert.Equal("hv01.lab.example:hv02.lab.example", HostLimit.Of(["hv02.lab.example", "hv01.lab.example"]));

    [Fact]
    public void No_host_is_no_limit()
        => Assert.Contains("without a limit it works on all of them", Assert.Throws<RefusedException>(() => HostLimit.Of([])).Message);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("!hv1")]
    [InlineData("~hv1.*")]
    [InlineData("@hosts")]
    [InlineData("&compute")]
    [InlineData("hv*")]
    [InlineData("hv[1:3]")]
    [InlineData("hv1:hv2")]
    [InlineData("hv1,hv2")]
    [InlineData("hv1 hv2")]
    [InlineData("hv1\n")]
    [InlineData("HV1")]
    [InlineData("-hv1")]
    [InlineData(".hv1")]
    [InlineData("$(id)")]
    [InlineData("hv1;id")]
    [InlineData("../hv1")]
    [InlineData("hv_1")]
    [InlineData("hⅴ1")]
    [InlineData("all")]
    [InlineData("ungrouped")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public void What_Ansible_could_take_for_more_than_one_host_is_refused(string name)
    {
        Assert.Throws<RefusedException>(() => HostLimit.Of([name]));
        Assert.Throws<RefusedException>(() => HostLimit.Of(["hv2", name]));
    }

    [Fact]
    public void A_name_has_at_most_253_characters()
    {
        Assert.Equal(new string('a', 253), HostLimit.Of([new string('a', 253)]));
        Assert.Throws<RefusedException>(() => HostLimit.Of([new string('a', 254)]));
    }

    [Theory]
    [InlineData("  hosts (2):\n    h1\n    h2\n", "h1 h2")]
    [InlineData("  hosts (0):\n", "")]
    public void A_listing_tells_the_hosts(string output, string hosts)
        => Assert.Equal(hosts, string.Join(' ', HostLimit.ReadListing(output)!));

    [Theory]
    [InlineData("")]
    [InlineData("  hosts (2):\n    h1\n")]
    [InlineData("  hosts (1):\n    h1\n    h2\n")]
    [InlineData("h1\nh2\n")]
    [InlineData("  hosts (99999999999999):\n    h1\n")]
    public void A_listing_that_is_not_whole_tells_nothing(string output) => Assert.Null(HostLimit.ReadListing(output));
}

using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class HostNameRuleTests
{
    [Theory]
    [InlineData("hv1")]
    [InlineData("hv1.example.org")]
    [InlineData("HV-1_a.example")]
    [InlineData("10.0.0.1")]
    [InlineData("::1")]
    [InlineData("2001:db8::10.0.0.1")]
    public void Names_and_addresses_pass(string name) => Assert.True(HostNameRule.IsValid(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-oProxyCommand=id")]
    [InlineData(".a")]
    [InlineData("_a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("$(id)")]
    [InlineData("a;b")]
    [InlineData("'a'")]
    [InlineData("../a")]
    [InlineData("@f")]
    [InlineData("~r")]
    [InlineData("a:b")]
    [InlineData("!a")]
    [InlineData("*")]
    [InlineData("a/b")]
    [InlineData("user@a")]
    [InlineData("[::1]")]
    [InlineData("[::1]:22")]
    [InlineData("fe80::1%eth0")]
    [InlineData("hоst")]
    public void Anything_else_does_not(string? name) => Assert.False(HostNameRule.IsValid(name));

    [Fact]
    public void The_longest_name_has_253_characters()
    {
        Assert.True(HostNameRule.IsValid(new string('a', 253)));
        Assert.False(HostNameRule.IsValid(new string('a', 254)));
    }

    [Fact]
    public void The_error_shows_no_control_character_of_the_name()
    {
        var error = Assert.Throws<RemoteHostException>(() => HostNameRule.Require("a\x1b]0;owned\a b"));

        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("jane.doe")]
    [InlineData("svc_ops-1@realm")]
    public void Accounts_pass(string user) => HostNameRule.RequireUser("hv1", user);

    [Theory]
    [InlineData("")]
    [InlineData("-l")]
    [InlineData("a b")]
    [InlineData("$(id)")]
    [InlineData("root\n")]
    public void What_is_no_account_does_not(string user) => Assert.Throws<RemoteHostException>(() => HostNameRule.RequireUser("hv1", user));
}

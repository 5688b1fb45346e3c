using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Tests.Changes;

public sealed class ClaimTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("Jane Doe")]
    [InlineData("CORP\\jane [admin]\t")]
    public void A_claim_is_found_again_as_ours_whatever_the_account_is_called(string person)
    {
        var claim = new Claim("20261118-120000-ab12", person, "MH-101");

        var found = Claim.Find($"RL9 reinstall {claim}");

        Assert.Equal(claim, found);
        Assert.True(found!.IsSameOwner(new Claim("another", person, null)));
    }

    [Fact]
    public void White_space_and_brackets_of_an_account_are_written_as_underscores()
        => Assert.Equal("[ops:r1 Jane__Doe_ -]", new Claim("r1", "Jane [Doe]", null).ToString());
}

namespace PlatformOps.Cmdlets.Tests.Abstractions;

public sealed class ConfirmationTests
{
    [Theory]
    [InlineData("Test-Effect -Impact Medium", "done", 0)]
    [InlineData("Test-Effect -Impact High", "done", 1)]
    [InlineData("Test-Effect -Impact High -Confirm:$false", "done", 0)]
    [InlineData("Test-Effect -Impact Low -Confirm", "done", 1)]
    [InlineData("$ConfirmPreference = 'Medium'; Test-Effect -Impact Medium", "done", 1)]
    [InlineData("$ConfirmPreference = 'None'; Test-Effect -Impact High", "done", 0)]
    [InlineData("Test-Effect -Impact High -WhatIf", "planned", 0)]
    [InlineData("$WhatIfPreference = $true; Test-Effect -Impact Low", "planned", 0)]
    [InlineData("$WhatIfPreference = $true; Test-Effect -Impact Medium -WhatIf:$false", "done", 0)]
    public void A_question_comes_where_the_impact_reaches_the_preference(string script, string outcome, int questions)
    {
        var host = new AnsweringHost(answer: 0);
        using var shell = new Shell(host);
        Assert.Equal(outcome, Assert.Single(shell.Run(script).Values));
        Assert.Equal(questions, host.Questions.Count);
        Assert.All(host.Questions, question => Assert.Contains("[prod] hv1", question, StringComparison.Ordinal));
    }

    [Fact]
    public void No_is_no()
    {
        using var shell = new Shell(new AnsweringHost(answer: 2));
        Assert.Equal("declined", Assert.Single(shell.Run("Test-Effect -Impact High").Values));
    }

    [Fact]
    public void A_host_that_cannot_ask_is_an_error_that_says_how_to_go_on()
    {
        using var shell = new Shell();
        var result = shell.Run("Test-Effect -Impact High");
        Assert.Empty(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("Refused,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Confirm:$false", error.Exception.Message, StringComparison.Ordinal);
    }
}

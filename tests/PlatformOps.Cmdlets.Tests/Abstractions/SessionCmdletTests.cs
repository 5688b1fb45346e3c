using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;

namespace PlatformOps.Cmdlets.Tests.Abstractions;

public sealed class SessionCmdletTests
{
    [Fact]
    public void Without_a_session_the_error_says_what_to_do()
    {
        using var shell = new Shell();
        var error = Assert.Single(shell.Run("Test-Session").Errors);
        Assert.StartsWith("NoSession,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Connect-PlatformOps", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_session_opened_last_is_the_default_and_others_are_taken_by_name_or_object()
    {
        using var shell = new Shell();
        var prod = shell.OpenSession("prod");
        var test = shell.OpenSession("test");
        Assert.Same(test, shell.Run("Test-Session").Values[0]);
        Assert.Same(prod, shell.Run("Test-Session -Session PROD").Values[0]);
        Assert.Same(prod, shell.Run("param($s) Test-Session -Session $s", prod).Values[0]);
        Assert.Contains("'prod', 'test'", Assert.Single(shell.Run("Test-Session -Session none").Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runspaces_do_not_see_each_others_sessions()
    {
        using var one = new Shell();
        using var other = new Shell();
        one.OpenSession("prod");
        Assert.StartsWith("NoSession,", Assert.Single(other.Run("Test-Session").Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Sessions_complete_by_name_and_names_with_spaces_are_quoted()
    {
        using var shell = new Shell();
        shell.OpenSession("prod");
        shell.OpenSession("pre prod's");
        Assert.Equal(["prod", "'pre prod''s'"], Complete(shell, "Test-Session -Session p"));
        Assert.Equal(["'pre prod''s'"], Complete(shell, "Test-Session -Session 'pre"));
        Assert.DoesNotContain("prod", Complete(shell, "Test-Session -Session zzz"));
    }

    private static string[] Complete(Shell shell, string line)
    {
        using var powershell = shell.Make("param($l) (TabExpansion2 $l $l.Length).CompletionMatches.CompletionText", line);
        return [.. powershell.Invoke<string>()];
    }
}

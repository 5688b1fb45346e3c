using System.Security;

namespace PlatformOps.Cmdlets.Tests.Commands;

public sealed class AnsibleVaultCommandTests
{
    private const string Setup = "$p = ConvertTo-SecureString 'pass word' -AsPlainText -Force; ";

    [Theory]
    [InlineData("'one', 'two' | Protect-AnsibleVault -Password $p | Unprotect-AnsibleVault -Password $p", "one,two")]
    [InlineData("('one' | Protect-AnsibleVault -Password $p -VaultId prod) -split \"`n\" | Unprotect-AnsibleVault -Password $p", "one")]
    [InlineData("'!vault |', ('one' | Protect-AnsibleVault -Password $p) -replace '(?m)^', '    ' | Unprotect-AnsibleVault -Password $p", "one")]
    [InlineData("(ConvertTo-SecureString 'one' -AsPlainText -Force) | Protect-AnsibleVault -Password $p | Unprotect-AnsibleVault -Password $p", "one")]
    public void What_was_encrypted_is_decrypted(string script, string plain)
    {
        using var shell = new Shell();
        var result = shell.Run(Setup + script);
        Assert.Empty(result.Errors);
        Assert.Equal(plain, string.Join(',', result.Values));
    }

    [Fact]
    public void A_secret_is_a_SecureString_where_that_is_asked_for()
    {
        using var shell = new Shell();
        Assert.IsType<SecureString>(Assert.Single(shell.Run(Setup + "'one' | Protect-AnsibleVault -Password $p | Unprotect-AnsibleVault -Password $p -AsSecureString").Values));
    }

    [Fact]
    public void A_wrong_password_is_an_error_without_a_secret()
    {
        using var shell = new Shell();
        var error = Assert.Single(shell.Run(Setup + "$q = ConvertTo-SecureString 'other' -AsPlainText -Force; 'one' | Protect-AnsibleVault -Password $p | Unprotect-AnsibleVault -Password $q").Errors);
        Assert.StartsWith("SecretUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("other", error.Exception.Message, StringComparison.Ordinal);
    }

    // Typed as ansible-vault takes it, the file would stay as it is.
    [Fact]
    public void The_name_of_a_file_in_the_place_of_a_text_is_warned_of()
    {
        using var shell = new Shell();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(file, "secret");
        try
        {
            var result = shell.Run(Setup + $"Protect-AnsibleVault '{file}' -Password $p; 'a:b', '/no/such', '' | Protect-AnsibleVault -Password $p");
            Assert.Empty(result.Errors);
            Assert.Equal($"'{file}' is the name of a file. The name was encrypted, not what is in it: -Path encrypts that.", Assert.Single(result.Warnings).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

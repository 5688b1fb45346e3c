using System.Security.Cryptography;
using System.Text;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Secrets;

public class AnsibleVaultTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("exactly 16 bytes")]
    [InlineData("ümläuts and a longer text than a block, with\nlines\n")]
    public void What_is_protected_comes_back(string text)
        => Assert.Equal(text, AnsibleVault.UnprotectText(AnsibleVault.ProtectText(text, "päss"), "päss"));

    [Fact]
    public void Large_data_comes_back()
    {
        var data = RandomNumberGenerator.GetBytes(1_000_003);

        Assert.Equal(data, AnsibleVault.Unprotect(AnsibleVault.Protect(data, "p"), "p"));
    }

    [Fact]
    public void The_text_has_the_header_and_80_columns()
    {
        var lines = AnsibleVault.ProtectText("some text", "p").Split('\n');

        Assert.Equal("$ANSIBLE_VAULT;1.1;AES256", lines[0]);
        Assert.All(lines[1..^2], l => Assert.Equal(80, l.Length));
        Assert.Equal("", lines[^1]);
        Assert.DoesNotContain(AnsibleVault.ProtectText("some text", "p"), string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vault_id_is_in_the_header_of_1_2()
    {
        var text = AnsibleVault.ProtectText("x", "p", "prod");

        Assert.StartsWith("$ANSIBLE_VAULT;1.2;AES256;prod\n", text, StringComparison.Ordinal);
        Assert.Equal("prod", AnsibleVault.IdOf(text));
        Assert.Equal("x", AnsibleVault.UnprotectText(text, "p"));
        Assert.Contains("'prod'", Assert.Throws<SecretException>(() => AnsibleVault.UnprotectText(text, "q")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_password_says_so()
        => Assert.StartsWith("The vault password is wrong", Assert.Throws<SecretException>(() => AnsibleVault.UnprotectText(AnsibleVault.ProtectText("x", "p"), "q")).Message, StringComparison.Ordinal);

    [Fact]
    public void Carriage_returns_indentation_and_surrounding_space_do_not_matter()
    {
        var text = AnsibleVault.ProtectText("x", "p");

        Assert.Equal("x", AnsibleVault.UnprotectText("\n  " + text.Replace("\n", "\r\n    ", StringComparison.Ordinal), "p"));
        Assert.True(AnsibleVault.IsVault("  " + text));
    }

    [Fact]
    public void Damage_anywhere_is_found()
    {
        var text = AnsibleVault.ProtectText("some text to keep", "p");
        var header = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        for (var i = 0; i < text.Length; i += 7)
        {
            var damaged = new StringBuilder(text) { [i] = text[i] == '3' ? '4' : '3' }.ToString();
            if (i >= header && (text[i] == '\n' || damaged == text))
                continue;
            Assert.Throws<SecretException>(() => AnsibleVault.UnprotectText(damaged, "p"));
        }

        for (var length = 0; length < text.Length - 1; length += 13)
            Assert.Throws<SecretException>(() => AnsibleVault.UnprotectText(text[..length], "p"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain: text")]
    [InlineData("$ANSIBLE_VAULT")]
    [InlineData("$ANSIBLE_VAULT;1.0;AES\n61")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\nzz")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n610a610a61")]
    [InlineData("$ANSIBLE_VAULT;1.1;AES256\n0a0a")]
    public void What_is_no_vault_is_refused(string text)
        => Assert.Throws<SecretException>(() => AnsibleVault.UnprotectText(text, "p"));
}

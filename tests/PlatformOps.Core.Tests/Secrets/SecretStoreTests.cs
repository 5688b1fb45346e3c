using System.Security;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Secrets;

public sealed class SecretStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_inline_secret_is_its_text_and_the_redactor_knows_it()
    {
        var store = Store();

        Assert.Equal("hunter22", await store.ResolveAsync(Secret.FromText("hunter22"), Token));
        Assert.Equal("a *** b", store.Redactor.Clean("a hunter22 b"));
    }

    [Fact]
    public async Task A_secure_string_is_its_text()
    {
        using var typed = new SecureString();
        foreach (var c in "gehäim")
            typed.AppendChar(c);

        Assert.Equal("gehäim", await Store().ResolveAsync(Secret.FromSecureString(typed), Token));
    }

    [Fact]
    public async Task A_variable_is_read()
    {
        _variables["OPS_TOKEN"] = "from-env";

        Assert.Equal("from-env", await ResolveAsync(new SecretReference("env", "OPS_TOKEN")));
        await RefusedAsync(new SecretReference("env", "OPS_NONE"), "env:OPS_NONE: the environment variable OPS_NONE is not set");
    }

    [Theory]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData("secret\n\n", "secret\n")]
    [InlineData(" secret ", " secret ")]
    [InlineData("two\nlines\n", "two\nlines")]
    public async Task A_file_is_read_without_one_newline_at_its_end(string text, string expected)
        => Assert.Equal(expected, await ResolveAsync(new SecretReference("file", _folder.File("token", text))));

    [Fact]
    public async Task A_file_that_others_can_read_is_refused_with_the_command()
    {
        SkipOnWindows();
        var path = _folder.File("token", "secret", (UnixFileMode)0b110_100_000);

        await RefusedAsync(new SecretReference("file", path), $"others may read the file. Run: chmod 600 {path}");
    }

    [Fact]
    public async Task A_file_that_others_can_write_is_refused()
    {
        SkipOnWindows();
        await RefusedAsync(new SecretReference("file", _folder.File("token", "secret", (UnixFileMode)0b110_010_000)), "Others may write to it. Run: chmod 600");
    }

    [Fact]
    public async Task A_missing_empty_or_odd_file_is_named()
    {
        await RefusedAsync(new SecretReference("file", Path.Combine(_folder.Path, "none")), "there is no such file");
        await RefusedAsync(new SecretReference("file", _folder.Path), "there is no such file");
        await RefusedAsync(new SecretReference("file", _folder.File("empty", "\n")), "is empty");
    }

    [Fact]
    public async Task A_reference_is_looked_up_once_for_all_who_ask()
    {
        SkipOnWindows();
        Gopass($"echo x >> {_folder.Path}/calls; printf 'value\\n'");
        var store = Store();
        var reference = Secret.FromReference(new SecretReference("gopass", "a/b"));

        var values = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.ResolveAsync(reference, Token)));
        var again = await store.ResolveAsync(Secret.FromReference(new SecretReference("gopass", "a/b")), Token);

        Assert.All(values.Append(again), v => Assert.Equal("value", v));
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder.Path, "calls"), Token));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var store = Store();
        var reference = Secret.FromReference(new SecretReference("file", Path.Combine(_folder.Path, "later")));
        await Assert.ThrowsAsync<SecretException>(() => store.ResolveAsync(reference, Token));
        _folder.File("later", "there");

        Assert.Equal("there", await store.ResolveAsync(reference, Token));
    }

    [Fact]
    public async Task Who_cancels_leaves_the_look_up_to_the_others()
    {
        SkipOnWindows();
        Gopass($"while [ ! -e {_folder.Path}/go ]; do :; done; printf value");
        var store = Store();
        var reference = Secret.FromReference(new SecretReference("gopass", "a"));
        using var cancel = new CancellationTokenSource();
        var first = store.ResolveAsync(reference, cancel.Token);
        var second = store.ResolveAsync(reference, Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _folder.File("go", "");
        Assert.Equal("value", await second);
    }

    [Fact]
    public async Task Gopass_is_called_by_its_contract()
    {
        SkipOnWindows();
        Gopass("printf '%s|' \"$@\"");

        Assert.Equal("show|-o|--nosync|a b/$(c)|", await ResolveAsync(new SecretReference("gopass", "a b/$(c)")));
        Assert.Equal("show|-o|--nosync|a|user|", await ResolveAsync(new SecretReference("gopass", "a") { Key = "user" }));
    }

    [Theory]
    [InlineData(10, "gopass has no such entry")]
    [InlineData(11, "gopass cannot decrypt the entry")]
    [InlineData(3, "gopass ended with exit code 3: store is locked")]
    public async Task Gopass_failures_say_what_to_do(int exitCode, string expected)
    {
        SkipOnWindows();
        Gopass($"echo value-that-must-not-show; echo 'store is locked' >&2; exit {exitCode}");

        var error = await RefusedAsync(new SecretReference("gopass", "team/jira"), expected);
        Assert.StartsWith("gopass:team/jira", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("value-that", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        SkipOnWindows();
        _variables["PATH"] = _folder.Path;

        await RefusedAsync(new SecretReference("gopass", "a"), "The program 'gopass' was not found in PATH");
        await RefusedAsync(new SecretReference("pass", "a"), "The program 'pass' was not found in PATH");
    }

    [Fact]
    public async Task Pass_gives_its_first_line()
    {
        SkipOnWindows();
        _folder.Script("pass", "[ \"$1\" = show ] && [ \"$2\" = a/b ] && printf 'first\\nlogin: me\\n' || { echo 'Error: x is not in the password store.' >&2; exit 1; }");
        _variables["PATH"] = $"{_folder.Path}:/usr/bin:/bin";

        Assert.Equal("first", await ResolveAsync(new SecretReference("pass", "a/b")));
        await RefusedAsync(new SecretReference("pass", "c"), "pass has no such entry");
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-c")]
    [InlineData("a\nb")]
    public async Task An_entry_that_looks_like_an_option_is_refused(string entry)
        => await RefusedAsync(new SecretReference("gopass", entry), "an entry's name does not begin with '-'");

    [Fact]
    public async Task A_value_in_an_encrypted_file_is_read_by_its_key()
    {
        var path = _folder.File("vault.yml", AnsibleVault.ProtectText("a:\n  b: deep\nlist: [ x ]\n", "pw"), (UnixFileMode)0b110_100_100);
        var password = Secret.FromReference(new SecretReference("file", _folder.File("pw", "pw\n\n")));

        Assert.Equal("deep", await ResolveAsync(Vault(path, "a.b", password)));
        await RefusedAsync(Vault(path, "a.c", password), "there is no 'c' in the file");
        await RefusedAsync(Vault(path, "list", password), "this is a list, not a value");
        await RefusedAsync(Vault(path, "a.b", Secret.FromText("wrong")), "vault.yml#a.b: The vault password is wrong");
        await RefusedAsync(Vault(path, "a.b", null), "no password for the vault is configured");
    }

    [Fact]
    public async Task A_whole_encrypted_file_is_a_secret()
        => Assert.Equal("content", await ResolveAsync(Vault(_folder.File("v", AnsibleVault.ProtectText("content\n", "pw")), null, Secret.FromText("pw"))));

    [Fact]
    public async Task A_vault_value_in_a_plain_file_is_read_by_its_key()
    {
        var path = _folder.File("vars.yml", $"a:\n  b: {AnsibleVault.ProtectYamlValue("inner", "pw")}  c: open\n");

        Assert.Equal("inner", await ResolveAsync(Vault(path, "a.b", Secret.FromText("pw"))));
        Assert.Equal("open", await ResolveAsync(Vault(path, "a.c", Secret.FromText("pw"))));
    }

    [Fact]
    public async Task An_error_does_not_quote_what_is_in_the_vault()
    {
        var path = _folder.File("v", AnsibleVault.ProtectText("a: 'topsecret\n  b: [", "pw"));

        var error = await RefusedAsync(Vault(path, "a", Secret.FromText("pw")), "cannot be read as YAML");
        Assert.DoesNotContain("topsecret", error.ToString(), StringComparison.Ordinal);
    }

    private static SecretReference Vault(string path, string? key, Secret? password) => new("ansible-vault", path) { Key = key, Password = password };

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("needs a POSIX shell");
    }

    private void Gopass(string body)
    {
        _folder.Script("gopass", body);
        _variables["PATH"] = $"{_folder.Path}:/usr/bin:/bin";
    }

    private SecretStore Store() => new(new Redactor(), new UserEnvironment { Variables = _variables, HomeFolder = _folder.Path, UserName = "jane.doe" });

    private Task<string> ResolveAsync(SecretReference reference) => Store().ResolveAsync(Secret.FromReference(reference), Token);

    private async Task<SecretException> RefusedAsync(SecretReference reference, string expected)
    {
        var error = await Assert.ThrowsAsync<SecretException>(() => ResolveAsync(reference));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        return error;
    }
}

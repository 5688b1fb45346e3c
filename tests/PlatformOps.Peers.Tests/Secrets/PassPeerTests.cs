using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.Secrets;

/// <summary>References of the kind <c>pass</c> against pass itself, with a key and a store of their own.</summary>
public sealed class PassPeerTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables;

    public PassPeerTests()
    {
        foreach (var program in new[] { "pass", "gpg", "gpgconf" })
            Assert.SkipWhen(ProgramPath.Find(program) is null, $"{program} is not installed (Debian packages pass, gpg)");
        _variables = new Dictionary<string, string>(UserEnvironment.Current.Variables)
        {
            ["HOME"] = _folder.Path,
            ["GNUPGHOME"] = _folder.Path,
            ["PASSWORD_STORE_DIR"] = Path.Combine(_folder.Path, "store"),
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await RunAsync("gpg", null, "--batch", "--passphrase", "", "--quick-generate-key", "ops-test@example.org", "default", "default", "never");
        await RunAsync("pass", null, "init", "ops-test@example.org");
        await RunAsync("pass", "the secret\nlogin: me\n"u8.ToArray(), "insert", "--multiline", "team/jira");
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("gpgconf", null, "--kill", "all");
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_line_of_an_entry_is_the_secret() => Assert.Equal("the secret", await ResolveAsync("team/jira"));

    [Fact]
    public async Task A_missing_entry_is_named()
        => Assert.Equal("pass:team/none: pass has no such entry. `pass ls` lists what it has.", (await Assert.ThrowsAsync<SecretException>(() => ResolveAsync("team/none"))).Message);

    [Fact]
    public async Task A_folder_is_no_secret() => await Assert.ThrowsAsync<SecretException>(() => ResolveAsync("team"));

    private Task<string> ResolveAsync(string entry)
        => new SecretStore(new Redactor(), UserEnvironment.Current with { Variables = _variables }).ResolveAsync(Secret.FromReference(new SecretReference("pass", entry)), Token);

    private async Task RunAsync(string program, byte[]? input, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(
            new ChildCommand(program, arguments) { Input = input, Environment = _variables.ToDictionary(v => v.Key, v => (string?)v.Value), Timeout = TimeSpan.FromMinutes(1) },
            CancellationToken.None);
        Assert.True(result.ExitCode == 0, result.ErrorText);
    }
}

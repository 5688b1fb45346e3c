using System.Text;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Secrets;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.Secrets;

/// <summary>Our reading and writing of vaults against ansible's own.</summary>
public sealed class AnsibleVaultPeerTests : IDisposable
{
    private const string Password = "pä$$ word";

    private readonly TemporaryFolder _folder = new();
    private readonly string _passwordFile;
    private readonly string _configuration;

    public AnsibleVaultPeerTests()
    {
        Assert.SkipWhen(ProgramPath.Find("ansible-vault") is null, "ansible-vault is not installed (Debian package ansible)");
        _passwordFile = _folder.File("password", Password + "\n");
        _configuration = _folder.File("ansible.cfg", "[defaults]\n");
    }

    public static TheoryData<string> Texts => new("", "x", "exactly 16 bytes", "ümläut\nand lines\n", new string('a', 100_000));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task What_we_protect_ansible_reads(string text)
    {
        var vault = _folder.File("vault", AnsibleVault.ProtectText(text, Password));

        Assert.Equal(text, await AnsibleAsync("decrypt", "--output", "-", vault));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task What_ansible_protects_we_read(string text)
    {
        var file = _folder.File("vault", text);
        await AnsibleAsync("encrypt", file);

        Assert.Equal(text, AnsibleVault.UnprotectText(await File.ReadAllTextAsync(file, Token), Password));
    }

    [Fact]
    public async Task A_vault_id_goes_both_ways()
    {
        var ours = _folder.File("ours", AnsibleVault.ProtectText("text", Password, "prod"));
        Assert.Equal("text", await RunAsync("decrypt", "--vault-id", $"prod@{_passwordFile}", "--output", "-", ours));

        var theirs = _folder.File("theirs", "text");
        await RunAsync("encrypt", "--vault-id", $"prod@{_passwordFile}", "--encrypt-vault-id", "prod", theirs);
        var text = await File.ReadAllTextAsync(theirs, Token);
        Assert.Equal("prod", AnsibleVault.IdOf(text));
        Assert.Equal("text", AnsibleVault.UnprotectText(text, Password));
    }

    [Fact]
    public async Task A_value_of_encrypt_string_is_read_in_a_configuration()
    {
        var yaml = await AnsibleAsync("encrypt_string", "--name", "token", "the secret");
        var path = _folder.File("vars.yml", yaml);
        var reference = new SecretReference("ansible-vault", path) { Key = "token", Password = Secret.FromReference(new SecretReference("file", _passwordFile)) };

        Assert.Equal("the secret", await new SecretStore(new Redactor()).ResolveAsync(Secret.FromReference(reference), Token));
    }

    private Task<string> AnsibleAsync(string verb, params string[] arguments) => RunAsync(verb, ["--vault-password-file", _passwordFile, .. arguments]);

    private async Task<string> RunAsync(string verb, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(
            new ChildCommand("ansible-vault", [verb, .. arguments])
            {
                // Its own home and configuration, so that the account's do not matter.
                Environment = new Dictionary<string, string?> { ["HOME"] = _folder.Path, ["ANSIBLE_CONFIG"] = _configuration, ["LC_ALL"] = "C.UTF-8", ["ANSIBLE_VAULT_PASSWORD_FILE"] = null },
                Timeout = TimeSpan.FromMinutes(1),
            },
            Token);
        Assert.True(result.ExitCode == 0, Encoding.UTF8.GetString(result.ErrorBytes.Span));
        return result.OutputText;
    }
}

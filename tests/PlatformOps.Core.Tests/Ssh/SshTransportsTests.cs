using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class SshTransportsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Auto_is_SSH_NET_where_it_was_built_and_else_OpenSSH()
    {
        _folder.Script("ssh", "exit 0");
        var built = _folder.File("PlatformOps.SshNet.dll", "");

        Assert.Equal(SshTransportKind.SshNet, SshTransports.Choose(new SshConfiguration(), built, _folder.Path));
        Assert.Equal(SshTransportKind.OpenSsh, SshTransports.Choose(new SshConfiguration(), "/nonexistent.dll", _folder.Path));
    }

    [Fact]
    public void Auto_is_OpenSSH_where_a_bastion_is_configured()
    {
        _folder.Script("ssh", "exit 0");
        var built = _folder.File("PlatformOps.SshNet.dll", "");

        Assert.Equal(SshTransportKind.OpenSsh, SshTransports.Choose(new SshConfiguration { Via = new Uri("ssh://bastion") }, built, _folder.Path));
    }

    [Fact]
    public void A_missing_ssh_names_the_package()
        => Assert.Contains("openssh-client", Assert.Throws<ConfigurationException>(() => SshTransports.Choose(new SshConfiguration(), "/nonexistent.dll", _folder.Path)).Message);

    [Fact]
    public void A_missing_SSH_NET_says_what_to_set()
        => Assert.Contains("openssh", Assert.Throws<ConfigurationException>(() => SshTransports.Choose(new SshConfiguration { Transport = SshTransportKind.SshNet }, "/nonexistent.dll", _folder.Path)).Message);

    [Fact]
    public void The_lab_needs_its_address()
        => Assert.Contains("lab-url", Assert.Throws<ConfigurationException>(() => SshTransports.Choose(new SshConfiguration { Transport = SshTransportKind.Lab })).Message);
}

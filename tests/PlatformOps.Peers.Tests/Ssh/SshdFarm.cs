using PlatformOps.Core.Processes;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Ssh.OpenSsh;

namespace PlatformOps.Peers.Tests.Ssh;

/// <summary>Real sshd hosts on loopback that run as the current user and let its test keys in. Nothing of the system's configuration is used or changed.</summary>
internal sealed class SshdFarm : IAsyncDisposable
{
    private readonly string _sshd;
    private readonly List<SshdHost> _hosts = [];

    private SshdFarm(string sshd) => _sshd = sshd;

    public string Folder { get; } = Directory.CreateTempSubdirectory("ops-sshd-").FullName;

    public string UserKey => Path.Combine(Folder, "user");

    public string AuthorizedKeys => Path.Combine(Folder, "authorized_keys");

    public string KnownHostsPath => Path.Combine(Folder, "known_hosts");

    public static async Task<SshdFarm> StartAsync()
    {
        var sshd = new[] { "/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(sshd is null, "openssh-server is not installed");
        Assert.SkipWhen(ProgramPath.Find("ssh") is null, "openssh-client is not installed");
        // As root, sshd wants this empty folder, which its service makes at each boot; it has no option for another.
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        var farm = new SshdFarm(sshd!);
        await farm.NewKeyAsync("user");
        File.Copy(farm.UserKey + ".pub", farm.AuthorizedKeys);
        await File.WriteAllTextAsync(Path.Combine(farm.Folder, "sshd_config"), $"""
            AuthorizedKeysFile {farm.AuthorizedKeys}
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            LogLevel ERROR
            PidFile none
            """);
        return farm;
    }

    /// <summary>One more host with a key of its own, known or not.</summary>
    public async Task<SshdHost> AddAsync(bool isKnown = true)
    {
        var name = "host" + _hosts.Count;
        var key = await NewKeyAsync(name);
        var host = new SshdHost(_sshd, Folder, Path.Combine(Folder, name), key);
        _hosts.Add(host);
        if (isKnown)
            await new KnownHosts(KnownHostsPath, HostKeyPolicy.Strict, []).AddAsync("127.0.0.1", host.Port, key, TestContext.Current.CancellationToken);
        return host;
    }

    public async Task<HostKey> NewKeyAsync(string name, string passphrase = "", string type = "ed25519")
    {
        var made = await ChildProcess.RunAsync(
            new ChildCommand("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", name, "-f", Path.Combine(Folder, name)]),
            TestContext.Current.CancellationToken);
        Assert.Equal(0, made.ExitCode);
        return HostKey.TryParse(await File.ReadAllTextAsync(Path.Combine(Folder, name + ".pub")))!;
    }

    public SshTransportOptions Options(HostKeyPolicy policy = HostKeyPolicy.Strict) => new()
    {
        UserName = Environment.UserName,
        KeyPath = UserKey,
        KnownHosts = new KnownHosts(KnownHostsPath, policy, []),
        ConnectTimeout = TimeSpan.FromSeconds(20),
    };

    public OpenSshTransport Transport(bool shares = true, HostKeyPolicy policy = HostKeyPolicy.Strict) => Transport(Options(policy), shares);

    public static OpenSshTransport Transport(SshTransportOptions options, bool shares = true)
        => new(options, new OpenSshSettings { ConfigurationFile = "none", SharesConnections = shares });

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

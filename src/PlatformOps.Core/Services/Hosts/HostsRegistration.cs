using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Ssh.OpenSsh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Hosts that are worked on over SSH.</summary>
internal sealed class HostsRegistration : ServiceRegistration
{
    public override string Name => "ssh";

    public override Type ConfigurationType => typeof(SshConfiguration);

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(RemoteShell)] = scope =>
        {
            var configuration = scope.Configuration.Section<SshConfiguration>();
            return Make(configuration, knownHosts => Make(configuration with { KnownHosts = knownHosts, HostKeyPolicy = HostKeyPolicy.AcceptNew }, null));

            RemoteShell Make(SshConfiguration configuration, Func<string, RemoteShell>? apart)
                => new(SshTransports.Create(configuration, scope.Secrets, scope.Time), SshTransports.Options(configuration, scope.Secrets, scope.Time), apart);
        },
    };

    public override IReadOnlyList<OpsAction> Actions { get; } =
    [
        new HostOsCheck(),
        new HostReachableCheck(),
        new EfiCheck(),
        new NoDomainsCheck(),
        new NoTenantsCheck(),
        new RootAccessChange(),
        new PackageChange(),
        new HostCommandChange(),
        new HostFileChange(),
        new ComputeIdChange(),
        new HostStorageChange(),
        new DiskReport(),
        new GpuReport(),
    ];

    public override IReadOnlyList<FactSource> Facts { get; } = [new PciFacts()];

    /// <summary>The bastion: whoever takes it down locks everybody out.</summary>
    public override IReadOnlyList<string> HostsOf(OpsConfiguration configuration)
        => configuration.Has<SshConfiguration>() && configuration.Section<SshConfiguration>().Via is { } via ? [via.IdnHost] : [];

    /// <summary>Looks at the key, the transport and the known_hosts file; no host is contacted.</summary>
    public override async Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken)
    {
        var configuration = scope.Configuration.Section<SshConfiguration>();
        var options = SshTransports.Options(configuration, scope.Secrets, scope.Time);
        var kind = SshTransports.Choose(configuration);
        var missing = new List<string>();
        if (options.KeyPath is { } key)
            await LoadKeyAsync(key, options, cancellationToken);
        else
            missing.Add("no key is configured (ssh.key-path): only what an agent offers can log in, and host.root-access cannot install a key");
        if (options.KeyPath is not null && !File.Exists(options.KeyPath + ".pub"))
            missing.Add($"the public key {options.KeyPath}.pub is missing: host.root-access cannot install it; make it with: ssh-keygen -y -f {ShellQuoting.Word(options.KeyPath)} > {ShellQuoting.Word(options.KeyPath + ".pub")}");
        if (options.KnownHosts.Policy != HostKeyPolicy.AcceptNew && !options.KnownHosts.Paths.Any(File.Exists))
            missing.Add($"no known_hosts file exists ({options.KnownHosts.FilePath}): under the policy {configuration.HostKeyPolicy} no host is trusted");
        return new ServiceProbe(await VersionAsync(kind, cancellationToken), options.UserName, kind == SshTransportKind.Lab ? configuration.LabUrl?.ToString() : null) { MissingRights = missing };
    }

    private static async Task LoadKeyAsync(string key, SshTransportOptions options, CancellationToken cancellationToken)
    {
        if (!await PrivateKeyFile.IsEncryptedAsync(key, cancellationToken))
            return;
        if (options.Passphrase is null)
            throw new ConfigurationException($"the key {key} (ssh.key-path) is encrypted and ssh.passphrase is not set. Set it to a reference such as pass:ssh/ops, or leave the key to an agent and remove ssh.key-path.");
        var passphrase = await options.Passphrase(cancellationToken);
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new PrivateFolder();
        await using var agent = await KeyAgent.StartAsync(folder, key, passphrase, cancellationToken);
    }

    private static async Task<string> VersionAsync(SshTransportKind kind, CancellationToken cancellationToken)
    {
        if (kind != SshTransportKind.OpenSsh)
            return kind == SshTransportKind.Lab ? "lab" : "SSH.NET";
        var version = await ChildProcess.RunAsync(new ChildCommand("ssh", ["-V"]) { Timeout = TimeSpan.FromSeconds(10) }, cancellationToken);
        return OutputText.Line(version.ErrorText.Length > 0 ? version.ErrorText : version.OutputText);
    }
}

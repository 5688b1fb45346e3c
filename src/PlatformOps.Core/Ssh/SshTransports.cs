using System.Runtime.Loader;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Ssh.OpenSsh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>Chooses and makes the transport that the configuration asks for.</summary>
internal static class SshTransports
{
    private const string SshNetFile = "PlatformOps.SshNet.dll";
    private const string SshNetType = "PlatformOps.SshNet.SshNetTransport";

    /// <summary>Where the optional SSH.NET transport lies if it was built; found by its name, never referenced.</summary>
    public static string SshNetPath => Path.Combine(Path.GetDirectoryName(typeof(SshTransports).Assembly.Location) ?? AppContext.BaseDirectory, SshNetFile);

    /// <exception cref="ConfigurationException">What was chosen is not here; the message says what to install or set.</exception>
    public static ISshTransport Create(SshConfiguration configuration, SecretStore secrets, TimeProvider time, UserEnvironment? environment = null)
    {
        var options = Options(configuration, secrets, time, environment);
        return Choose(configuration) switch
        {
            SshTransportKind.Lab => new LabSshTransport(configuration.LabUrl!, options),
            SshTransportKind.SshNet => LoadSshNet(options),
            _ => new OpenSshTransport(options, new OpenSshSettings { Via = configuration.Via }),
        };
    }

    /// <summary>The transport that <c>auto</c> stands for here, or the one that was named.</summary>
    /// <exception cref="ConfigurationException">What was chosen is not here; the message says what to install or set.</exception>
    public static SshTransportKind Choose(SshConfiguration configuration, string? sshNetPath = null, string? searchPath = null)
    {
        var hasSshNet = File.Exists(sshNetPath ?? SshNetPath);
        switch (configuration.Transport)
        {
            case SshTransportKind.Lab:
                return configuration.LabUrl is null
                    ? throw new ConfigurationException("ssh.transport is lab, so ssh.lab-url is needed: the address that Start-OpsLab gave.")
                    : SshTransportKind.Lab;
            case SshTransportKind.SshNet:
                return hasSshNet
                    ? SshTransportKind.SshNet
                    : throw new ConfigurationException($"ssh.transport is sshnet, but this build of PlatformOps has no SSH.NET ({SshNetFile}). Set ssh.transport to openssh or auto, or build where the package SSH.NET can be had.");
            // A bastion is OpenSSH's work.
            case SshTransportKind.Auto when hasSshNet && configuration.Via is null:
                return SshTransportKind.SshNet;
            default:
                return ProgramPath.Find("ssh", searchPath) is not null
                    ? SshTransportKind.OpenSsh
                    : throw new ConfigurationException($"the program 'ssh' was not found in PATH. Install it (the package is openssh-client on Debian and Ubuntu, openssh-clients on RHEL, the optional feature OpenSSH.Client on Windows){(configuration.Transport == SshTransportKind.Auto ? "" : ", or set ssh.transport")}.");
        }
    }

    public static SshTransportOptions Options(SshConfiguration configuration, SecretStore secrets, TimeProvider time, UserEnvironment? environment = null)
    {
        environment ??= UserEnvironment.Current;
        return new SshTransportOptions
        {
            UserName = configuration.Username ?? environment.UserName,
            KeyPath = configuration.KeyPath,
            Passphrase = configuration.Passphrase is { } passphrase ? token => secrets.ResolveAsync(passphrase, token) : null,
            KnownHosts = new KnownHosts(configuration.KnownHosts ?? Path.Combine(environment.HomeFolder, ".ssh", "known_hosts"), configuration.HostKeyPolicy),
            Port = configuration.Port,
            ConnectTimeout = configuration.ConnectTimeout,
            Time = time,
        };
    }

    private static ISshTransport LoadSshNet(SshTransportOptions options)
    {
        var core = typeof(SshTransports).Assembly;
        var type = (AssemblyLoadContext.GetLoadContext(core) ?? AssemblyLoadContext.Default).LoadFromAssemblyPath(SshNetPath).GetType(SshNetType, throwOnError: true)!;
        return (ISshTransport)Activator.CreateInstance(type, options)!;
    }
}

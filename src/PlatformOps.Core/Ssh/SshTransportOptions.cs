namespace PlatformOps.Core.Ssh;

/// <summary>What a transport needs to log in: the configuration with its paths made absolute and its secrets behind a call.</summary>
internal sealed record SshTransportOptions
{
    /// <summary>The account where a host names none.</summary>
    public required string UserName { get; init; }

    /// <summary>The private key; null for what the agent and the user's own configuration offer.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Gives the key's passphrase; null where none is configured. Asked for once, when first needed.</summary>
    public Func<CancellationToken, Task<string>>? Passphrase { get; init; }

    public required KnownHosts KnownHosts { get; init; }

    public int Port { get; init; } = 22;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public string UserOf(SshHost host) => host.UserName ?? UserName;

    public int PortOf(SshHost host) => host.Port ?? Port;

    /// <summary>For messages: <c>root@hv1</c>, with the port where it is not 22.</summary>
    public string Describe(SshHost host) => $"{UserOf(host)}@{host.Name}{(PortOf(host) == 22 ? "" : $" port {PortOf(host)}")}";
}

using PlatformOps.Core.Logging;

namespace PlatformOps.Core.Ssh;

/// <summary>The session's way to commands on hosts: gives an action its host, with the log that every command goes to.</summary>
/// <param name="transport">Carries the commands; disposed with this.</param>
/// <param name="options">Account, key and known hosts.</param>
/// <param name="apart">Makes one that trusts whatever a host shows first, and writes it to a known_hosts file of its own.</param>
internal sealed class RemoteShell(ISshTransport transport, SshTransportOptions options, Func<string, RemoteShell>? apart = null) : IAsyncDisposable
{
    /// <summary>To ask a host whose key is not trusted who it is: apart from everything else, with a known_hosts file that is thrown away.</summary>
    /// <param name="knownHosts">That file.</param>
    public RemoteShell Apart(string knownHosts) => apart is null ? throw new NotSupportedException("Hosts with untrusted keys cannot be asked here.") : apart(knownHosts);

    public ISshTransport Transport => transport;

    public SshTransportOptions Options => options;

    /// <summary>As root, whom another account can have let in.</summary>
    public RemoteHost Root(string hostName, IActionLog log)
        => As(hostName, "root", log, options.UserName == "root" ? null : $"Invoke-MigrationStep -Step Setup, or Grant-RemoteRootAccess {hostName}, lets root in");

    /// <summary>As the configured account, which is not root.</summary>
    public RemoteHost User(string hostName, IActionLog log) => As(hostName, options.UserName, log);

    public RemoteHost As(string hostName, string userName, IActionLog log) => As(hostName, userName, log, null);

    private RemoteHost As(string hostName, string userName, IActionLog log, string? cure)
    {
        HostNameRule.RequireUser(hostName, userName);
        return new(transport, new SshHost(hostName, userName), log, options.Time, cure);
    }

    public ValueTask DisposeAsync() => transport.DisposeAsync();
}

using PlatformOps.Core.Logging;

namespace PlatformOps.Core.Ssh;

/// <summary>The session's way to commands on hosts: gives an action its host, with the log that every command goes to.</summary>
/// <param name="transport">Carries the commands; disposed with this.</param>
/// <param name="options">Account, key and known hosts.</param>
internal sealed class RemoteShell(ISshTransport transport, SshTransportOptions options) : IAsyncDisposable
{
    public ISshTransport Transport => transport;

    public SshTransportOptions Options => options;

    public RemoteHost Root(string hostName, IActionLog log) => As(hostName, "root", log);

    /// <summary>As the configured account, which is not root.</summary>
    public RemoteHost User(string hostName, IActionLog log) => As(hostName, options.UserName, log);

    public RemoteHost As(string hostName, string userName, IActionLog log)
    {
        HostNameRule.RequireUser(hostName, userName);
        return new(transport, new SshHost(hostName, userName), log, options.Time);
    }

    public ValueTask DisposeAsync() => transport.DisposeAsync();
}

namespace PlatformOps.Core.Ssh;

/// <summary>Runs commands on hosts over SSH. One connection per host and session, pooled by the implementation.</summary>
internal interface ISshTransport : IAsyncDisposable
{
    /// <summary>Runs one command and waits for its end.</summary>
    /// <exception cref="Errors.RemoteHostException">Not connected or not let in: nothing ran.</exception>
    /// <exception cref="Errors.HostKeyException">The host key is unknown, changed or revoked: nothing ran.</exception>
    Task<SshResult> RunAsync(SshHost host, SshCommand command, CancellationToken cancellationToken);

    /// <summary>Forgets that a login to the host was refused, so that it is tried once more: after its authorized keys were changed.</summary>
    void ForgetRefusal(SshHost host);
}

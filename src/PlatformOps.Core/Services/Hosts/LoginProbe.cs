using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Logs in and runs <c>true</c>, in a given time.</summary>
internal static class LoginProbe
{
    /// <returns>True where the login works, false where it was refused.</returns>
    /// <exception cref="RemoteHostException">The host was not reached in time, or runs no command.</exception>
    /// <exception cref="HostKeyException">Its host key is not trusted.</exception>
    public static async Task<bool> RunAsync(RemoteHost host, TimeSpan within, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(within, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var result = await host.RunAsync(new SshCommand(["true"]) { Timeout = within }, stop.Token);
            return result.ExitStatus == 0 ? true : throw host.Failure(["true"], result);
        }
        catch (RemoteHostException error) when (error.LoginRefused)
        {
            return false;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteHostException(host.Name, $"{host.Name} did not answer within {within.TotalSeconds:0.#} s.", error);
        }
    }
}

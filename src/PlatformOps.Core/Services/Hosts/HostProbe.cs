using PlatformOps.Core.Logging;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Looks whether a host can be worked on: reached, root let in, how fast it answers, what it runs.</summary>
internal static class HostProbe
{
    public static async Task<RemoteHostHealth> RunAsync(RemoteShell shell, string name, TimeSpan within, IActionLog log, TimeProvider time, CancellationToken cancellationToken)
    {
        var health = new RemoteHostHealth { HostName = name, IsReachable = false };
        try
        {
            var host = shell.Root(name, log);
            // Who asks wants to know how it is now, not how it was.
            shell.Transport.ForgetRefusal(new SshHost(name, "root"));
            var isRoot = await LoginProbe.RunAsync(host, within, time, cancellationToken);
            health = health with { IsReachable = true, RootLogin = isRoot, UserName = isRoot ? "root" : null };
            if (!isRoot)
            {
                host = shell.User(name, log);
                if (shell.Options.UserName == "root" || !await LoginProbe.RunAsync(host, within, time, cancellationToken))
                    return health;
                health = health with { UserName = shell.Options.UserName };
            }

            var began = time.GetTimestamp();
            await LoginProbe.RunAsync(host, within, time, cancellationToken);
            health = health with { LatencyMilliseconds = Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1) };
            var os = await HostFacts.OsAsync(host, cancellationToken);
            return health with { OsId = os.Id, OsVersion = os.Version };
        }
        catch (HostKeyException error)
        {
            // Something answered, and may be anything.
            return health with { IsReachable = true, Error = error };
        }
        catch (RemoteHostException error)
        {
            return health with { Error = error };
        }
    }
}

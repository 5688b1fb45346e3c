using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Lab;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>A session on a lab whose files are all on a machine's disk, and whose calls all go one way.</summary>
internal static class MachineSession
{
    /// <param name="machine">Has the state folder and the known hosts, which <see cref="Prepare"/> put there.</param>
    /// <param name="disk">The process's way to it.</param>
    /// <param name="network">The process's way to the services and, over the lab, to the hosts.</param>
    /// <param name="more">What its configuration has beside the lab's.</param>
    public static SessionScope Open(LabServer lab, DurableDisk machine, MortalDisk disk, HttpMessageHandler network, TimeProvider time, IReadOnlyDictionary<string, object>? more = null)
    {
        var configuration = new ConfigurationLoader(Registrations.Sections).Load(lab.ConfigurationPath, new Dictionary<string, object>(more ?? new Dictionary<string, object>())
        {
            ["state-folder"] = Path.Combine(machine.Root, "state"),
            ["ssh.known-hosts"] = Path.Combine(machine.Root, "known_hosts"),
        });
        return new SessionScope(configuration, new SecretStore(new Redactor()), time, new LedgerFiles(disk), [.. Registrations.All.Select(service => Rewired(service, disk, network))]);
    }

    /// <summary>A machine of somebody who knows the lab's hosts.</summary>
    public static DurableDisk Prepare(LabServer lab, string name)
    {
        var machine = new DurableDisk(Directory.CreateDirectory(Path.Combine(lab.Folder, name)).FullName);
        var known = Path.Combine(machine.Root, "known_hosts");
        File.Copy(Path.Combine(lab.Folder, "known_hosts"), known);
        machine.Keep(known);
        return machine;
    }

    private static ServiceRegistration Rewired(ServiceRegistration service, MortalDisk disk, HttpMessageHandler network) => service switch
    {
        HttpRegistration => new RewiredService(service, typeof(HttpServiceFactory), scope => new HttpServiceFactory(scope.Time, scope.Secrets.Redactor) { Handler = network }),
        HostsRegistration => new RewiredService(service, typeof(RemoteShell), scope =>
        {
            var configuration = scope.Configuration.Section<SshConfiguration>();
            return Shell(configuration, known => Shell(configuration with { KnownHosts = known, HostKeyPolicy = HostKeyPolicy.AcceptNew }, null));

            RemoteShell Shell(SshConfiguration configuration, Func<string, RemoteShell>? apart)
            {
                var options = SshTransports.Options(configuration, scope.Secrets, scope.Time);
                options = options with { KnownHosts = new KnownHosts(options.KnownHosts.FilePath, configuration.HostKeyPolicy, [], disk) };
                return new RemoteShell(new LabSshTransport(configuration.LabUrl!, options, network), options, apart);
            }
        }),
        _ => service,
    };
}

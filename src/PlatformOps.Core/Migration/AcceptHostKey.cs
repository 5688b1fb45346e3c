using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>
/// Trusts the host key that a reinstalled hypervisor came back with, where the configuration allows it: once, for a machine that tells the serial number of its dossier
/// and was started since the installer was armed. The old key is marked as revoked.
/// </summary>
internal sealed class AcceptHostKey : Change<NoParameters, AcceptHostKey.State>
{
    public override string Name => "hypervisor.host-key";

    public override string Summary => "SSH host key";

    public override Impact Impact => Impact.Medium;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<State> ObserveAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var shell = context.Client<RemoteShell>();
        string? refusal = null;
        try
        {
            await shell.User(context.Target.Name, context.Log).RunAsync(new SshCommand(["true"]), cancellationToken);
        }
        catch (HostKeyException e)
        {
            refusal = e.Message;
        }
        catch (RemoteHostException e) when (e.LoginRefused)
        {
            // Who is let in is asked after the host has proven itself.
        }

        var known = (await EntriesAsync(shell, context, cancellationToken)).Select(entry => entry.Key.Fingerprint);
        return new State(refusal, string.Join(" and ", known));
    }

    protected override bool IsDesired(ActionContext context, NoParameters parameters, State state) => state.Refusal is null;

    protected override Task GuardAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
        => context.Client<SshRules>().AcceptsOnceAfterReinstall
            ? Task.CompletedTask
            : throw new RefusedException($"{before.Refusal} (ssh.accept-once-after-reinstall would take it from the machine with the serial number of the dossier.)") { TargetName = context.Target.Name };

    protected override async Task ApplyAsync(ActionContext context, NoParameters parameters, State before, CancellationToken cancellationToken)
    {
        var shell = context.Client<RemoteShell>();
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        using var folder = new PrivateTrial();
        await using (var apart = shell.Apart(folder.KnownHosts))
        {
            var host = apart.User(context.Target.Name, context.Log);
            // The serial number is root's to read.
            string[] sudo = apart.Options.UserName == "root" ? [] : ["sudo", "-n"];
            var serial = (await host.ReadTextAsync([.. sudo, "cat", "/sys/class/dmi/id/product_serial"], cancellationToken)).Trim();
            var boot = (await host.ReadTextAsync(["cat", ReinstalledWait.BootIdPath], cancellationToken)).Trim();
            if (!MachineNumbers.AreSame(serial, dossier.Host.SerialNumber) || boot == dossier.LastBootId)
                throw new RefusedException($"{context.Target.Name} shows another host key than before, and its word does not prove that it is the reinstalled machine: serial number {serial}, boot {boot}; the dossier has {dossier.Host.SerialNumber} and, before the reinstall, boot {dossier.LastBootId}. Compare the key with its console or BMC, and trust it by hand (docs/on-call.md).") { TargetName = context.Target.Name };
        }

        var port = shell.Options.PortOf(new SshHost(context.Target.Name));
        var shown = await new KnownHosts(folder.KnownHosts, HostKeyPolicy.Pinned).FindAsync(context.Target.Name, port, cancellationToken);
        foreach (var old in await EntriesAsync(shell, context, cancellationToken))
            await shell.Options.KnownHosts.RevokeAsync(context.Target.Name, port, old.Key, cancellationToken);
        foreach (var entry in shown)
            await shell.Options.KnownHosts.AddAsync(context.Target.Name, port, entry.Key, cancellationToken);
    }

    protected override string Describe(State state) => state.Refusal is null ? $"trusted ({state.Known})" : $"another than {state.Known}";

    protected override string DescribeDesired(ActionContext context, NoParameters parameters, State before) => "the one that the reinstalled machine shows";

    private static async Task<IReadOnlyList<KnownHostEntry>> EntriesAsync(RemoteShell shell, ActionContext context, CancellationToken cancellationToken)
    {
        var entries = await shell.Options.KnownHosts.FindAsync(context.Target.Name, shell.Options.PortOf(new SshHost(context.Target.Name)), cancellationToken);
        return [.. entries.Where(entry => entry.Marker == KnownHostMarker.None && !entries.Any(other => other.Marker == KnownHostMarker.Revoked && other.Key.Equals(entry.Key)))];
    }

    /// <param name="Refusal">Why the key is not trusted; null where it is.</param>
    /// <param name="Known">The fingerprints that are trusted.</param>
    internal sealed record State(string? Refusal, string Known);

    // Where the trial writes what it was shown.
    private sealed class PrivateTrial : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ops-key-");

        public string KnownHosts => Path.Combine(_folder.FullName, "known_hosts");

        public void Dispose() => _folder.Delete(recursive: true);
    }
}

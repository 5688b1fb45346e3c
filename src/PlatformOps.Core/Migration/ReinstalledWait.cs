using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using System.ComponentModel.DataAnnotations;

namespace PlatformOps.Core.Migration;

/// <param name="StayMinutes">How long to stay and look; after that the run waits and is resumed later.</param>
/// <param name="Id">The distribution that it is installed with, as /etc/os-release names it; not looked at where not given.</param>
/// <param name="Version">Its version; a major one takes all of its minor ones.</param>
internal sealed record ReinstalledParameters([property: Range(0, 1440)] int StayMinutes = 0, string? Id = null, string? Version = null);

/// <summary>
/// Waits until the machine was started anew since the installer was armed, with the system that it was to get: a restart from its disk is no reinstall.
/// Whether it is the same machine is a check of its own.
/// </summary>
internal sealed class ReinstalledWait : Wait<ReinstalledParameters>
{
    public const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    public override string Name => "hypervisor.reinstalled";

    public override string Summary => "reinstall";

    public override IReadOnlyList<string> Brings => [MachineSubjects.System];

    public override bool IsReinstall => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override TimeSpan StayFor(ReinstalledParameters parameters) => TimeSpan.FromMinutes(parameters.StayMinutes);

    protected override async Task<WaitResult> LookAsync(ActionContext context, ReinstalledParameters parameters, CancellationToken cancellationToken)
    {
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        var before = CheckArmed.BootOf(dossier);
        var what = $"boot it from the network by its BMC{(dossier.BmcAddress is { } bmc ? $" ({bmc})" : "")}, and Resume-OpsRun {context.Run.RunId} when it is installed";
        try
        {
            var (boot, os) = await ReadAsync(context, cancellationToken);
            return boot == before ? new WaitResult(false, $"Set what its BIOS needs, {what}: {context.Target.Name} was not restarted since {dossier.AsOf.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")
                : !IsWanted(os, parameters) ? new WaitResult(false, $"If it is not being installed now, {what}: {context.Target.Name} was started anew (boot {boot}) and runs {os}, not {parameters.Id} {parameters.Version}")
                : new WaitResult(true, $"{context.Target.Name} was started anew (boot {boot}) and runs {os}");
        }
        catch (HostKeyException)
        {
            // As a new system does; whether it is this machine's is proven before the key is trusted.
            return new WaitResult(true, $"{context.Target.Name} answers with another host key");
        }
        catch (RemoteHostException e)
        {
            return new WaitResult(false, $"Resume-OpsRun {context.Run.RunId} when it is installed: {context.Target.Name} does not answer yet ({e.Message.TrimEnd('.')})");
        }
    }

    private static bool IsWanted(OsRelease os, ReinstalledParameters parameters)
        => (parameters.Id is null || os.IsOf(parameters.Id)) && (parameters.Version is null || os.IsVersion(parameters.Version));

    // A reinstall takes root's key along, so that only the normal account may be let in.
    private static async Task<(string Boot, OsRelease Os)> ReadAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var shell = context.Client<RemoteShell>();
        try
        {
            return await ReadAsync(shell.Root(context.Target.Name, context.Log), cancellationToken);
        }
        catch (RemoteHostException) when (shell.Options.UserName != "root")
        {
            return await ReadAsync(shell.User(context.Target.Name, context.Log), cancellationToken);
        }
    }

    private static async Task<(string Boot, OsRelease Os)> ReadAsync(RemoteHost host, CancellationToken cancellationToken)
        => ((await host.ReadTextAsync(["cat", BootIdPath], cancellationToken)).Trim(), await HostFacts.OsAsync(host, cancellationToken));
}

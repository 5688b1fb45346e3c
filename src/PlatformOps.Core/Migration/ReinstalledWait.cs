using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <param name="StayMinutes">How long to stay and look; after that the run waits and is resumed later.</param>
internal sealed record ReinstalledParameters([property: Range(0, 1440)] int StayMinutes = 0);

/// <summary>Waits until the machine was started anew since its dossier: it answers over SSH with another boot id. Whether it is the same machine is a check of its own.</summary>
internal sealed class ReinstalledWait : Wait<ReinstalledParameters>
{
    public override string Name => "hypervisor.reinstalled";

    public override string Summary => "reinstall";

    public override bool IsReinstall => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override TimeSpan StayFor(ReinstalledParameters parameters) => TimeSpan.FromMinutes(parameters.StayMinutes);

    protected override async Task<WaitResult> LookAsync(ActionContext context, ReinstalledParameters parameters, CancellationToken cancellationToken)
    {
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        if (dossier.Host.BootId is not { } before)
            throw new RefusedException($"The dossier of {context.Target.Name} has no boot id, so nobody can tell whether it was started since.") { TargetName = context.Target.Name };
        try
        {
            var now = await BootIdAsync(context, cancellationToken);
            return now == before
                ? new WaitResult(false, $"Set what its BIOS needs, boot it from the network by its BMC{(dossier.BmcAddress is { } bmc ? $" ({bmc})" : "")}, and Resume-OpsRun {context.Run.RunId} when it is installed: {context.Target.Name} was not restarted since {dossier.TakenAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")
                : new WaitResult(true, $"{context.Target.Name} was started anew (boot {now})");
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

    // A reinstall takes root's key along, so that only the normal account may be let in.
    private static async Task<string> BootIdAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var shell = context.Client<RemoteShell>();
        string[] read = ["cat", "/proc/sys/kernel/random/boot_id"];
        try
        {
            return (await shell.Root(context.Target.Name, context.Log).ReadTextAsync(read, cancellationToken)).Trim();
        }
        catch (RemoteHostException) when (shell.Options.UserName != "root")
        {
            return (await shell.User(context.Target.Name, context.Log).ReadTextAsync(read, cancellationToken)).Trim();
        }
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>PreReinstall proved the hypervisor empty, ours and the right machine, and handed it to the installer: only such a one is waited for, and may be booted from the network.</summary>
internal sealed class CheckArmed : Check<NoParameters>
{
    public override string Name => "hypervisor.armed";

    public override string Summary => "handed to the installer";

    public override IReadOnlyList<string> Needs => [];

    /// <summary>The boot that has to be over before the machine is installed anew.</summary>
    /// <exception cref="RefusedException">Nobody handed it to the installer.</exception>
    public static string BootOf(HypervisorDossier dossier) => dossier.ArmedBootId
        ?? throw new RefusedException($"{dossier.HypervisorName} was never handed to the installer: its dossier of {dossier.TakenAt:yyyy-MM-dd} has no boot that it was armed in, so do not install it. PreReinstall proves it empty and arms it.") { TargetName = dossier.HypervisorName };

    // It throws rather than fails: a plan of both phases cannot tell before the first is done.
    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => CheckResult.Passed($"armed in boot {BootOf(await context.Client<DossierFinder>().RequireAsync(context, cancellationToken))}");
}

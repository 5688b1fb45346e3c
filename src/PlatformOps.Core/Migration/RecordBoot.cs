using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Migration;

/// <summary>Writes down in which boot the machine is, right before the installer is armed: it may have been restarted since it was drained, and only a later restart can be the reinstall.</summary>
internal sealed class RecordBoot : DossierEntry
{
    public override string Name => "hypervisor.dossier.boot";

    public override string Summary => "boot in the dossier";

    public override bool IsOfSystem => true;

    public override IReadOnlyList<string> Needs => ["ssh"];

    protected override async Task<string> ReadAsync(ActionContext context, CancellationToken cancellationToken)
        => await context.Client<RemoteShell>().On(context).ReadFileAsync(ReinstalledWait.BootIdPath, cancellationToken) is { } text && OutputText.Line(text) is { Length: > 0 } boot
            ? boot
            : throw new RefusedException($"{context.Target.Name} does not tell its boot id ({ReinstalledWait.BootIdPath}), so nobody could tell afterwards whether it was restarted.") { TargetName = context.Target.Name };

    // Until it is armed it may be restarted once more; afterwards a restart is what is waited for.
    protected override Renewal RenewalOf(ActionContext context, NoParameters parameters) => Renewal.InPhase;

    protected override string? In(HypervisorDossier dossier) => dossier.ArmedBootId;

    protected override HypervisorDossier With(HypervisorDossier dossier, string value) => dossier with { ArmedBootId = value };
}

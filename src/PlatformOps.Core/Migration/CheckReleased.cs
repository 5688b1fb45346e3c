using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Migration;

/// <summary>What the effects that wipe ask immediately before, asked beforehand.</summary>
internal sealed class CheckReleased : Check<NoParameters>
{
    public override string Name => "hypervisor.released";

    public override string Summary => "released";

    // What it asks beyond these, it asks for hypervisors only.
    public override IReadOnlyList<string> Needs => [];

    protected override Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => context.Client<HypervisorWipeProof>().ReleasedAsync(context, cancellationToken);
}

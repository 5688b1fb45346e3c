using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Builds Kayobe's inventory from NetBox, once for the batch. Nothing but files on the control host changes, and again makes the same of the same NetBox.</summary>
internal sealed class BuildInventory : KayobeChange<NoParameters>
{
    public override string Name => "kayobe.inventory";

    public override string Summary => "Kayobe inventory";

    public override ActionScope Scope => ActionScope.Batch;

    public override Impact Impact => Impact.Medium;

    public override bool IsIdempotent => true;

    protected override bool IsDestructive(NoParameters parameters) => false;

    protected override bool IsElsewhere => true;

    protected override async Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var installation = await kayobe.InstallationAsync(context.Log, cancellationToken);
        return new KayobeState(kayobe.Unlimited("playbook", "run", KayobePlaybook.PathOf(kayobe.Configuration.InventoryPlaybook, installation.ConfigPath)), []);
    }
}

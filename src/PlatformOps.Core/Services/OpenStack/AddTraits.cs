using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Traits">The custom traits to have, such as <c>CUSTOM_GPU_A100</c>.</param>
internal sealed record AddTraitsParameters([property: MinLength(1), RegularExpression(AddTraitsParameters.Pattern)] IReadOnlyList<string> Traits)
{
    /// <summary>Placement takes no other name from people (Placement API reference, "Update traits"); one, or several with commas between.</summary>
    public const string Pattern = "^CUSTOM_[A-Z0-9_]+( *, *CUSTOM_[A-Z0-9_]+)*$";
}

/// <param name="ProviderId">The hypervisor's provider in Placement.</param>
/// <param name="Has">Those of the traits asked for that it has.</param>
/// <param name="Missing">Those that it lacks.</param>
internal sealed record TraitsState(string ProviderId, IReadOnlyList<string> Has, IReadOnlyList<string> Missing);

/// <summary>Puts back the traits that people gave a hypervisor. Those that it has beside them, nova-compute's own, stay; undo takes away those that it was given.</summary>
internal sealed class AddTraits : Change<AddTraitsParameters, TraitsState>
{
    public override string Name => "openstack.traits";

    public override string Summary => "traits";

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<TraitsState> ObserveAsync(ActionContext context, AddTraitsParameters parameters, CancellationToken cancellationToken)
    {
        var placement = context.Client<PlacementClient>();
        var hypervisor = await context.Client<NovaClient>().HypervisorAsync(context.Target.Name, cancellationToken);
        var provider = await placement.ProviderOfAsync(hypervisor.Id, hypervisor.HypervisorName, cancellationToken);
        var wanted = NameList.Of(parameters.Traits).Order(StringComparer.Ordinal).ToLookup((await placement.TraitsAsync(provider.Uuid, cancellationToken)).Contains);
        return new TraitsState(provider.Uuid, [.. wanted[true]], [.. wanted[false]]);
    }

    protected override bool IsDesired(ActionContext context, AddTraitsParameters parameters, TraitsState state) => state.Missing.Count == 0;

    protected override async Task ApplyAsync(ActionContext context, AddTraitsParameters parameters, TraitsState before, CancellationToken cancellationToken)
    {
        var placement = context.Client<PlacementClient>();
        foreach (var trait in before.Missing)
            await placement.MakeTraitAsync(trait, cancellationToken);
        await placement.ChangeTraitsAsync(before.ProviderId, now => [.. now.Union(before.Missing)], cancellationToken);
    }

    protected override string Describe(TraitsState state)
        => $"has {Names(state.Has)}{(state.Missing.Count > 0 ? $", lacks {Names(state.Missing)}" : "")}";

    protected override string DescribeDesired(ActionContext context, AddTraitsParameters parameters, TraitsState before)
        => Describe(before with { Has = [.. before.Has.Concat(before.Missing).Order(StringComparer.Ordinal)], Missing = [] });

    protected override Task UndoAsync(ActionContext context, AddTraitsParameters parameters, TraitsState before, CancellationToken cancellationToken)
        => context.Client<PlacementClient>().ChangeTraitsAsync(before.ProviderId, now => [.. now.Except(before.Missing)], cancellationToken);

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

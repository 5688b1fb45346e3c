using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <param name="Aggregates">The aggregates to be in, each by name or UUID.</param>
internal sealed record AddToAggregatesParameters([property: MinLength(1)] IReadOnlyList<string> Aggregates);

/// <param name="Host">The service's host.</param>
/// <param name="In">Those of the aggregates asked for that it is in, by name.</param>
/// <param name="Missing">Those that it is not in.</param>
internal sealed record AggregateMembershipState(string Host, IReadOnlyList<string> In, IReadOnlyList<string> Missing);

/// <summary>Puts a hypervisor back into its aggregates. It stays in those that it is in beside them; undo takes it out of those that it was put into.</summary>
internal sealed class AddToAggregates : Change<AddToAggregatesParameters, AggregateMembershipState>
{
    public override string Name => "openstack.aggregate.membership";

    public override string Summary => "aggregate membership";

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<AggregateMembershipState> ObserveAsync(ActionContext context, AddToAggregatesParameters parameters, CancellationToken cancellationToken)
    {
        var host = (await context.Client<NovaClient>().ServiceAsync(context.Target.Name, cancellationToken)).HypervisorName;
        var (inside, missing) = Split(await WantedAsync(context, parameters, cancellationToken), host);
        return new AggregateMembershipState(host, [.. inside.Select(aggregate => aggregate.Name)], [.. missing.Select(aggregate => aggregate.Name)]);
    }

    protected override bool IsDesired(ActionContext context, AddToAggregatesParameters parameters, AggregateMembershipState state) => state.Missing.Count == 0;

    protected override async Task ApplyAsync(ActionContext context, AddToAggregatesParameters parameters, AggregateMembershipState before, CancellationToken cancellationToken)
    {
        foreach (var aggregate in Split(await WantedAsync(context, parameters, cancellationToken), before.Host).Missing)
            await context.Client<NovaClient>().AddToAggregateAsync(aggregate, before.Host, cancellationToken);
    }

    protected override string Describe(AggregateMembershipState state)
        => $"in {Names(state.In)}{(state.Missing.Count > 0 ? $", not in {Names(state.Missing)}" : "")}";

    protected override string DescribeDesired(ActionContext context, AddToAggregatesParameters parameters, AggregateMembershipState before)
        => Describe(before with { In = [.. before.In.Concat(before.Missing).Order(StringComparer.Ordinal)], Missing = [] });

    protected override async Task UndoAsync(ActionContext context, AddToAggregatesParameters parameters, AggregateMembershipState before, CancellationToken cancellationToken)
    {
        foreach (var aggregate in Split(await WantedAsync(context, parameters, cancellationToken), before.Host).Inside.Where(aggregate => before.Missing.Contains(aggregate.Name)))
            await context.Client<NovaClient>().RemoveFromAggregateAsync(aggregate, before.Host, cancellationToken);
    }

    private static async Task<IReadOnlyList<NovaAggregate>> WantedAsync(ActionContext context, AddToAggregatesParameters parameters, CancellationToken cancellationToken)
    {
        var all = await context.Client<NovaClient>().AggregatesAsync(cancellationToken);
        return [.. NameList.Of(parameters.Aggregates)
            .Select(name => all.FirstOrDefault(aggregate => aggregate.Name == name || string.Equals(aggregate.Uuid, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ObjectNotFoundException($"No aggregate '{name}' in Nova; there are: {Names([.. all.Select(aggregate => ServerText.Clean(aggregate.Name, 100))])}.") { TargetName = context.Target.Name })
            .DistinctBy(aggregate => aggregate.Id)
            .OrderBy(aggregate => aggregate.Name, StringComparer.Ordinal)];
    }

    private static (List<NovaAggregate> Inside, List<NovaAggregate> Missing) Split(IReadOnlyList<NovaAggregate> wanted, string host)
    {
        var parts = wanted.ToLookup(aggregate => aggregate.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase));
        return ([.. parts[true]], [.. parts[false]]);
    }

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

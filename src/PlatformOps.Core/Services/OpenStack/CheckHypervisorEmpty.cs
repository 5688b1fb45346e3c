using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>
/// The proof that a hypervisor holds nothing: Nova has no server on it, of any project and status, and no migration to or from it is under way,
/// and Placement has nothing allocated on it. An empty list alone proves nothing: both must have been asked, and agree.
/// </summary>
internal sealed class CheckHypervisorEmpty : Check<NoParameters>
{
    private const int Looked = 10;
    private const string Leaked = "leaked";

    public override string Name => "openstack.hypervisor.empty";

    public override string Summary => "empty hypervisor";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.Servers];

    public override IReadOnlyList<string> Needs => ["openstack"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
        => Finding.Judge(await LookAsync(context, cancellationToken));

    /// <summary>What each source says.</summary>
    internal static async Task<IReadOnlyList<Finding>> LookAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var nova = context.Client<NovaClient>();
        ComputeService service;
        IReadOnlyList<(string Id, string Name)> nodes;
        try
        {
            service = await nova.ServiceAsync(context.Target.Name, cancellationToken);
            nodes = await nova.NodesAsync(service.HypervisorName, cancellationToken);
        }
        catch (OpsException e)
        {
            return [Finding.Silent($"Nova does not tell which hypervisor it is: {e.Message}")];
        }

        if (nodes.Count == 0)
            return [Finding.Silent($"Nova has nova-compute on '{service.HypervisorName}', but no hypervisor of it, so Placement cannot be asked for its allocations")];

        IReadOnlyList<ComputeServer> servers = [];
        IReadOnlyList<NovaMigration> migrations = [];
        List<Finding> findings =
        [
            await Finding.AskAsync("Nova's servers", async () => OfServers(service, servers = await nova.ServersOnAsync(service.HypervisorName, cancellationToken))),
            await Finding.AskAsync("Nova's migrations", async () => await OfMigrationsAsync(nova, migrations = await nova.MigrationsAsync(service.HypervisorName, cancellationToken), cancellationToken)),
        ];
        foreach (var (id, name) in nodes)
            findings.Add(await Finding.AskAsync("Placement", () => OfAllocationsAsync(context, id, name, servers, migrations, cancellationToken)));
        return findings;
    }

    private static Finding OfServers(ComputeService service, IReadOnlyList<ComputeServer> servers)
        => servers.Count > 0
            ? Finding.Against($"Nova has {Finding.Count(servers.Count, "server")} on '{service.HypervisorName}': {Finding.Listed(servers, server => $"{server.ServerName} ({server.Id}, {Status(server)}, project {server.ProjectId ?? "unknown"})")}") with
            {
                Brief = $"{Finding.Counted([.. servers.Select(server => server.ServerName)], "server")} (openstack server list --all-projects --host {service.HypervisorName} lists all)",
            }
            : new Finding($"Nova has no server on '{service.HypervisorName}', of any project and status{(service.Status == "enabled" ? ", but nova-compute is enabled: new ones may come" : "")}");

    // A record whose server is gone moves nothing, and nobody can ever end it.
    private static async Task<Finding> OfMigrationsAsync(NovaClient nova, IReadOnlyList<NovaMigration> migrations, CancellationToken cancellationToken)
    {
        List<NovaMigration> underWay = [], left = [];
        foreach (var migration in migrations.Where(migration => migration.IsUnderWay))
        {
            var isLeft = migration.InstanceUuid is { } server && underWay.Count < Looked && await nova.FindServerAsync(server, cancellationToken) is null;
            (isLeft ? left : underWay).Add(migration);
        }

        var beside = left.Count == 0 ? "" : $" (records that were left of deleted servers: {Finding.Listed(left, migration => migration.ToString())})";
        return underWay.Count > 0
            ? Finding.Against($"{Finding.Count(underWay.Count, "migration")} under way: {Finding.Listed(underWay, migration => migration.ToString())}{beside}") with { Brief = $"{Finding.Count(underWay.Count, "migration")} under way" }
            : new Finding($"no migration to or from it is under way{beside}");
    }

    private static async Task<Finding> OfAllocationsAsync(ActionContext context, string id, string name, IReadOnlyList<ComputeServer> servers, IReadOnlyList<NovaMigration> migrations, CancellationToken cancellationToken)
    {
        var placement = context.Client<PlacementClient>();
        var root = await placement.ProviderOfAsync(id, name, cancellationToken);
        HashSet<string> consumers = [];
        foreach (var provider in await placement.TreeAsync(root, cancellationToken))
            consumers.UnionWith((await placement.AllocationsAsync(provider.Uuid, cancellationToken)).Keys);

        var where = $"provider '{ServerText.Clean(root.Name, 100)}' ({root.Uuid})";
        if (consumers.Count == 0)
            return new Finding($"Placement has no allocation on {where}{(servers.Count > 0 ? ", not even for those servers (nova-manage placement heal_allocations)" : "")}");
        var strangers = consumers.Except(servers.Select(server => server.Id)).Order(StringComparer.Ordinal).ToList();
        if (strangers.Count == 0)
            return Finding.Against($"Placement has the allocations of {Finding.Count(consumers.Count, "server")} of them on {where}") with { Brief = "" };
        List<string> named = [];
        foreach (var consumer in strangers.Take(Looked))
            named.Add($"{consumer} {await WhoseAsync(context.Client<NovaClient>(), consumer, migrations, cancellationToken)}");
        var more = strangers.Count > Looked ? $", and {strangers.Count - Looked} more" : "";
        var advice = named.Exists(text => text.Contains(Leaked, StringComparison.Ordinal)) ? $". What leaked is shown, and deleted, by nova-manage placement audit --resource_provider {root.Uuid}" : "";
        return Finding.Against($"Placement has allocations of {Finding.Count(consumers.Count, "consumer")} on {where}, {strangers.Count} of them none of its servers: {string.Join(", ", named)}{more}{advice}");
    }

    private static async Task<string> WhoseAsync(NovaClient nova, string consumer, IReadOnlyList<NovaMigration> migrations, CancellationToken cancellationToken)
    {
        // The one being moved holds the destination, the migration the source.
        if (migrations.FirstOrDefault(migration => Same(migration.Uuid, consumer) || (migration.IsUnderWay && Same(migration.InstanceUuid, consumer))) is { } migration)
            return $"({(migration.IsUnderWay ? "held by" : Leaked + " by")} {migration})";
        try
        {
            return await nova.FindServerAsync(consumer, cancellationToken) switch
            {
                null => $"({Leaked}: no server has this id, and no migration of the host)",
                { HypervisorName.Length: 0 } server => $"(of server {server.ServerName}, {Status(server)}, on no host that Nova tells)",
                var server => $"({Leaked}: server {server.ServerName}, {Status(server)}, is on '{server.HypervisorName}')",
            };
        }
        catch (ServiceException e)
        {
            return $"(Nova does not tell whose: {e.Message})";
        }
    }

    private static bool Same(string? a, string? b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string Status(ComputeServer server) => server.TaskState is { } task ? $"{server.Status}, {ServerText.Clean(task, 60)}" : ServerText.Clean(server.Status, 60);
}

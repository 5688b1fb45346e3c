using PlatformOps.Alerts;
using PlatformOps.Compute;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Services.Prometheus;
using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Every public method that calls a service over HTTP. A test sees to it that none is missing.</summary>
internal static class ServiceCalls
{
    private const string Host = "hv01.lab.example";
    private const string Ticket = "MH-101";
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddMinutes(-5);

    public static IReadOnlyList<ServiceCall> All { get; } =
    [
        ServiceCall.Of<KeystoneSession>(nameof(KeystoneSession.TokenAsync), (keystone, token) => keystone.TokenAsync(token)),
        ServiceCall.Of<KeystoneSession>(nameof(KeystoneSession.OffersAsync), (keystone, token) => keystone.OffersAsync("compute", token)),
        ServiceCall.Of<KeystoneSession>(nameof(KeystoneSession.EndpointAsync), (keystone, token) => keystone.EndpointAsync("compute", token)),

        ServiceCall.Of<NovaClient>(nameof(NovaClient.ServicesAsync), (nova, token) => nova.ServicesAsync(token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.ServiceAsync), (nova, token) => nova.ServiceAsync(Host, token)),
        ServiceCall.Of<NovaClient, ComputeService>(nameof(NovaClient.DisableServiceAsync), ServiceAsync, (nova, service, token) => nova.DisableServiceAsync(service, "RL9 reinstall", token)),
        ServiceCall.Of<NovaClient, ComputeService>(nameof(NovaClient.EnableServiceAsync), ServiceAsync, (nova, service, token) => nova.EnableServiceAsync(service, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.HypervisorsAsync), (nova, token) => nova.HypervisorsAsync(token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.HypervisorAsync), (nova, token) => nova.HypervisorAsync(Host, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.HypervisorNameAsync), (nova, token) => nova.HypervisorNameAsync(Host, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.NodesAsync), (nova, token) => nova.NodesAsync(Host, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.OtherServicesAsync), (nova, token) => nova.OtherServicesAsync(token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.ServersOnAsync), (nova, token) => nova.ServersOnAsync(Host, token)),
        ServiceCall.Of<NovaClient, ComputeServer>(nameof(NovaClient.FindServerAsync), async (scope, token) => (await scope.Get<NovaClient>().ServersOnAsync(Host, token))[0], (nova, server, token) => nova.FindServerAsync(server.Id, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.MigrationsAsync), (nova, token) => nova.MigrationsAsync(Host, token)),
        ServiceCall.Of<NovaClient>(nameof(NovaClient.AggregatesAsync), (nova, token) => nova.AggregatesAsync(token)),
        ServiceCall.Of<NovaClient, NovaAggregate>(nameof(NovaClient.AddToAggregateAsync), (scope, token) => AggregateAsync(scope, isIn: false, token), (nova, aggregate, token) => nova.AddToAggregateAsync(aggregate, Host, token)),
        ServiceCall.Of<NovaClient, NovaAggregate>(nameof(NovaClient.RemoveFromAggregateAsync), (scope, token) => AggregateAsync(scope, isIn: true, token), (nova, aggregate, token) => nova.RemoveFromAggregateAsync(aggregate, Host, token)),

        ServiceCall.Of<PlacementClient>(nameof(PlacementClient.ProviderAsync), (placement, token) => placement.ProviderAsync(Host, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.ProviderByIdAsync), ProviderAsync, (placement, provider, token) => placement.ProviderByIdAsync(provider.Uuid, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.ProviderOfAsync), ProviderAsync, (placement, provider, token) => placement.ProviderOfAsync(provider.Uuid, provider.Name, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.TreeAsync), ProviderAsync, (placement, provider, token) => placement.TreeAsync(provider, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.InventoriesAsync), ProviderAsync, (placement, provider, token) => placement.InventoriesAsync(provider.Uuid, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.UsagesAsync), ProviderAsync, (placement, provider, token) => placement.UsagesAsync(provider.Uuid, token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.TraitsAsync), ProviderAsync, (placement, provider, token) => placement.TraitsAsync(provider.Uuid, token)),
        ServiceCall.Of<PlacementClient>(nameof(PlacementClient.MakeTraitAsync), (placement, token) => placement.MakeTraitAsync("CUSTOM_FAULTS", token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(
            nameof(PlacementClient.ChangeTraitsAsync),
            async (scope, token) =>
            {
                await scope.Get<PlacementClient>().MakeTraitAsync("CUSTOM_OTHER", token);
                return await ProviderAsync(scope, token);
            },
            (placement, provider, token) => placement.ChangeTraitsAsync(provider.Uuid, traits => [.. traits, "CUSTOM_OTHER"], token)),
        ServiceCall.Of<PlacementClient, ResourceProvider>(nameof(PlacementClient.AllocationsAsync), ProviderAsync, (placement, provider, token) => placement.AllocationsAsync(provider.Uuid, token)),

        ServiceCall.Of<NeutronClient>(nameof(NeutronClient.AgentsOnAsync), (neutron, token) => neutron.AgentsOnAsync([Host], token)),
        ServiceCall.Of<NeutronClient>(nameof(NeutronClient.ShowsAgentsAsync), (neutron, token) => neutron.ShowsAgentsAsync(token)),
        ServiceCall.Of<NeutronClient, NeutronAgent>(nameof(NeutronClient.RoutersOnAsync), AgentAsync, (neutron, agent, token) => neutron.RoutersOnAsync(agent, token)),
        ServiceCall.Of<NeutronClient, NeutronAgent>(nameof(NeutronClient.NetworksOnAsync), AgentAsync, (neutron, agent, token) => neutron.NetworksOnAsync(agent, token)),
        ServiceCall.Of<CinderClient>(nameof(CinderClient.ServicesAsync), (cinder, token) => cinder.ServicesAsync(token)),

        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.DeviceAsync), (netbox, token) => netbox.DeviceAsync(Host, token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.DevicesAsync), (netbox, token) => ToEndAsync(netbox.DevicesAsync([], token))),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.BmcAddressAsync), (netbox, token) => netbox.BmcAddressAsync(Host, token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.InterfacesAsync), (netbox, token) => netbox.InterfacesAsync(Host, token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.RoleAsync), (netbox, token) => netbox.RoleAsync("Hypervisor", token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.ReferenceAsync), (netbox, token) => netbox.ReferenceAsync(NetBoxList.Roles, "Hypervisor", token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.ReferencesAsync), (netbox, token) => netbox.ReferencesAsync(NetBoxList.Sites, token)),
        ServiceCall.Of<NetBoxClient, long>(nameof(NetBoxClient.SetStatusAsync), DeviceAsync, (netbox, id, token) => netbox.SetStatusAsync(id, Host, "planned", null, "reinstall", token)),
        ServiceCall.Of<NetBoxClient, (long Id, NetBoxReference Role)>(
            nameof(NetBoxClient.SetRoleAsync),
            async (scope, token) => (await DeviceAsync(scope, token), await scope.Get<NetBoxClient>().RoleAsync("Hypervisor", token)),
            (netbox, state, token) => netbox.SetRoleAsync(state.Id, Host, state.Role, null, "reinstall", token)),
        ServiceCall.Of<NetBoxClient, long>(nameof(NetBoxClient.HasJournalEntryAsync), DeviceAsync, (netbox, id, token) => netbox.HasJournalEntryAsync(id, Host, "[ops:1]", token)),
        ServiceCall.Of<NetBoxClient, long>(nameof(NetBoxClient.AddJournalEntryAsync), DeviceAsync, (netbox, id, token) => netbox.AddJournalEntryAsync(id, Host, "info", "reinstall [ops:1]", token)),
        ServiceCall.Of<NetBoxClient>(nameof(NetBoxClient.ProbeAsync), (netbox, token) => netbox.ProbeAsync(token)),

        ServiceCall.Of<JiraClient>(nameof(JiraClient.KindAsync), (jira, token) => jira.KindAsync(token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.GetAsync), (jira, token) => jira.GetAsync(Ticket, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.SearchAsync), (jira, token) => ToEndAsync(jira.SearchAsync("project = MH", token))),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.FindOpenAsync), (jira, token) => jira.FindOpenAsync(Host, null, null, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.FindOneOpenAsync), (jira, token) => jira.FindOneOpenAsync(Host, null, null, Host, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.CreateAsync), (jira, token) => jira.CreateAsync(new NewTicket { Summary = "one", AssignToMe = true }, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.CreateAsync), (jira, token) => jira.CreateAsync([new NewTicket { Summary = "two" }, new NewTicket { Summary = "three" }], token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.TransitionsAsync), (jira, token) => jira.TransitionsAsync(Ticket, token)),
        ServiceCall.Of<JiraClient, string>(nameof(JiraClient.TransitionAsync), TransitionAsync, (jira, name, token) => jira.TransitionAsync(Ticket, name, "[ops:1]", token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.WasMovedByAsync), (jira, token) => jira.WasMovedByAsync(Ticket, "[ops:1]", "Start", "Start", token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.CommentsAsync), (jira, token) => jira.CommentsAsync(Ticket, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.FindCommentAsync), (jira, token) => jira.FindCommentAsync(Ticket, "[ops:1]", token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.CommentAsync), (jira, token) => jira.CommentAsync(Ticket, TicketText.Plain("hello"), "[ops:2]", isInternal: true, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.AttachAsync), (jira, token) => jira.AttachAsync(Ticket, "faults.txt", "hello"u8.ToArray(), token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.AttachmentsAsync), (jira, token) => jira.AttachmentsAsync(Ticket, token)),
        ServiceCall.Of<JiraClient, JiraAttachment>(
            nameof(JiraClient.DownloadAsync),
            async (scope, token) =>
            {
                await scope.Get<JiraClient>().AttachAsync(Ticket, "download.txt", "hello"u8.ToArray(), token);
                return (await scope.Get<JiraClient>().AttachmentsAsync(Ticket, token)).Single(attachment => attachment.Filename == "download.txt");
            },
            (jira, attachment, token) => jira.DownloadAsync(attachment, token)),
        ServiceCall.Of<JiraClient>(nameof(JiraClient.ProbeAsync), (jira, token) => jira.ProbeAsync(token)),

        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.AlertsAsync), (alerts, token) => alerts.AlertsAsync([], token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.AlertsOfAsync), (alerts, token) => alerts.AlertsOfAsync(Host, token)),
        ServiceCall.Of<AlertmanagerClient, string>(nameof(AlertmanagerClient.SilencesAsync), SilenceAsync, (alerts, _, token) => alerts.SilencesAsync(token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.NamingAsync), (alerts, token) => alerts.NamingAsync(Host, token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.LiveAsync), (alerts, token) => alerts.LiveAsync(Matchers, token)),
        ServiceCall.Of<AlertmanagerClient, string>(nameof(AlertmanagerClient.SilenceAsync), SilenceAsync, (alerts, id, token) => alerts.SilenceAsync(id, token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.PostAsync), (alerts, token) => alerts.PostAsync(Silence, null, token)),
        ServiceCall.Of<AlertmanagerClient, string>(nameof(AlertmanagerClient.ExpireAsync), SilenceAsync, (alerts, id, token) => alerts.ExpireAsync(id, token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.LagAsync), (alerts, token) => alerts.LagAsync(token)),
        ServiceCall.Of<AlertmanagerClient>(nameof(AlertmanagerClient.ProbeAsync), (alerts, token) => alerts.ProbeAsync(token)),

        ServiceCall.Of<PrometheusClient>(nameof(PrometheusClient.TargetsAsync), (prometheus, token) => prometheus.TargetsAsync(Host, token)),
        ServiceCall.Of<PrometheusClient>(nameof(PrometheusClient.ProbeAsync), (prometheus, token) => prometheus.ProbeAsync(token)),

        Bmc(nameof(RedfishService.SystemAsync), (bmc, _, token) => bmc.SystemAsync(null, token)),
        Bmc(nameof(RedfishService.SetBootAsync), (bmc, system, token) => bmc.SetBootAsync(system, new BootOverride("Pxe", "Once", null), token)),
        Bmc(nameof(RedfishService.ResetAsync), (bmc, system, token) => bmc.ResetAsync(system, "ForceRestart", token)),
        ServiceCall.Of<RedfishClient, (string Address, SystemReading System)>(nameof(RedfishClient.SystemAsync), SystemAsync, (client, state, token) => client.SystemAsync(Host, state.Address, state.System.System.SerialNumber!, token)),
        ServiceCall.Of<RedfishClient>(nameof(RedfishClient.ProbeAsync), (client, token) => client.ProbeAsync(token)),
    ];

    private static IReadOnlyList<AlertMatcher> Matchers => [new() { Name = "instance", Value = Host, IsRegex = false, IsEqual = true }];

    private static SilenceRequest Silence => new(null, Matchers, Start, Start.AddHours(2), "ops", "reinstall");

    private static ServiceCall Bmc(string method, Func<RedfishService, SystemReading, CancellationToken, Task> invoke)
        => ServiceCall.Of<RedfishClient, RedfishService, (string Address, SystemReading System)>(method, SystemAsync, (scope, state) => scope.Get<RedfishClient>().At(state.Address), (bmc, state, token) => invoke(bmc, state.System, token));

    private static async Task<(string Address, SystemReading System)> SystemAsync(IServiceScope scope, CancellationToken token)
    {
        var address = (await scope.Get<NetBoxClient>().DeviceAsync(Host, token)).BmcAddress ?? (await scope.Get<NetBoxClient>().BmcAddressAsync(Host, token)).Address!;
        return (address, await scope.Get<RedfishClient>().At(address).SystemAsync(null, token));
    }

    private static Task<ComputeService> ServiceAsync(IServiceScope scope, CancellationToken token) => scope.Get<NovaClient>().ServiceAsync(Host, token);

    private static async Task<ResourceProvider> ProviderAsync(IServiceScope scope, CancellationToken token) => (await scope.Get<PlacementClient>().ProviderAsync(Host, token))!;

    private static async Task<NeutronAgent> AgentAsync(IServiceScope scope, CancellationToken token) => (await scope.Get<NeutronClient>().AgentsOnAsync([Host], token))[0];

    private static async Task<long> DeviceAsync(IServiceScope scope, CancellationToken token) => (await scope.Get<NetBoxClient>().DeviceAsync(Host, token)).Id;

    private static async Task<string> TransitionAsync(IServiceScope scope, CancellationToken token) => (await scope.Get<JiraClient>().TransitionsAsync(Ticket, token))[0].Name!;

    private static Task<string> SilenceAsync(IServiceScope scope, CancellationToken token) => scope.Get<AlertmanagerClient>().PostAsync(Silence, null, token);

    // The one that it is in from the beginning.
    private static async Task<NovaAggregate> AggregateAsync(IServiceScope scope, bool isIn, CancellationToken token)
    {
        var nova = scope.Get<NovaClient>();
        var aggregate = (await nova.AggregatesAsync(token)).First(aggregate => aggregate.Hosts.Contains(Host));
        if (!isIn)
            await nova.RemoveFromAggregateAsync(aggregate, Host, token);
        return aggregate;
    }

    private static async Task ToEndAsync<T>(IAsyncEnumerable<T> all)
    {
        await foreach (var _ in all)
        {
        }
    }
}

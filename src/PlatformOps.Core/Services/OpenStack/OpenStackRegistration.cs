using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Files;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>OpenStack: Keystone, Nova and Placement, and what the machines of a hypervisor may hold for Neutron and Cinder.</summary>
internal sealed class OpenStackRegistration : ServiceRegistration
{
    public override string Name => KeystoneSession.Service;

    public override Type ConfigurationType => typeof(OpenStackConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } =
    [
        new DisableComputeService(), new EnableComputeService(), new ClaimComputeService(), new CheckClaim(), new CheckRoom(), new CheckHypervisorEmpty(), new DrainedWait(), new CheckTenants(),
        new CheckComputeServiceUp(), new CheckInService(), new AwaitComputeServiceUp(), new CheckAggregates(), new AddToAggregates(), new AddTraits(),
    ];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(OpenStackCloud)] = scope => new OpenStackCloud(new CloudsYaml(UserEnvironment.Current, Environment.CurrentDirectory).Complete(scope.Configuration.Section<OpenStackConfiguration>())),
        [typeof(KeystoneSession)] = MakeKeystone,
        [typeof(NovaClient)] = scope => new NovaClient(
            Endpoint(scope, "compute"),
            target => scope.Configuration.HostIdentity.Candidates("nova", target),
            target => scope.Configuration.HostIdentity.Candidates("hypervisor", target)),
        [typeof(PlacementClient)] = scope => new PlacementClient(Endpoint(scope, "placement")),
        [typeof(NeutronClient)] = scope => new NeutronClient(Endpoint(scope, "network", hasMicroversions: false)),
        [typeof(CinderClient)] = scope => new CinderClient(Endpoint(scope, "block-storage", hasMicroversions: false)),
        [typeof(ComputeDossierReader)] = scope => new ComputeDossierReader(scope.Get<NovaClient>(), scope.Get<PlacementClient>()),
        [typeof(ComputeLookup)] = scope => new ComputeLookup(scope),
        [typeof(IMachineUse)] = scope => new ComputeUse(scope),
        [typeof(RoomLimits)] = scope => new RoomLimits(scope.Configuration.Targets.MaxUnavailable),
    };

    public override bool ListsMachines => true;

    public override async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
    {
        var nova = scope.Get<NovaClient>();
        return new Dictionary<string, string>
        {
            ["nova"] = (await nova.ServiceAsync(target.Name, cancellationToken)).HypervisorName,
            ["hypervisor"] = await nova.HypervisorNameAsync(target.Name, cancellationToken),
        };
    }

    public override async Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken)
    {
        var keystone = scope.Get<KeystoneSession>();
        var token = (await keystone.TokenAsync(cancellationToken)).Body;
        var nova = scope.Get<NovaClient>();
        var version = await nova.Endpoint.MaxAsync(cancellationToken);
        List<string> missing = [];
        try
        {
            // Nova's policy cannot be asked: a list that only administrators get tells as much.
            await nova.AggregatesAsync(cancellationToken);
            await nova.ServicesAsync(cancellationToken);
        }
        catch (ServiceAuthenticationException e) when (e.StatusCode == 403)
        {
            missing.Add("list compute services and aggregates (the admin role)");
        }

        try
        {
            await scope.Get<PlacementClient>().ProviderAsync("platformops-probe", cancellationToken);
        }
        catch (ServiceAuthenticationException e) when (e.StatusCode == 403)
        {
            missing.Add("read Placement (the admin role)");
        }
        catch (ServiceException e) when (e.FaultCode == "endpointNotFound")
        {
            missing.Add("Placement is not in the catalog: room is counted by Nova's own numbers");
        }

        var place = token.Project?.Name is { } project ? $"project {project}" : token.System is not null ? "the system" : token.Domain?.Name is { } domain ? $"domain {domain}" : "no scope";
        return new ServiceProbe(version is null ? "Nova without microversions" : $"Nova {version}", $"{token.User?.Name ?? token.User?.Id} in {place}", keystone.Address.AbsoluteUri) { MissingRights = missing };
    }

    private static KeystoneSession MakeKeystone(IServiceScope scope)
    {
        var configuration = scope.Get<OpenStackCloud>().Configuration;
        var url = scope.Configuration.Require(configuration.AuthUrl, "openstack.auth-url", "the address of Keystone, such as https://keystone.example.org:5000/v3, or openstack.cloud with a cloud of clouds.yaml");
        return new KeystoneSession(configuration, scope.Secrets, scope.Get<HttpServiceFactory>().Create(KeystoneSession.Service, KeystoneSession.V3(url), settings: configuration.Http));
    }

    private static CloudEndpoint Endpoint(IServiceScope scope, string type, bool hasMicroversions = true)
        => new(scope.Get<KeystoneSession>(), scope.Get<HttpServiceFactory>(), type, scope.Get<OpenStackCloud>().Configuration.Http, hasMicroversions);
}

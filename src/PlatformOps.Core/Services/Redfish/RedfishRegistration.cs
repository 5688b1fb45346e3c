using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>Management controllers (BMCs) that speak Redfish.</summary>
internal sealed class RedfishRegistration : ServiceRegistration
{
    public override string Name => "bmc";

    public override Type ConfigurationType => typeof(BmcConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new CheckNoBootOverride(), new SetBootDevice(), new RestartSystem(), new SetPower()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(RedfishClient)] = scope => new RedfishClient(
            scope.Configuration.Section<BmcConfiguration>(),
            scope.Get<HttpServiceFactory>(),
            scope.Secrets,
            scope.Configuration.Has<HttpSettings>() ? scope.Configuration.Section<HttpSettings>() : null),
    };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<RedfishClient>().ProbeAsync(cancellationToken);
}
